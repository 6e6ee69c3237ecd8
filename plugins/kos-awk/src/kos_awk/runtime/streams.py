"""What print writes to and getline reads from by name: files, commands, coprocesses.

A name is opened once and stays open until close(). Output is gathered and written in big pieces; all of it is written down
before the program may wait for somebody else: a read, a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kos_kernel.api import CHUNK, O_APPEND, O_CLOEXEC, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, SysError

from ..errors import Fatal
from .source import Source

if TYPE_CHECKING:
    from .machine import Runtime

_STANDARD: Final = {b"/dev/stdin": 0, b"/dev/stdout": 1, b"/dev/stderr": 2, b"-": 1}


def _descriptor(name: bytes) -> int | None:
    """Return which open descriptor a name stands for, if it does."""
    if name[:8] == b"/dev/fd/" and name[8:].isdigit() and len(name) < 14:
        return int(name[8:])
    return _STANDARD.get(name)


class Output:
    """A descriptor with what is to be written. pid: the command that reads it."""

    __slots__ = ("_k", "_size", "fd", "name", "parts", "pid", "shared")

    def __init__(self, rt: Runtime, name: bytes, fd: int, pid: int | None = None, shared: bool = False) -> None:
        self._k = rt.k
        self.name = name
        self.fd = fd
        self.pid = pid
        self.shared = shared  # descriptor 0, 1, 2 and the like: not ours to close
        self.parts: list[bytes] = []
        self._size = 0

    def put(self, data: bytes) -> None:
        """Take data."""
        self.parts.append(data)
        self._size += len(data)
        if self._size >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what there is. Raises Fatal if that fails."""
        parts = self.parts
        if not parts:
            return
        self._size = 0
        waiting: list[bytes] = []
        size = 0
        taken = parts[:]
        parts.clear()  # before writing: a handler may run, and the list must not be written twice
        for part in taken:
            waiting.append(part)
            size += len(part)
            if size >= CHUNK:
                self._write(b"".join(waiting))
                waiting, size = [], 0
        if waiting:
            self._write(waiting[0] if len(waiting) == 1 else b"".join(waiting))

    def _write(self, data: bytes) -> None:
        try:
            while data:
                written = self._k.write(self.fd, data)
                if written >= len(data):
                    return
                data = data[written:]
        except SysError as error:
            name = b'"standard output"' if self.fd == 1 else b'"%s"' % self.name
            raise Fatal(b"print to %s failed: %s" % (name, (error.strerror or "").encode())) from None


class Pipe:
    """A command that getline reads from; `out` is where print writes to if it's a coprocess."""

    __slots__ = ("out", "pid", "source")

    def __init__(self, source: Source, pid: int | None, out: Output | None = None) -> None:
        self.source = source
        self.pid = pid
        self.out = out


class Streams:
    """All that is open by name."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._k = rt.k
        self.stdout = Output(rt, b"/dev/stdout", 1, shared=True)
        self.outputs: dict[bytes, Output] = {}
        self.inputs: dict[bytes, Pipe] = {}  # files
        self.commands: dict[bytes, Pipe] = {}
        self.coprocesses: dict[bytes, Pipe] = {}
        self.sandbox = False  # nothing may be opened, no command run

    def _allow(self, what: str) -> None:
        if self.sandbox:
            raise Fatal(f"{what} not allowed in sandbox mode")

    # -- writing -------------------------------------------------------------------------------------------------------

    def output(self, how: str, name: bytes) -> Output:
        """Return where `print > name` writes. Raises Fatal if it can't be opened."""
        self._allow("redirection")
        if how == "|&":
            out = self._coprocess(name).out
            if out is None:
                raise Fatal(b"attempt to write to a closed end of two-way pipe `%s'" % name)
            return out
        found = self.outputs.get(name)
        if found is None:
            if not name:
                raise Fatal(f"expression for `{how}' redirection has null string value")
            found = self.outputs[bytes(name)] = self._open(how, bytes(name))
        return found

    def _open(self, how: str, name: bytes) -> Output:
        k = self._k
        if how == "|":
            self.flush()
            reading, writing = k.pipe(cloexec=True)
            pid = self._spawn(name, {0: reading})
            k.close(reading)
            return Output(self._rt, name, writing, pid)
        fd = _descriptor(name)
        if fd == 1:
            return self.stdout
        if fd is not None:
            return Output(self._rt, name, fd, shared=True)
        flags = O_WRONLY | O_CREAT | O_CLOEXEC | (O_APPEND if how == ">>" else O_TRUNC)
        try:
            return Output(self._rt, name, k.open(name, flags))
        except SysError as error:
            raise Fatal(b"cannot redirect to `%s': %s" % (name, (error.strerror or "").encode())) from None

    def flush(self) -> None:
        """Write everything down."""
        if self.stdout.parts:
            self.stdout.flush()
        for out in list(self.outputs.values()):
            if out.parts:
                out.flush()
        for pipe in list(self.coprocesses.values()):
            if pipe.out is not None and pipe.out.parts:
                pipe.out.flush()

    def flush_one(self, name: bytes) -> bool:
        """Write one output down; False if nothing of that name is open."""
        found = self.outputs.get(name)
        if found is None and _descriptor(name) == 1:
            found = self.stdout
        if found is None:
            return False
        found.flush()
        return True

    # -- reading -------------------------------------------------------------------------------------------------------

    def input(self, kind: str, name: bytes) -> Source | None:
        """Return what getline reads from; None if it can't be opened, with ERRNO set."""
        self._allow("redirection")
        if kind == "coprocess":
            return self._coprocess(name).source
        table = self.inputs if kind == "file" else self.commands
        found = table.get(name)
        if found is None:
            if not name:
                if kind == "file":
                    return None
                raise Fatal("expression for `|' redirection has null string value")
            k = self._k
            if kind == "pipe":
                self.flush()
                reading, writing = k.pipe(cloexec=True)
                pid = self._spawn(name, {1: writing})
                k.close(writing)
                found = Pipe(Source(self._rt, reading), pid)
            else:
                fd = 0 if name == b"-" else _descriptor(name)
                if fd is None:
                    try:
                        fd = k.open(bytes(name), O_RDONLY | O_CLOEXEC)
                    except SysError as error:
                        self._rt.failed(error)
                        return None
                found = Pipe(Source(self._rt, fd), None)
            table[bytes(name)] = found
        return found.source

    def _coprocess(self, name: bytes) -> Pipe:
        found = self.coprocesses.get(name)
        if found is None:
            if not name:
                raise Fatal("expression for `|&' redirection has null string value")
            k = self._k
            self.flush()
            reading, their_out = k.pipe(cloexec=True)
            their_in, writing = k.pipe(cloexec=True)
            pid = self._spawn(name, {0: their_in, 1: their_out})
            k.close(their_in)
            k.close(their_out)
            found = Pipe(Source(self._rt, reading), pid, Output(self._rt, name, writing))
            self.coprocesses[bytes(name)] = found
        return found

    # -- commands ------------------------------------------------------------------------------------------------------

    def _spawn(self, command: bytes, moved: dict[int, int]) -> int:
        k = self._k
        fds: dict[int, int | bytes] = {fd: fd for fd in k.kept_fds()}
        fds.update(moved)
        try:
            return k.spawn(b"/bin/sh", [b"sh", b"-c", bytes(command)], self._rt.environment(), fds=fds)
        except SysError as error:
            raise Fatal(b"cannot open pipe `%s': %s" % (command, (error.strerror or "").encode())) from None

    def system(self, command: bytes) -> float:
        """Run a command and return its status; 256 more than the signal that ended it."""
        self._allow("`system' function")
        self.flush()
        return self._status(self._spawn(command, {}))

    def _status(self, pid: int) -> float:
        ended = self._k.wait(pid)
        status = 0 if ended is None else ended[1]
        if status & 0x7F:
            return float(256 + (status & 0x7F))
        return float(status >> 8 & 0xFF)

    # -- the end -------------------------------------------------------------------------------------------------------

    def close(self, name: bytes, half: bytes | None = None) -> float:
        """Close what is open under a name: 0 or a command's status; -1 if nothing is. half: "to" or "from" of a coprocess."""
        status = -1.0
        pipe = self.coprocesses.get(name)
        if pipe is not None:
            if half in (None, b"to") and pipe.out is not None:
                pipe.out.flush()
                self._k.close(pipe.out.fd)
                pipe.out = None
                status = 0.0
            if half in (None, b"from"):
                del self.coprocesses[name]
                status = self._close_input(pipe)
            return status
        out = self.outputs.pop(name, None)
        if out is not None:
            status = self._close_output(out)
        for table in (self.inputs, self.commands):
            source = table.pop(name, None)
            if source is not None:
                status = self._close_input(source)
        return status

    def _close_output(self, out: Output) -> float:
        out.flush()
        if not out.shared:
            self._k.close(out.fd)
        return 0.0 if out.pid is None else self._status(out.pid)

    def _close_input(self, pipe: Pipe) -> float:
        pipe.source.close()
        if pipe.source.fd > 2:
            self._k.close(pipe.source.fd)
        return 0.0 if pipe.pid is None else self._status(pipe.pid)

    def close_all(self) -> None:
        """Write everything down, close it and wait for the commands."""
        self.flush()
        for table in (self.outputs, self.inputs, self.commands, self.coprocesses):
            for name in list(table):
                self.close(name)
