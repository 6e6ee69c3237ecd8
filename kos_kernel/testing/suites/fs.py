"""The contract of a filesystem: the tree as it is found, writing, names that come and go, and what a machine makes of it."""

from __future__ import annotations

from . import fs_machine, fs_names, fs_tree, fs_writing
from .common import COMMON

CASES = (*COMMON, *fs_tree.CASES, *fs_writing.CASES, *fs_names.CASES, *fs_machine.CASES)
SUBJECT = fs_tree.FsSubject
