"""The contract of a filesystem, clause by clause, for /dev."""

from __future__ import annotations

from kos_kernel.testing import conformance

test_dev = conformance(
    "kos.fs",
    "dev",
    xfail={"case_removed_inode_has_a_header": "attr of an inode that left the table is a KeyError; `mv f g` meets it"},
)
