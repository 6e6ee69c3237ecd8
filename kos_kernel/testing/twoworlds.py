"""One line of shell in two worlds: the host's commands, and a machine's; the same files, the same environment.

    worlds = TwoWorlds(machine, tmp_path, files={"a": b"one\\ntwo\\n"})
    assert worlds.differences(["sort -r a", "cut -c1 a"]) == []

For programs that follow others of the same name. Each line starts in a fresh directory with `files` and an empty folder d;
it must touch nothing outside of it and never sleep. The shells' own echo, printf, test, [, true, false and kill are
switched off, so that the programs are what is compared.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..machine import Machine

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
_PLAIN = b"enable -n echo printf test [ true false kill\n"


class Difference(NamedTuple):
    """Where the worlds disagree: `what` is "stdout", "status", "stderr" or "files"."""

    line: str
    what: str
    host: object
    machine: object


class TwoWorlds:
    """The host below `place` and `/w` of a machine."""

    def __init__(
        self,
        machine: Machine,
        place: Path,
        *,
        files: Mapping[str, bytes] = {},
        environment: Mapping[str, str] = ENVIRONMENT,
        timeout: float = 60,
    ) -> None:
        self._machine = machine
        self._place = place / "w"
        self._files = dict(files)
        self._environment = dict(environment)
        self._timeout = timeout

    def differences(self, lines: Iterable[str], *, tree: bool = False, errors: bool = True) -> list[Difference]:
        """Return what differs: standard output, exit status, with `errors` standard error, with `tree` the files left.

        Raises subprocess.TimeoutExpired if the host's side takes too long.
        """
        found: list[Difference] = []
        for line in lines:
            theirs, ours = self._on_host(line, tree), self._in_machine(line, tree)
            for what, one, two in zip(("stdout", "status", "stderr", "files"), theirs, ours, strict=True):
                if one != two and (what != "stderr" or errors) and (what != "files" or tree):
                    found.append(Difference(line, what, one, two))
        return found

    def _on_host(self, line: str, tree: bool) -> tuple[bytes, int, bytes, dict[str, bytes]]:
        place = self._place
        shutil.rmtree(place, ignore_errors=True)
        (place / "d").mkdir(parents=True)
        for name, data in self._files.items():
            (place / name).write_bytes(data)
        done = subprocess.run(
            ["bash", "-c", _PLAIN + line.encode()],
            cwd=place,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=self._timeout,
        )
        paths = sorted(place.rglob("*")) if tree else []
        left = {
            str(path.relative_to(place)): path.read_bytes()
            for path in paths
            if path.is_file() and not path.is_symlink()
        }
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return done.stdout, status, done.stderr.replace(b"/usr/bin/", b""), left

    def _in_machine(self, line: str, tree: bool) -> tuple[bytes, int, bytes, dict[str, bytes]]:
        machine = self._machine
        machine.run("cd /; rm -rf /w; mkdir -p /w/d")
        for name, data in self._files.items():
            machine.write_file(f"/w/{name}", data)
        done = machine.run(_PLAIN + line.encode(), cwd="/w", env=self._environment, timeout=self._timeout)
        listed = machine.run("cd /w && find . -type f -print0").stdout.split(b"\0")[:-1] if tree else []
        left = {
            name[2:].decode("utf-8", "surrogateescape"): machine.read_file(b"/w/" + name[2:]) for name in sorted(listed)
        }
        return done.stdout, done.status, done.stderr.replace(b"/usr/bin/", b""), left
