"""What holds for every test of the workspace: Hypothesis draws the same examples in each run.

HYPOTHESIS_PROFILE=search pytest ... draws new ones each time, ten times as many where a test doesn't say how many, and looks on from
those that failed before.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, print_blob=True)
settings.register_profile("search", derandomize=False, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
