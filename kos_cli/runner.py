"""Running the machine's shell with this process's standard streams: what `kos run` and `kos sh` share.

    host's fd 0  ── read only when a program waits for input ──►  machine  ── each write at once ──►  host's fd 1, 2
    Ctrl-C, Ctrl-\\                                          ──►  SIGINT, SIGQUIT to the foreground group

Bytes all the way: nothing is decoded, nothing is buffered. On the path of every start; imports nothing heavy.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from kos_kernel.abi import SIGINT, SIGQUIT
from kos_kernel.errors import KosError, RunTimeout, from_host

from .errors import complain
from .machine_args import environment, make_machine, timeout_s

if TYPE_CHECKING:
    from kos_kernel import Machine

TIMED_OUT = 124  # as timeout(1)
FORWARDED = {"SIGINT": SIGINT, "SIGQUIT": SIGQUIT}  # what a terminal sends to its foreground job


class HostInput:
    """This process's standard input, unbuffered; read by the hub when a program of the machine waits for it."""

    def fileno(self) -> int:
        """Return its descriptor, for the hub to wait on."""
        return 0

    def read(self, size: int) -> bytes:
        """Return what is there, at least a byte; b"" at the end, and where standard input is closed or can't be read."""
        try:
            return os.read(0, size)
        except BlockingIOError:
            _wait_until_ready(0, False)
            return self.read(size)
        except OSError:
            return b""


def output_to(fd: int) -> Callable[[bytes], None]:
    """Return a function that writes bytes to a descriptor of the host, all of them.

    BrokenPipeError if nobody reads it any more; another error of the host as the SysError that the program is to get.
    """

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(fd, view) :]
            except BlockingIOError:  # whoever started us made it non-blocking
                _wait_until_ready(fd, True)
            except BrokenPipeError:
                raise
            except OSError as error:  # the host's disk is full, say: the program gets the same errno
                raise from_host(error) from None

    return write


def run_shell(parsed: Any, argv: Sequence[bytes]) -> int:
    """Boot the machine that the options ask for, run its shell with these arguments, and return the exit status.

    argv: argv[0] is "sh" or "bash", which are two modes of one shell.
    Raises KosError for what the user must mend. Ends with what still runs in the machine killed.
    """
    with make_machine(parsed) as machine:
        return run_to_end(machine, parsed, lambda streams: machine.spawn(argv, **streams))


def run_script(parsed: Any, name: bytes, text: bytes, arguments: Sequence[bytes]) -> int:
    """Boot the machine that the options ask for, run a script of the host in it, and return the exit status.

    name: what the script was called by. Raises KosError for what the user must mend.
    """
    from .script import home_of, show_script

    with make_machine(parsed) as machine:
        folder = home_of(machine, parsed.user) if parsed.workdir is None else os.fsencode(parsed.workdir)
        shown = show_script(machine, folder, name, text)
        argv = [b"bash", b"--", name, *arguments] if shown else [b"bash", b"-c", text, name, *arguments]
        return run_to_end(machine, parsed, lambda streams: machine.spawn(argv, **streams))


def run_to_end(machine: Machine, parsed: Any, start: Callable[[dict[str, Any]], Any]) -> int:
    """Start something in the machine with this process's streams and return its exit status once it has ended.

    start: gets the keywords of `Machine.spawn` for streams, environment, folder and user.
    """
    timeout = timeout_s(parsed)
    streams = {
        "stdin": HostInput(),
        "stdout": output_to(1),
        "stderr": output_to(2),
        "env": environment(parsed),
        "cwd": None if parsed.workdir is None else os.fsencode(parsed.workdir),
        "user": parsed.user,
    }
    try:
        running = start(streams)
    except OSError as error:  # the only thing that can be wrong with it before it begins is where it should begin
        raise KosError(f"--workdir {parsed.workdir}: {error.strerror} in the machine") from None
    settle_collector()
    with Forwarding(machine, running):
        try:
            status: int = running.wait(timeout).status
        except RunTimeout:
            complain(f"timed out after {parsed.timeout}")
            status = TIMED_OUT
    if any(output.exceeded for output in running.outputs):
        complain("the limit on output was reached and the rest was lost\n  raise it with --set limits.output=1GiB")
    return status


def settle_collector() -> None:
    """Let the garbage collector look only at what is made from now on, and seldom.

    What a boot has made stays for as long as the process does. A machine makes many small objects and few cycles; with the
    usual thresholds a script with many files on its disk is interrupted by collections of 10 ms and more that free nothing.
    """
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    gc.enable()


class Forwarding:
    """A context: inside it the host's Ctrl-C is the machine's, so that no exception lands in the middle of a program."""

    def __init__(self, machine: Machine, running: Any) -> None:
        self._machine = machine
        self._running = running
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Forwarding:
        for name in FORWARDED:
            number = getattr(signal, name, None)
            if number is None or signal.getsignal(number) == signal.SIG_IGN:  # nohup and & ask for just that
                continue
            try:
                self._before[number] = signal.signal(number, self._forward)
            except ValueError:  # not the main thread: whoever runs us there has its own idea of signals
                return self
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _forward(self, signum: int, frame: FrameType | None) -> None:
        number = FORWARDED[signal.Signals(signum).name]
        self._machine.post(lambda machine: self._to_foreground(number))

    def _to_foreground(self, number: int) -> None:
        """Signal the group of the shell, in which everything is that it runs in the foreground."""
        running = self._running
        if not running.done:
            running.kernel.signal_group(running.process.group.id, number)


def _wait_until_ready(fd: int, writing: bool) -> None:
    import select

    select.select([] if writing else [fd], [fd] if writing else [], [])
