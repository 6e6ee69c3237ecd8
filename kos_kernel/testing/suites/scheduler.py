"""The contract of a scheduler: its queue, what it decides, and the same in a machine."""

from __future__ import annotations

from . import scheduler_choice, scheduler_cpus, scheduler_machine, scheduler_queue
from .common import COMMON
from .runloop import SchedulerSubject

CASES = (*COMMON, *scheduler_queue.CASES, *scheduler_choice.CASES, *scheduler_cpus.CASES, *scheduler_machine.CASES)
SUBJECT = SchedulerSubject
