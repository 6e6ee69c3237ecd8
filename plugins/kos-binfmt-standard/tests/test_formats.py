"""The #! line, as Linux splits it."""

from __future__ import annotations

import pytest

from kos_binfmt_standard.formats import ScriptFormat
from kos_kernel import errors


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"#!/bin/sh\n", [b"/bin/sh"]),
        (b"#! /bin/sh\n", [b"/bin/sh"]),
        (b"#!\t /bin/sh -e\n", [b"/bin/sh", b"-e"]),
        (b"#!/bin/sh  -e  x y \t\n", [b"/bin/sh", b"-e  x y"]),
        (b"#!/bin/sh\t-e\n", [b"/bin/sh", b"-e"]),
        (b"#!/bin/sh", [b"/bin/sh"]),
        (b"#!/bin/sh -x", [b"/bin/sh", b"-x"]),
    ],
)
def test_an_interpreter_gets_one_argument(line: bytes, words: list[bytes]) -> None:
    redirect = ScriptFormat(None, None).load(line, b"/s", [b"s", b"arg"], None)  # type: ignore[arg-type]
    assert redirect is not None
    assert redirect[1] == [*words, b"/s", b"arg"]


@pytest.mark.parametrize("line", [b"#!\n", b"#!   \n", b"#!", b"#!" + b"x" * 300])
def test_no_interpreter_is_enoexec(line: bytes) -> None:
    with pytest.raises(errors.NoExec):
        ScriptFormat(None, None).load(line[:256], b"/s", [b"s"], None)  # type: ignore[arg-type]


def test_other_files_are_somebody_elses() -> None:
    assert ScriptFormat(None, None).load(b"\x7fELF", b"/s", [b"s"], None) is None  # type: ignore[arg-type]
