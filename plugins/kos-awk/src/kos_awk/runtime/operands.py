"""The main input: ARGV's files one after another, assignments among them, and all forms of getline."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kos_kernel.api import O_CLOEXEC, O_RDONLY, S_IFDIR, S_IFMT, SysError

from ..errors import Fatal, NextFile
from .source import Source
from .values import Input, num

if TYPE_CHECKING:
    from kos_kernel.api import Regex

    from .machine import Runtime

_ASSIGNMENT: Final = re.compile(rb"((?:[A-Za-z_][A-Za-z_0-9]*::)?[A-Za-z_][A-Za-z_0-9]*)=(.*)", re.DOTALL)


class Operands:
    """What reads. begin_file, end_file: the program's BEGINFILE and ENDFILE rules."""

    begin_file: Callable[[], None] | None = None
    end_file: Callable[[], None] | None = None

    def __init__(self: Runtime) -> None:  # type: ignore[misc]
        self._source: Source | None = None
        self._operand = 1
        self._any_file = False
        self.given: frozenset[bytes] = frozenset()  # operands of the command line
        self.status = 0
        self.got = 0.0
        self.batch_size, self.batch_last = 0.0, b""

    def _next_source(self: Runtime) -> bool:  # type: ignore[misc]
        """Open the next file; False if there is none. Assignments on the way are made."""
        while True:
            if self._operand >= num(self.ARGC):
                if self._any_file:
                    return False
                self._any_file = True
                self._source = Source(self, 0)
                self.FNR = 0.0
                self.FILENAME = b""
                if self._begun():
                    return True
                continue
            key = b"%d" % self._operand
            self._operand += 1
            if key not in self.ARGV:
                continue
            name = bytes(self.text(self.ARGV[key]))
            if not name:
                continue
            found = _ASSIGNMENT.fullmatch(name)
            if found and self.assign is not None:
                self.assign_operand(found[1], found[2])
                continue
            self._any_file = True
            self.ARGIND = float(self._operand - 1)
            if self._open(name) and self._begun():
                return True

    def assign_operand(self: Runtime, name: bytes, value: bytes) -> None:  # type: ignore[misc]
        """Do what `name=value` on the command line says."""
        from ..language.lexer import GNU_VARIABLES, unescaped

        known = name.decode().removeprefix("awk::").replace("::", "·")
        if not self.dialect.gnu and known in GNU_VARIABLES:
            known += "·"
        if known in self.program_functions:
            raise Fatal(b"cannot use function name `%s' as variable name" % name)
        assert self.assign is not None
        self.assign(known, Input(unescaped(value)))

    def _open(self: Runtime, name: bytes) -> bool:  # type: ignore[misc]
        k = self.k
        if self.streams.sandbox and name not in self.given:
            raise Fatal(b"cannot add a new file (%s) to ARGV in sandbox mode" % name)
        self.FILENAME = name
        self.FNR = 0.0
        self.ERRNO = b""
        fd = 0 if name in (b"-", b"/dev/stdin") else -1
        try:
            if fd < 0:
                fd = k.open(name, O_RDONLY | O_CLOEXEC)
                if k.fstat(fd).mode & S_IFMT == S_IFDIR:
                    k.close(fd)
                    self.warn(b"command line argument `%s' is a directory: skipped" % name)
                    return False
        except SysError as error:
            self.failed(error)
            if self.begin_file is None:
                self.status = 2
                self.warn(b"cannot open file `%s' for reading: %s" % (name, (error.strerror or "").encode()))
                return False
        self._source = Source(self, fd)
        return True

    def _begun(self: Runtime) -> bool:  # type: ignore[misc]
        """Run BEGINFILE; False if it skips the file."""
        source = self._source
        assert source is not None
        if self.begin_file is not None:
            self.record.take(b"")
            try:
                self.begin_file()
            except NextFile:
                self._close_source()
                return False
            if source.fd < 0:
                raise Fatal(b"cannot open file `%s' for reading: %s" % (self.FILENAME, self.text(self.ERRNO)))
        return True

    def _close_source(self: Runtime) -> None:  # type: ignore[misc]
        source = self._source
        if source is not None:
            self._source = None
            source.close()
            if source.fd > 0:
                self.k.close(source.fd)

    def _end_source(self: Runtime) -> None:  # type: ignore[misc]
        """A file has come to its end."""
        if self.end_file is not None and self._source is not None:
            self.end_file()
        self._close_source()

    def skip_file(self: Runtime) -> None:  # type: ignore[misc]
        """Do what `nextfile` says."""
        self._end_source()

    def _read(self: Runtime) -> bytes | None:  # type: ignore[misc]
        """Return the next record of all files, None at the end of the last."""
        while True:
            source = self._source
            if source is None:
                if not self._next_source():
                    return None
                continue
            try:
                text = source.record()
            except SysError as error:
                self._unreadable(error)
                continue
            if text is not None:
                self.RT = source.ended_by
                self.NR += 1.0
                self.FNR += 1.0
                return text
            self._end_source()

    def _unreadable(self: Runtime, error: SysError) -> None:  # type: ignore[misc]
        name = bytes(self.text(self.FILENAME)) or b"-"
        raise Fatal(b"error reading input file `%s': %s" % (name, (error.strerror or "").encode()))

    def next_record(self: Runtime) -> bool:  # type: ignore[misc]
        """Read the next record into $0; False at the end of all input."""
        source = self._source
        if source is not None:  # what comes nearly always, without further calls
            at = source.next
            if at < len(source.lines) and source.cut_by is self.record_separator:
                source.next = at + 1
                self.record.take(source.lines[at])
                self.RT = source.ended_by
                self.NR += 1.0
                self.FNR += 1.0
                return True
        text = self._read()
        if text is None:
            return False
        self.record.take(text)
        return True

    def batch(self: Runtime, wanted: Regex | None = None) -> list[bytes] | None:  # type: ignore[misc]
        """Return some records of one file, None at the end of all input. Counting them is the caller's.

        Those that `wanted` isn't found in may be left out; batch_size says how many there were, batch_last is the last of all.
        """
        while True:
            source = self._source
            if source is None:
                if not self._next_source():
                    return None
                continue
            try:
                records = source.batch(wanted)
            except SysError as error:
                self._unreadable(error)
                continue
            if records is not None:
                self.batch_size, self.batch_last = float(source.size), source.last
                return records
            self._close_source()

    def failed_at(self: Runtime, index: int) -> None:  # type: ignore[misc]
        """Count the records of this batch up to one, the index-th (from 1) of those that were given out."""
        source = self._source
        if source is not None:
            number = float(source.number(index))
            self.NR += number
            self.FNR += number

    def read_all(self: Runtime, one_by_one: bool) -> None:  # type: ignore[misc]
        """Read all records, for a program that has no rules for them. one_by_one: what ended the last one is asked for."""
        if one_by_one or self.begin_file is not None or self.end_file is not None:
            while self.next_record():
                self.tick(1)
            return
        while self.batch() is not None:
            self.NR += self.batch_size
            self.FNR += self.batch_size
            self.record.take(self.batch_last)
            self.tick(1 + int(self.batch_size) // 16)

    # -- getline -------------------------------------------------------------------------------------------------------

    def read(self: Runtime) -> Input | None:  # type: ignore[misc]
        """Return the next record of the main input for `getline var`; None at the end, with the result in `got`."""
        text = self._read()
        if text is None:
            self.got = 0.0
            return None
        return Input(text)

    def read_from(self: Runtime, kind: str, name: bytes) -> Input | None:  # type: ignore[misc]
        """Return a record of a file, a command or a coprocess; None if there's none, with 0 or -1 in `got`."""
        pipe = self.streams.inputs.get(name) if kind == "file" else None
        source = pipe.source if pipe is not None else self.streams.input(kind, name)
        if source is None:
            self.got = -1.0
            return None
        at = source.next
        if at < len(source.lines) and source.cut_by is self.record_separator:
            source.next = at + 1
            text: bytes | None = source.lines[at]
        else:
            self.got = -1.0
            try:
                text = source.record()
            except SysError as error:
                self.failed(error)
                return None
            if text is None:
                self.got = 0.0
                return None
        assert text is not None
        self.RT = source.ended_by
        if kind != "file":
            self.NR += 1.0
        return Input(text)

    def getline(self: Runtime, text: Input | None) -> float:  # type: ignore[misc]
        """Make what was read the record; return what getline does: 1, 0 at the end, -1 for an error."""
        if text is None:
            return self.got
        self.record.take(bytes(text))
        return 1.0
