"""The two shells, each in a fresh folder of the same name with the same files, and what counts as a difference between them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from kos_kernel import Machine
from kos_kernel.errors import RunTimeout

from .reduce import reduced

FILES = {
    "f1": b"one a\ntwo b\n",
    "f2": b"",
    "foo.c": b"c\n",
    "b.c": b"x:y z\n",
    "d/a": b"in d\n",
    "d/b": b"",
    ".h": b"",
    "a b": b"sp\n",
}
TOOLS = ["cat", "tr", "sort", "wc", "sed", "grep", "head"]
SECONDS = 10
_MESSAGE = re.compile(rb"^.*: (?=[^:]+$)|[(`'].*$", re.M)
# What bash says when it has broken down: it lost a child; after an eval that wasn't complete it reads on wrongly.
# It shows freed memory when a number that is an array without elements is appended to before a command, and with an empty IFS
# its own mark \\x01 before a blank.
_BROKEN = re.compile(rb"wait_for: No record|eval: line .* unexpected EOF|\xff\xff\xff").search
_EXPANSION = re.compile(rb"error token|bad substitution|unbound variable|expected|division by 0|bad array subscript")
_LINE = re.compile(rb"(script|environment|eval|command substitution): line \d+")
_LISTS = re.compile(r"\b(set|trap|declare|export|readonly|shopt|typeset|alias)( -[a-z]+)?[ \t]*[;)}|&\n]")


class Did(NamedTuple):
    """What a script did."""

    stdout: bytes
    status: int
    stderr: bytes

    def differs(self, other: Did, strict: bool) -> bool:
        """Tell whether two runs differ; strict: each message on stderr counts, not only whether there's one."""
        if (
            self[:2] != other[:2]
        ):  # bash counts the lines of a substitution in its own way: messages that a script caught
            return self.status != other.status or _LINE.sub(b"", self.stdout) != _LINE.sub(b"", other.stdout)
        if strict:
            return sorted(self.stderr.split(b"\n")) != sorted(other.stderr.split(b"\n"))
        return bool(self.stderr) != bool(other.stderr)


def _leaks(script: str, theirs: Did) -> bool:
    """Tell whether bash's run may show its leak: a process of a pipeline that an expansion ends runs the EXIT trap of its parent."""
    return " EXIT" in script and "|" in script and _EXPANSION.search(theirs.stderr) is not None


class Hang(Exception):
    """Raised when a script doesn't end."""


class Both:
    """The host's bash and a warm machine. Close it when done."""

    def __init__(self, bash: str) -> None:
        self._bash = shutil.which(bash) or bash
        self._base = tempfile.mkdtemp(prefix="kos-fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self._folder = Path(self._base) / "work"
        self._machine = Machine(clock="virtual")
        for folder in (self._folder / "d", Path("/home/nobody")):
            for step in reversed([folder, *folder.parents]):
                if not self._machine.exists(str(step)):
                    self._machine.mkdir(str(step))
        for name, data in FILES.items():
            self._machine.write_file(f"{self._folder}/{name}", data)
        # A reduced script may call anything; only these can be found.
        tools = Path(self._base) / "bin"
        tools.mkdir()
        self._machine.mkdir(str(tools))
        for name in TOOLS:
            (tools / name).symlink_to(shutil.which(name) or name)
            self._machine.exec(["ln", "-s", f"/usr/bin/{name}", str(tools / name)])
        self._environment = {"PATH": str(tools), "HOME": "/home/nobody", "LC_ALL": "C.UTF-8"}

    def close(self) -> None:
        """Remove what was made."""
        self._machine.close()
        shutil.rmtree(self._base)

    def kind(self, statements: list[str], strict: bool = False, again: int = 0) -> str:
        """Return how the two differ, and whether anything is wrong with the script to bash; nothing if they don't."""
        return self.judged(statements, strict, again)[0]

    def judged(self, statements: list[str], strict: bool = False, again: int = 0) -> tuple[str, frozenset[bytes]]:
        """Return `kind`, and what bash has to complain of, without places and names."""
        try:
            pair = self.difference(statements, strict, again)
        except Hang:
            return "hang", frozenset()
        if pair is None or b"BASHOPTS" in pair[0].stdout:  # a list of all variables
            return "", frozenset()
        if _leaks("\n".join(statements), pair[0]):
            return "", frozenset()
        complaints = frozenset(_MESSAGE.sub(b"", pair[0].stderr).split(b"\n")) - {b""}
        wrong = "wrong" if b"syntax error" in pair[0].stderr or b"not found" in pair[0].stderr else "fine"
        return wrong + (" does" if pair[0][:2] != pair[1][:2] else " says"), complaints

    def small(self, statements: list[str], strict: bool = False) -> list[str]:
        """Return a smaller script that differs in the same way and of which bash doesn't complain in a new one."""
        kind, complaints = self.judged(statements, strict)

        def differs(fewer: list[str]) -> bool:
            if not self.takes(fewer):
                return False
            now, says = self.judged(fewer, strict)
            return now == kind and says <= complaints

        return reduced(statements, differs) if kind else statements

    def takes(self, statements: list[str]) -> bool:
        """Tell whether bash takes the script's syntax without a word, and it doesn't list everything that a shell knows."""
        text = "\n".join(statements) + "\n"
        if _LISTS.search(text):
            return False
        script = text.encode()
        done = subprocess.run(
            [self._bash, "-O", "extglob", "-n"], input=script, capture_output=True, env=self._environment
        )
        return done.returncode == 0 and not done.stderr

    def theirs(self, script: bytes) -> Did | None:
        """Return what bash does, or None if it doesn't end."""
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "d").mkdir(parents=True)
        for name, data in FILES.items():
            (self._folder / name).write_bytes(data)
        (self._folder / "script").write_bytes(script)
        child = subprocess.Popen(
            [self._bash, "script"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            stdout, stderr = child.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:  # and what it left running in the background
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.communicate()
        return Did(stdout, child.returncode if child.returncode >= 0 else 128 - child.returncode, stderr)

    def ours(self, script: bytes) -> Did:
        """Return what the machine does; raises Hang if it doesn't end."""
        fork = self._machine.fork()

        def stop(number: int, frame: FrameType | None) -> None:
            raise Hang(script.decode())

        before = signal.signal(signal.SIGALRM, stop)
        signal.alarm(6 * SECONDS)
        try:
            fork.write_file(f"{self._folder}/script", script)
            done = fork.exec(["/bin/bash", "script"], cwd=str(self._folder), env=self._environment, timeout=SECONDS)
            return Did(done.stdout, done.status, done.stderr)
        except RunTimeout as late:
            raise Hang(script.decode()) from late
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
            fork.close()

    def difference(self, statements: list[str], strict: bool = False, again: int = 4) -> tuple[Did, Did] | None:
        """Return what bash and the machine did if that isn't the same; None if it is, or if bash isn't of one mind or breaks down."""
        script = ("\n".join(statements) + "\n").encode()
        theirs = self.theirs(script)
        if (
            theirs is None
            or theirs.status == 128 + signal.SIGSEGV
            or _BROKEN(theirs.stderr)
            or b"\x01" in theirs.stdout
            or rb"\001" in theirs.stdout
        ):
            return None
        ours = self.ours(script)
        if not ours.differs(theirs, strict):
            return None
        for _ in range(again):
            repeated = self.theirs(script)
            if repeated is None or repeated.differs(theirs, strict):
                return None
        return theirs, ours
