"""The contract of a family of programs: what it announces is there, can be run, and ends like a Unix program."""

from __future__ import annotations

import inspect
from typing import Any

from ...abi import WEXITSTATUS, WIFEXITED, WIFSIGNALED, WTERMSIG
from ...contracts.machine import MachineConfig
from ...errors import PluginError, RunTimeout
from ..cases import Violation, clause, collect, expect, shown
from ..drivers import MACHINE_SECONDS, Subject
from . import common

INTERNAL_ERROR = 70  # what the kernel makes of an exception that is no SysError
NOT_FOUND = 127
WRONG_OPTION = "--no-such-option-of-the-kit"


class ProgramSubject(Subject):
    """A family of programs."""

    @property
    def programs(self) -> dict[str, str]:
        """Return name -> "package.module:function"."""
        return dict(self.record.programs)

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine with this family and all others, this one's programs first."""
        others = [entry.name for entry in self.driver.registry.entries("kos.program") if entry.name != self.record.name]
        return base._replace(families=(self.record.name, *others))

    def loaded(self, target: str) -> Any:
        """Return the object that a record names."""
        return self.driver.registry.resolve(target, "kos.program", self.record.name)


@clause("PROG-NAME-1", mistake="a path or a title stands where the name of a file in /usr/bin belongs")
def case_programs_have_file_names(subject: ProgramSubject) -> None:
    """A family has at least one program or session, and the programs' names are names of files."""
    expect(subject.programs or subject.record.sessions, "it announces nothing")
    for name in subject.programs:
        right = name and "/" not in name and "\0" not in name and name not in (".", "..") and len(name.encode()) <= 255
        expect(right, f"{name!r} is no file name")


@clause(
    "PROG-LOAD-1",
    after="case_programs_have_file_names",
    mistake="the record names a module or function that isn't there, or one with other arguments",
)
def case_programs_can_be_loaded(subject: ProgramSubject) -> None:
    """Each program's function can be imported and called as main(k, argv)."""
    for name, target in subject.programs.items():
        try:
            main = subject.loaded(target)
        except PluginError as error:
            raise Violation(f"{name}: {error}") from None
        expect(callable(main), f"{name}: {target} is {shown(main)}")
        try:
            inspect.signature(main).bind(None, [b"argv0"])
        except TypeError as error:
            raise Violation(f"{name}: {target} can't be called as main(k, argv): {error}") from None
        except ValueError:
            pass  # a builtin without a signature


@clause(
    "PROG-SESSION-1",
    after="case_programs_have_file_names",
    mistake="sessions name a program of another family, or a class that isn't there",
)
def case_sessions_can_be_loaded(subject: ProgramSubject) -> None:
    """Each session belongs to a program of the family, and can be imported."""
    for name, target in subject.record.sessions.items():
        expect(name in subject.programs, f"the session {name!r} belongs to no program of the family")
        try:
            expect(callable(subject.loaded(target)), f"{name}: {target} can't be called")
        except PluginError as error:
            raise Violation(f"{name}: {error}") from None


@clause(
    "PROG-RUN-1",
    after="case_programs_can_be_loaded",
    mistake="an option that isn't known, or input that isn't there, ends in an exception: dmesg has its traceback",
)
def case_programs_end_with_a_status(subject: ProgramSubject) -> None:
    """Each program, given an option that it can't know and no input, ends with a status of its own making."""
    machine = subject.machine()
    for name in subject.programs:
        try:
            result = machine.exec([f"/usr/bin/{name}", WRONG_OPTION], stdin=b"", timeout=MACHINE_SECONDS)
        except RunTimeout:
            raise Violation(
                f"{name} {WRONG_OPTION} was still busy after {MACHINE_SECONDS:.0f} s of machine time"
            ) from None
        expect(result.status != NOT_FOUND or b"not found" not in result.stderr, f"/usr/bin/{name} isn't there")
        if result.status == INTERNAL_ERROR and b"internal error" in result.stderr:
            raise Violation(f"{name} {WRONG_OPTION}: {result.stderr.decode('utf-8', 'replace').strip()}")


@clause(
    "PROG-RUN-2",
    after="case_programs_end_with_a_status",
    mistake="an error of a write is caught with `except BaseException`, or the death by SIGPIPE is",
)
def case_programs_die_quietly_of_a_closed_pipe(subject: ProgramSubject) -> None:
    """Each program whose reader is gone ends, by SIGPIPE or with a status, and not as an internal error."""

    def main(k: Any) -> dict[str, int]:
        statuses = {}
        for name in subject.programs:
            source, closed = k.pipe(cloexec=True)
            k.close(closed)
            gone, target = k.pipe(cloexec=True)
            k.close(gone)
            path = b"/usr/bin/" + name.encode()
            pid = k.spawn(path, [path, b"--help"], fds={0: source, 1: target, 2: target}, pgid=0)
            k.close(source)
            k.close(target)
            statuses[name] = k.wait(pid)[1]
        return statuses

    for name, status in subject.run(subject.machine(), main).items():
        right = (WIFEXITED(status) and WEXITSTATUS(status) != INTERNAL_ERROR) or (
            WIFSIGNALED(status) and WTERMSIG(status)
        )
        expect(right, f"{name} --help, with nobody reading, ended with wait status {status:#x}")


CASES = (*collect(globals()), common.case_announcing_imports_neither_the_driver_nor_its_options)
SUBJECT = ProgramSubject
