"""The contract of a container runtime: the life of a container, seen by a program that drives the runtime in a machine.

A runtime works through system calls, so all of it is tried in a machine. Each case is one program, root, that makes containers
from bundles whose root is /jail: a directory with the machine's programs bound to /jail/usr/bin.
Capabilities as in the record: "pid", "mount", "uts": which namespaces a container has of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...abi import (
    MS_BIND,
    O_CREAT,
    O_RDONLY,
    O_TRUNC,
    O_WRONLY,
    SIGKILL,
    SIGTERM,
    WEXITSTATUS,
    WIFEXITED,
    WIFSIGNALED,
    WTERMSIG,
)
from ...contracts.container import Bundle, ContainerRuntime, ContainerState
from ...contracts.machine import DriverConfig, MachineConfig
from ...errors import FileExists, InvalidArgument, NoChild, NoSuchFile, SysError
from ..cases import clause, collect, expect, expect_equal, expect_error, refused
from .common import COMMON, MadeSubject

JAIL = b"/jail"
ENV = {b"PATH": b"/usr/bin", b"KIT": b"kit"}
TURN_NS = 100_000_000


class ContainerSubject(MadeSubject):
    """A runtime, and a machine in which it works."""

    face = ContainerRuntime

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine whose runtime it is."""
        return base._replace(container=DriverConfig(self.record.name, self.options, self.grants))

    def drive(self, main: Callable[[Any, Any], Any]) -> Any:
        """Return what `main(k, runtime)` returns, run in a machine with a /jail."""
        machine = self.machine()
        runtime = self.make()

        def program(k: Any) -> Any:
            for path in (JAIL, JAIL + b"/usr", JAIL + b"/usr/bin", JAIL + b"/tmp", JAIL + b"/proc"):
                k.mkdir(path, 0o755)
            k.mount(b"/usr/bin", JAIL + b"/usr/bin", "", MS_BIND)
            k.symlink(b"usr/bin", JAIL + b"/bin")
            return main(k, runtime)

        return self.run(machine, program)


def bundle(script: bytes = b"exit 0", **changes: Any) -> Bundle:
    """Return a bundle whose program is a shell script."""
    return Bundle(JAIL, [b"/usr/bin/sh", b"-c", script], ENV)._replace(**changes)


SLEEPER = Bundle(JAIL, [b"/usr/bin/sleep", b"1000"], ENV)


def _read(k: Any, path: bytes) -> bytes:
    fd = k.open(path, O_RDONLY)
    data: bytes = k.read_all(fd)
    k.close(fd)
    return data


def _there(k: Any, path: bytes) -> bool:
    return refused(lambda: k.stat(path)) is None


def _end(k: Any, runtime: Any, id: str) -> None:
    """Kill, await and delete a container that runs."""
    runtime.kill(k, id, SIGKILL)
    runtime.wait(k, id)
    runtime.delete(k, id)


# ---------------------------------------------------------------- create, start, wait
@clause("CTR-CREATE-1", mistake="create runs the program: the first process waits until start lets it exec")
def case_created_container_waits(subject: ContainerSubject) -> None:
    """create makes a container that is `created`, with the bundle given, whose program doesn't run yet."""

    def main(k: Any, runtime: Any) -> None:
        given = bundle(b"echo ran > /tmp/ran")
        runtime.create(k, "one", given)
        k.sleep_ns(TURN_NS)
        state = runtime.state(k, "one")
        expect(isinstance(state, ContainerState), f"state returned {state!r}")
        expect_equal((state.id, state.status, state.exit_status), ("one", "created", None), "(id, status, exit_status)")
        expect_equal(state.bundle, given, "the bundle in its state")
        expect(not _there(k, JAIL + b"/tmp/ran"), "the program has run before start")

    subject.drive(main)


@clause(
    "CTR-START-1",
    after="case_created_container_waits",
    mistake="wait returns an exit code where a wait status belongs, or start waits for the end",
)
def case_started_container_runs_to_its_end(subject: ContainerSubject) -> None:
    """start runs the program; wait returns its wait status; then it is `stopped`, without a pid."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", bundle(b"echo ran > /tmp/ran; exit 7"))
        runtime.start(k, "one")
        status = runtime.wait(k, "one")
        expect(
            WIFEXITED(status) and WEXITSTATUS(status) == 7, f"wait returned {status:#x} for `exit 7`, expected 0x700"
        )
        expect_equal(_read(k, JAIL + b"/tmp/ran"), b"ran\n", "what the program wrote")
        state = runtime.state(k, "one")
        expect_equal((state.status, state.pid), ("stopped", 0), "(status, pid)")
        expect(state.exit_status is not None, "exit_status is None")
        expect_equal(runtime.wait(k, "one"), status, "what a second wait returns")

    subject.drive(main)


@clause("CTR-START-2", after="case_started_container_runs_to_its_end", mistake="start doesn't look at the state first")
def case_only_created_containers_start(subject: ContainerSubject) -> None:
    """start raises InvalidArgument for a container that runs or has stopped."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", SLEEPER)
        runtime.start(k, "one")
        expect_error(InvalidArgument, lambda: runtime.start(k, "one"), "start of a running container")
        runtime.kill(k, "one", SIGKILL)
        runtime.wait(k, "one")
        expect_error(InvalidArgument, lambda: runtime.start(k, "one"), "start of a stopped container")

    subject.drive(main)


@clause(
    "CTR-STATE-1",
    after="case_started_container_runs_to_its_end",
    mistake="the pid is one inside the container's namespace, or of a helper",
)
def case_running_container_has_a_process(subject: ContainerSubject) -> None:
    """A running container's state has the pid of its first process, as seen from outside."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", SLEEPER)
        runtime.start(k, "one")
        k.sleep_ns(TURN_NS)
        state = runtime.state(k, "one")
        expect_equal((state.status, state.exit_status), ("running", None), "(status, exit_status)")
        command = _read(k, b"/proc/%d/cmdline" % state.pid)
        expect_equal(command, b"/usr/bin/sleep\x001000\x00", f"/proc/{state.pid}/cmdline")
        _end(k, runtime, "one")

    subject.drive(main)


@clause("CTR-STATE-2", after="case_created_container_waits", mistake="an unknown id is a KeyError, or an empty state")
def case_unknown_containers_are_missing(subject: ContainerSubject) -> None:
    """Every call raises NoSuchFile for an id that isn't there."""

    def main(k: Any, runtime: Any) -> None:
        for what, call in (
            ("state", lambda: runtime.state(k, "none")),
            ("start", lambda: runtime.start(k, "none")),
            ("kill", lambda: runtime.kill(k, "none", SIGTERM)),
            ("wait", lambda: runtime.wait(k, "none")),
            ("delete", lambda: runtime.delete(k, "none")),
        ):
            expect_error(NoSuchFile, call, f"{what} of a container that isn't there")
        expect_equal(runtime.list(k), [], "list")

    subject.drive(main)


@clause(
    "CTR-CREATE-2",
    after="case_started_container_runs_to_its_end",
    mistake="create replaces what has the id, or removes it while it cleans up",
)
def case_taken_ids_are_refused(subject: ContainerSubject) -> None:
    """create raises FileExists for an id that is taken, and the container that has it lives on."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", bundle(b"exit 5"))
        expect_error(FileExists, lambda: runtime.create(k, "one", SLEEPER), "create with a taken id")
        runtime.start(k, "one")
        expect_equal(WEXITSTATUS(runtime.wait(k, "one")), 5, "the exit status of the one that was there")

    subject.drive(main)


@clause(
    "CTR-CREATE-3",
    after="case_unknown_containers_are_missing",
    mistake="create leaves a half-made container behind when it fails",
)
def case_failed_create_leaves_nothing(subject: ContainerSubject) -> None:
    """create with a root that isn't there raises a SysError and leaves nothing: the id is free."""

    def main(k: Any, runtime: Any) -> None:
        expect_error(
            SysError, lambda: runtime.create(k, "one", SLEEPER._replace(root=b"/none")), "create with a missing root"
        )
        expect_error(NoSuchFile, lambda: runtime.state(k, "one"), "state afterwards")
        runtime.create(k, "one", bundle())

    subject.drive(main)


# ---------------------------------------------------------------- kill, delete, list
@clause(
    "CTR-KILL-1",
    after="case_running_container_has_a_process",
    mistake="the signal goes to a helper, or its number isn't in the wait status",
)
def case_killed_container_stops(subject: ContainerSubject) -> None:
    """kill sends the signal to the first process; wait tells of it."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", SLEEPER)
        runtime.start(k, "one")
        k.sleep_ns(TURN_NS)
        runtime.kill(k, "one", SIGKILL)
        status = runtime.wait(k, "one")
        expect(WIFSIGNALED(status) and WTERMSIG(status) == SIGKILL, f"wait returned {status:#x}, expected SIGKILL's")
        expect_equal(runtime.state(k, "one").status, "stopped", "its status")
        expect_error(SysError, lambda: runtime.kill(k, "one", SIGKILL), "kill of a stopped container")

    subject.drive(main)


@clause(
    "CTR-DELETE-1",
    after="case_killed_container_stops",
    mistake="delete kills what runs; that is for whoever asks to do first",
)
def case_running_container_is_not_deleted(subject: ContainerSubject) -> None:
    """delete raises InvalidArgument while the container runs, and it runs on."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", SLEEPER)
        runtime.start(k, "one")
        expect_error(InvalidArgument, lambda: runtime.delete(k, "one"), "delete of a running container")
        expect_equal(runtime.state(k, "one").status, "running", "its status after that")
        _end(k, runtime, "one")

    subject.drive(main)


@clause(
    "CTR-DELETE-2",
    after="case_killed_container_stops case_unknown_containers_are_missing",
    mistake="delete forgets the state and leaves files, mounts or the name behind",
)
def case_deleted_container_is_gone(subject: ContainerSubject) -> None:
    """After delete there is no container of that id, no process of it, and the id can be used again."""

    def main(k: Any, runtime: Any) -> None:
        before = k.listdir(b"/proc")
        for code in (1, 2):
            runtime.create(k, "one", bundle(b"exit %d" % code))
            runtime.start(k, "one")
            expect_equal(WEXITSTATUS(runtime.wait(k, "one")), code, "the exit status")
            runtime.delete(k, "one")
            expect_error(NoSuchFile, lambda: runtime.state(k, "one"), "state after delete")
            expect_equal(runtime.list(k), [], "list after delete")
        try:
            while k.wait() is not None:  # a helper that it may have left: who asks is its parent
                pass
        except NoChild:
            pass
        expect_equal(k.listdir(b"/proc"), before, "what /proc lists afterwards")

    subject.drive(main)


@clause(
    "CTR-LIST-1",
    after="case_created_container_waits",
    mistake="list comes in order of creation, or as ids instead of states",
)
def case_list_has_all_by_id(subject: ContainerSubject) -> None:
    """list returns the states of all containers, by id."""

    def main(k: Any, runtime: Any) -> None:
        for id in ("bb", "a", "c"):
            runtime.create(k, id, bundle())
        runtime.start(k, "a")
        runtime.wait(k, "a")
        listed = [(state.id, state.status) for state in runtime.list(k)]
        expect_equal(listed, [("a", "stopped"), ("bb", "created"), ("c", "created")], "list")

    subject.drive(main)


# ---------------------------------------------------------------- what is inside
@clause(
    "CTR-ROOT-1",
    after="case_started_container_runs_to_its_end",
    mistake="the root is changed and the current directory isn't, or the environment is the caller's",
)
def case_program_sees_its_bundle(subject: ContainerSubject) -> None:
    """Inside, / is the bundle's root, and current directory, arguments and environment are the bundle's alone."""

    def main(k: Any, runtime: Any) -> None:
        k.env[b"OUTSIDE"] = b"outside"
        script = b'pwd > /seen; echo "$0 $1 $KIT [$OUTSIDE]" >> /seen'
        argv = [b"/usr/bin/sh", b"-c", script, b"zero", b"one"]
        runtime.create(k, "one", Bundle(JAIL, argv, ENV, b"/tmp"))
        runtime.start(k, "one")
        runtime.wait(k, "one")
        expect_equal(_read(k, JAIL + b"/seen"), b"/tmp\nzero one kit []\n", "what the program saw")

    subject.drive(main)


@clause(
    "CTR-ROOT-2",
    after="case_program_sees_its_bundle",
    mistake="the root is changed with chroot, and a descriptor or a current directory outside is left open",
)
def case_program_does_not_see_outside(subject: ContainerSubject) -> None:
    """Inside, nothing of the machine's own root can be reached, with .. or through /proc of itself."""

    def main(k: Any, runtime: Any) -> None:
        fd = k.open(b"/secret", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        k.close(fd)
        tries = (
            b"secret",
            b"/secret",
            b"/../secret",
            b"../../../secret",
            b"/proc/self/cwd/../secret",
            b"/proc/self/root/secret",
        )
        look = b"for f in " + b" ".join(tries) + b"; do [ -e $f ] && echo $f >> /seen; done; "
        script = look + b"cd /tmp; " + look + b"exit 0"
        runtime.create(k, "one", bundle(script))
        runtime.start(k, "one")
        runtime.wait(k, "one")
        expect(not _there(k, JAIL + b"/seen"), "the program found the machine's /secret")

    subject.drive(main)


@clause(
    "CTR-UTS-1",
    needs="uts",
    after="case_started_container_runs_to_its_end",
    mistake="the hostname is set before the namespace is unshared: it is the machine's",
)
def case_hostname_is_its_own(subject: ContainerSubject) -> None:
    """Inside, the hostname is the bundle's; outside it stays what it was."""

    def main(k: Any, runtime: Any) -> None:
        before = k.uname().nodename
        runtime.create(k, "one", bundle(b"uname -n > /seen", hostname=b"boxed"))
        runtime.start(k, "one")
        runtime.wait(k, "one")
        expect_equal(_read(k, JAIL + b"/seen"), b"boxed\n", "the hostname inside")
        expect_equal(k.uname().nodename, before, "the hostname outside")

    subject.drive(main)


@clause(
    "CTR-PID-1",
    needs="pid",
    after="case_started_container_runs_to_its_end",
    mistake="the process that unshares isn't in the new namespace; its children are",
)
def case_first_process_is_number_one(subject: ContainerSubject) -> None:
    """Inside, the first process is number 1."""

    def main(k: Any, runtime: Any) -> None:
        runtime.create(k, "one", bundle(b"echo $$ > /seen"))
        runtime.start(k, "one")
        runtime.wait(k, "one")
        expect_equal(_read(k, JAIL + b"/seen"), b"1\n", "$$ inside")

    subject.drive(main)


@clause(
    "CTR-MOUNT-1",
    needs="mount",
    after="case_started_container_runs_to_its_end",
    mistake="the bundle's mounts are made in the machine's own namespace",
)
def case_mounts_are_its_own(subject: ContainerSubject) -> None:
    """The bundle's mounts are there inside, and not outside."""

    def main(k: Any, runtime: Any) -> None:
        k.mkdir(b"/data", 0o755)
        fd = k.open(b"/data/file", O_WRONLY | O_CREAT, 0o644)
        k.write(fd, b"bound\n")
        k.close(fd)
        k.mkdir(JAIL + b"/mnt", 0o755)
        given = bundle(
            b"cat /mnt/file > /seen; [ -e /tmp/file ] && echo more >> /seen", mounts=((b"/data", b"/mnt", "bind"),)
        )
        runtime.create(k, "one", given)
        expect_equal(k.listdir(JAIL + b"/mnt"), [], "what is in /jail/mnt outside, while it is there")
        runtime.start(k, "one")
        runtime.wait(k, "one")
        expect_equal(_read(k, JAIL + b"/seen"), b"bound\n", "what was read inside")
        expect_equal(k.listdir(JAIL + b"/mnt"), [], "what is in /jail/mnt outside, afterwards")

    subject.drive(main)


@clause(
    "CTR-MANY-1",
    after="case_list_has_all_by_id case_killed_container_stops",
    mistake="something is kept once for the runtime that belongs to each container",
)
def case_containers_live_side_by_side(subject: ContainerSubject) -> None:
    """Several containers run at once, and each has an end of its own."""

    def main(k: Any, runtime: Any) -> None:
        for number in range(1, 6):
            runtime.create(k, f"c{number}", bundle(b"sleep %d; exit %d" % (6 - number, number)))
        for number in range(1, 6):
            runtime.start(k, f"c{number}")
        codes = {f"c{number}": WEXITSTATUS(runtime.wait(k, f"c{number}")) for number in range(1, 6)}
        expect_equal(codes, {f"c{number}": number for number in range(1, 6)}, "the exit statuses")

    subject.drive(main)


CASES = (*COMMON, *collect(globals()))
SUBJECT = ContainerSubject
