"""Large shell programs of other people, unmodified: their functions are called here and in the host's bash, and must say the same.

A checkout is a folder with some of these in it: nvm/nvm.sh, acme.sh/acme.sh, bash-completion/bash_completion, and any folders
PACKAGE with a PACKAGE/configure that autoconf made. What is called lies beside this file, one script a program.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from ..case import CWD, REPO, Case, File, Outcome, Suite, shown
from ..inside import CHECKOUT
from ..outside import Outside

HERE = Path(__file__).parent
PROGRAMS = {"nvm": "nvm/nvm.sh", "acme": "acme.sh/acme.sh", "bash-completion": "bash-completion/bash_completion"}
STUBS = "ar as ld nm ranlib strip"
ENVIRONMENT = {"HOME": f"{CWD}/home", "LC_ALL": "C", "PROGRAM": "", "PATH": "/usr/bin:/bin"}
LIMIT_S = 300


def load(checkout: Path) -> Suite:
    """Return a case for each program that the checkout has."""
    cases = [_case(name, file, HERE / f"{name}.sh") for name, file in PROGRAMS.items() if (checkout / file).is_file()]
    for configure in sorted(checkout.glob("*/configure")):
        package = configure.parent.name
        files = {"bin/cc": File((HERE / "cc.sh").read_bytes(), 0o755)}
        files |= {f"bin/{name}": File((HERE / "stub.sh").read_bytes(), 0o755) for name in STUBS.split()}
        cases.append(_case(f"configure-{package}", f"{package}/configure", HERE / "configure.sh", files))
    shared = sorted({str(Path(case.env["PROGRAM"].removeprefix(f"{REPO}/")).parent) for case in cases})
    judge = functools.partial(_judge, checkout)
    return Suite("programs", cases, judge, shared, clock="wall", limit_s=LIMIT_S)


def _case(name: str, file: str, script: Path, files: dict[str, File] | None = None) -> Case:
    text = script.read_bytes()
    env = ENVIRONMENT | {"PROGRAM": f"{REPO}/{file}"}
    return Case(name, file, (b"-c", text, b"bash"), None, files=files or {}, env=env, folder=f"program/{name}")


def _judge(checkout: Path, case: Case, outcome: Outcome) -> str:
    """Return what the host's bash says otherwise."""
    place = Outside("bash", checkout, LIMIT_S)
    try:
        theirs = place.run(case)
    finally:
        place.close()
    if not (outcome.ended and theirs.ended):
        return "it didn't end"
    complaints = []
    for what, wanted, got in (("stdout", theirs.stdout, outcome.stdout), ("stderr", theirs.stderr, outcome.stderr)):
        one, two = _neutral(checkout, wanted, theirs), _neutral(checkout, got, outcome)
        if one != two:
            complaints.append(shown(what, *_first_difference(one, two)))
    if theirs.status != outcome.status:
        complaints.append(f"status: wanted {theirs.status}, got {outcome.status}")
    return "; ".join(complaints)


def _neutral(checkout: Path, text: bytes, outcome: Outcome) -> list[bytes]:
    """Return the lines of a text without what differs between any two runs: folders, dates, numbers of processes."""
    for folder, name in ((outcome.cwd, b"CWD"), (str(checkout), b"REPO"), (CHECKOUT, b"REPO")):
        text = text.replace(folder.encode(), name)
    text = re.sub(rb"\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8}[^]]*\]", b"[DATE]", text)
    return text.splitlines()


def _first_difference(wanted: list[bytes], got: list[bytes]) -> tuple[bytes, bytes]:
    """Return the lines around the first place where two texts differ."""
    at = next((at for at, (a, b) in enumerate(zip(wanted, got, strict=False)) if a != b), min(len(wanted), len(got)))
    return b"\n".join(wanted[at : at + 3]), b"\n".join(got[at : at + 3])
