"""The deadline of what tests read of a process."""

from __future__ import annotations

import os
from typing import Any

import pytest


def test_a_read_that_gets_nothing_more_fails_and_shows_what_came(patient: Any) -> None:
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as pipe, open(writer, "wb", buffering=0) as other:
        stream = patient(pipe, deadline_s=0)
        other.write(b"half a li")
        assert stream.read(4) == b"half"
        with pytest.raises(pytest.fail.Exception, match="so far: b' a li'"):
            stream.readline()
