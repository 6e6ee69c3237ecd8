"""Basic regular expressions where POSIX leaves open what they mean: expr, nl, grep and sed against the host's."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from kos_kernel import Machine

TEXTS = (
    "a",
    "aa",
    "ab",
    "*a",
    "{1}",
    "{1}a",
    "***",
    "a{1}",
    "*",
    "**",
    "a*",
    "{",
    "}",
    "b",
    "xx",
    "a^b",
    "^*",
    "{a",
    "+b",
)
PATTERNS = (
    r"\(\{1\}", r"\{1\}", r"^\{1\}", r"a\|\{1\}", r"***", r"a***", r"a*\{1\}", r"a\{1\}*", r"a\{1\}\{2\}", r"\(*a\)", r"^*", r"^**",
    r"*a", r"\(\)*", r"a\+*", r"a*\+", r"\+a", r"a\?\?", r"a\|*b", r"a\{,2\}", r"\{", r"a\($\)", r"\{1,2\}a", r"\(\{a", r"\}",
    r"a^*b", r"a*\{2,3\}\{1\}", r"\(\{1\}a\)", r"\(**\)", r"\(^\{1\}\)", r"a\|\{1\}b", r"\{1\}\{2\}", r"*\{1\}", r"^*\{2\}",
)  # fmt: skip
LINES = ("\n".join(TEXTS) + "\n").encode()


@pytest.mark.parametrize("program", ["expr", "nl", "grep", "sed"])
def test_a_pattern_means_what_it_means_to_the_hosts_program(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"compares with the host's {program}")
    env = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    calls: list[tuple[list[str], bytes]] = []
    for pattern in PATTERNS:
        if program == "expr":
            calls += [(["expr", text, ":", pattern], b"") for text in ("a", "*a", "{1}a", "a*", "***")]
        elif program == "nl":
            calls.append((["nl", "-b", "p" + pattern], LINES))
        elif program == "grep":
            calls.append((["grep", "-o", "--", pattern], LINES))
        else:
            calls.append((["sed", "-n", f"s/{pattern}/<&>/gp"], LINES))
    with Machine(clock="virtual", seed=1) as machine:
        for argv, given in calls:
            host = subprocess.run(argv, input=given, capture_output=True, env=env)
            ours = machine.exec(argv, stdin=given, env=env)
            assert (ours.stdout, ours.status) == (host.stdout, host.returncode), argv
