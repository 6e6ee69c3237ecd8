"""BusyBox's testsuite: NAME.tests, a script that prints PASS, FAIL or SKIPPED for each of its tests, and NAME/TEST, which must end well.

A case is one script, and its tests are counted one by one: `NAME.tests` fails with the titles of those that fail. The scripts
run BusyBox's commands by their names; `busybox CMD` runs CMD. `cmp`, which the suite's own frame needs, comes with the case.
"""

from __future__ import annotations

import re
from pathlib import Path

from .case import CWD, Case, File, Outcome, Part, Suite

# what needs a real root, a network, a compiler, or is about BusyBox itself
SKIPPED = {
    "mount", "mdev", "makedevs", "mkfs.minix", "all_sourcecode", "busybox", "start-stop-daemon", "parse", "hostname", "wget",
    "ash", "rx", "uptime", "time", "cryptpw", "taskset", "pidof",
}  # fmt: skip
_SWITCH = re.compile(r"\b(?:FEATURE_\w+|[A-Z][A-Z0-9_]{2,})\b")
_RESULT = re.compile(r"^(PASS|FAIL|SKIP(?:PED)?|UNTESTED): (.*)$", re.MULTILINE)
_BUSYBOX = b'#!/bin/sh\nexec "$@"\n'
_CMP = b'#!/bin/sh\n[ "$(cat "$1" | md5sum)" = "$(cat "$2" | md5sum)" ]\n'
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def load(checkout: Path) -> Suite:
    """Return the suite; a name is NAME or NAME/TEST."""
    base = checkout / "testsuite"
    names = []
    for path in sorted(base.iterdir()):
        if path.name.endswith(".tests") and path.name[:-6] not in SKIPPED:
            names.append(path.name)
        elif path.is_dir() and path.name not in SKIPPED:
            names += [f"{path.name}/{test.name}" for test in sorted(path.iterdir()) if test.name[0] != "."]
    texts = [(base / name).read_text(encoding="latin-1") for name in names]
    switches = {switch for text in texts for switch in _SWITCH.findall(text)}
    env = {
        "OPTIONFLAGS": f":{':'.join(sorted(switches))}:", "tsdir": f"{CWD}/ts", "bindir": CWD, "ECHO": "echo", "SKIP": "",
        "VERBOSE": "", "LC_COLLATE": "C", "PATH": f"{CWD}/bin:{_PATH}", "d": f"{CWD}/ts", "HOME": CWD,
    }  # fmt: skip
    config = "\n".join(f"CONFIG_{switch}=y" for switch in sorted(switches)).encode()
    frame = {
        f"ts/{path.relative_to(base)}": File(path.read_bytes(), path.stat().st_mode & 0o777 | 0o600)
        for path in sorted(base.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and (path.suffix != ".tests" or path.name == "md5sum.tests")
        and str(path.relative_to(base)) not in names
    }
    frame |= {".config": File(config), "bin/busybox": File(_BUSYBOX, 0o755), "bin/cmp": File(_CMP, 0o755)}
    cases = []
    for name in names:
        script = (base / name).read_bytes()
        if "/" in name:
            command = f"mkdir ts/.tmpdir && cd ts/.tmpdir && exec bash -e ../{name}".encode()
        else:
            command = f"cd ts && exec bash ./{name}".encode()
        files = frame | {f"ts/{name}": File(script, 0o755)}
        cases.append(Case(name.removesuffix(".tests"), name, (b"-c", command), name, files=files, env=env, merged=True))
    return Suite("busybox-tools", cases, judge, clock="wall", parts=parts)


def results(outcome: Outcome) -> list[Part]:
    """Return the tests that a script reported: (title, passed), None for one that was skipped."""
    text = outcome.stdout.decode("latin-1")
    return [(title, None if word[0] in "SU" else word == "PASS") for word, title in _RESULT.findall(text)]


def parts(case: Case, outcome: Outcome) -> list[Part]:
    """Return the tests of a case; one of the old kind is a single test."""
    if "/" in case.name:
        return [(case.name, outcome.ended and outcome.status == 0)]
    return results(outcome)


def judge(case: Case, outcome: Outcome) -> str | None:
    """Return what is wrong with an outcome: the titles of the tests that failed."""
    if "/" in case.name:
        if not outcome.ended:
            return "it didn't end"
        return f"status {outcome.status}: {outcome.stdout[-300:]!r}" if outcome.status else ""
    tests = results(outcome)
    if not tests:
        return f"it reported nothing: {outcome.stdout[-300:]!r}"
    if all(passed is None for _, passed in tests):
        return None
    failed = [title for title, passed in tests if passed is False]
    counted = sum(passed is not None for _, passed in tests)
    ending = "" if outcome.ended else "; it didn't end"
    return f"{len(failed)} of {counted} fail{ending}: {'; '.join(failed)}" if failed or ending else ""
