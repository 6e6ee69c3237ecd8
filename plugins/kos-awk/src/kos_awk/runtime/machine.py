"""The state of a running program, as far as it isn't variables of the generated functions.

    Runtime      special variables, the record, streams, the operands still to be read
                 its parts: operands.py (the main input), functions.py (built-in functions)

Special variables have effects: FS makes a new splitter, NF cuts the record. `set(name, value)` does that; reading one is an
attribute, but for NF. Those that are numbers are kept as floats whatever is assigned.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ..errors import Fatal
from .functions import Functions
from .operands import Operands
from .patterns import Patterns
from .record import Record
from .source import Separator
from .splitting import Splitter, by_content, by_widths, splitter, words
from .streams import Streams
from .values import UNSET, Array, Input, Values, new_array, num

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, SysError

    from ..language.lexer import Dialect

NUMBERS: Final = frozenset(["NR", "FNR", "RSTART", "RLENGTH", "ARGIND"])
SPECIALS: Final = NUMBERS | frozenset(
    "NF FILENAME FS OFS ORS RS SUBSEP CONVFMT OFMT RT IGNORECASE FPAT FIELDWIDTHS ARGC ERRNO".split()
)
ARRAYS: Final = frozenset(["ENVIRON", "ARGV", "PROCINFO"])
BIG: Final = 1 << 16
_ELEMENT: Final = 160  # bytes that an element is charged, besides its texts
_DEEPEST: Final = 20_000  # calls of functions within each other
HOP: Final = 60
"""Calls of functions on one stack."""


class Runtime(Values, Operands, Functions):
    """See the file's head. assign: sets a variable of the program by its name, for operands NAME=VALUE."""

    NR: float
    FNR: float
    RSTART: float
    ARGIND: float
    ARGV: Array
    subsep_text: bytes

    def __init__(self, k: Syscalls, name: bytes, dialect: Dialect, utf8: bool) -> None:
        Values.__init__(self)
        self.k = k
        self.name = name
        self.dialect = dialect
        self.utf8 = utf8
        self.patterns = Patterns(utf8, dialect)
        self.assign: Callable[[str, Any], None] | None = None
        self.functions: dict[bytes, Callable[..., Any]] = {}
        self.NR = self.FNR = self.RSTART = self.ARGIND = 0.0
        self.RLENGTH = -1.0
        self.FILENAME: Any = UNSET
        self.FS: Any = b" "
        self.OFS: Any = b" "
        self.ORS: Any = b"\n"
        self.RS: Any = b"\n"
        self.SUBSEP: Any = b"\x1c"
        self.CONVFMT: Any = b"%.6g"
        self.OFMT: Any = b"%.6g"
        self.RT: Any = b""
        self.IGNORECASE: Any = 0.0
        self.FPAT: Any = b"[^[:space:]]+"
        self.FIELDWIDTHS: Any = b""
        self.ERRNO: Any = b""
        self.ARGC: Any = 0.0
        self.ofs_text = b" "
        self.ors_text = b"\n"
        self.subsep_text = b"\x1c"
        self.record_separator = Separator(b"\n")
        self._by = "FS"  # which variable splits: the one that was assigned last
        self.splitter: Splitter = splitter(b" ", self.patterns, paragraph=False, utf8=utf8)
        self.record = Record(self)
        self.streams = Streams(self)
        self.parts = self.streams.stdout.parts
        self.emit = self.parts.append
        self.put = self.streams.stdout.put
        self.ENVIRON = new_array()
        self.ENVIRON.update((key, Input(value)) for key, value in k.env.items())
        self.ARGV = new_array()
        self.PROCINFO = new_array()
        self.arrays: list[Array] = [self.ENVIRON, self.ARGV]
        self.local_arrays: weakref.WeakSet[Array] = weakref.WeakSet()
        self.depth = 0
        self._held = 0  # bytes charged for arrays
        self._elements = 256  # as many are walked again
        self._big = 0
        self.slice = 512  # records of a batch between two ticks
        self._ticks = 0
        self._calls = 0
        Operands.__init__(self)
        Functions.__init__(self)

    def fill_procinfo(self) -> None:
        """Make PROCINFO. Only programs that name it ask for it."""
        k, info = self.k, self.PROCINFO
        numbers = {"pid": k.getpid(), "ppid": k.getppid(), "pgrpid": k.getpgid(), "uid": k.getuid(), "gid": k.getgid(),
                   "euid": k.geteuid(), "egid": k.getegid()}  # fmt: skip
        info.update((key.encode(), float(value)) for key, value in numbers.items())
        info.update(
            {b"version": b"5.2.1", b"strftime": b"%a %b %e %H:%M:%S %Z %Y", b"FS": b"FS", b"platform": b"posix"}
        )

    # -- special variables -----------------------------------------------------------------------------------------------

    def set(self, name: str, value: Any) -> Any:
        """Assign a special variable, with all that follows from it; return the value."""
        if name in NUMBERS:
            setattr(self, name, num(value))
            return value
        if name == "NF":
            self.record.set_count(num(value))
            return value
        setattr(self, name, value)
        if name in ("FS", "FPAT", "FIELDWIDTHS"):
            self._by = name
            if b"FS" in self.PROCINFO:
                self.PROCINFO[b"FS"] = name.encode()
            self._new_splitter()
        elif name == "RS":
            text = bytes(self.text(value))
            if text == b"":
                self.record_separator = Separator(None)
            elif len(text) == 1 or not self.dialect.gnu:  # POSIX knows one character
                self.record_separator = Separator(text[:1])
            else:
                self.record_separator = Separator(None, self.patterns.compiled(text))
            self._new_splitter()
        elif name == "IGNORECASE":
            self.patterns.ignore_case = bool(num(value)) if not isinstance(value, bytes) else value not in (b"", b"0")
            self.fold = self.lower if self.patterns.ignore_case else None
            self._new_splitter()
        elif name == "OFS":
            if self.record.text is None:
                self.record.whole()
            self.ofs_text = self.text(value)
        elif name == "ORS":
            self.ors_text = self.text(value)
        elif name == "SUBSEP":
            self.subsep_text = self.text(value)
        elif name == "CONVFMT":
            self.conversion = bytes(self.text(value))
        elif name == "OFMT":
            self.output = bytes(self.text(value))
        return value

    def get(self, name: str) -> Any:
        """Return a special variable."""
        return self.record.count() if name == "NF" else getattr(self, name)

    def _new_splitter(self) -> None:
        if self._by == "FS":
            paragraph = self.record_separator.char is None and self.record_separator.regex is None
            self.splitter = splitter(bytes(self.text(self.FS)), self.patterns, paragraph=paragraph, utf8=self.utf8)
        elif self._by == "FPAT":
            source = bytes(self.text(self.FPAT))
            self.splitter = Splitter(lambda text, *_: by_content(text, source, self.patterns))
        else:
            self.splitter = Splitter(by_widths(bytes(self.text(self.FIELDWIDTHS)), self.utf8))

    def quick_split(self) -> tuple[Callable[..., list[bytes]], bytes | None]:
        """Return (function, separator) such that function(record, separator, most) are a record's fields, for this batch."""
        way, source = self.splitter, self._source
        if way.plain and source is not None:
            if way.separator is None:
                if not source.odd:
                    return bytes.split, None
            elif not source.empty:
                return bytes.split, way.separator
        return way.fields, way.separator

    def quick_words(self) -> Callable[[bytes], list[bytes]]:
        """Return what splits a record of this batch at blanks."""
        source = self._source
        return bytes.split if source is not None and not source.odd else words

    def environment(self) -> dict[bytes, bytes]:
        """Return what commands find in their environment: ENVIRON as the program left it."""
        return {
            bytes(key): bytes(self.text(value)) for key, value in self.ENVIRON.items() if value.__class__ is not Array
        }

    def failed(self, error: SysError) -> None:
        """Remember why a file couldn't be used."""
        self.ERRNO = (error.strerror or "").encode()

    # -- time and memory -------------------------------------------------------------------------------------------------

    def tick(self, units: int) -> int:
        """Account for work; let others have their turn; write what has come together. Returns 0."""
        self.k.tick(units)
        parts = self.parts
        if len(parts) > 2048:
            self.streams.stdout.flush()
        self._ticks += units
        if self._ticks > 4096:
            self._ticks = 0
            count = sum(map(len, self.arrays))
            if self.local_arrays:
                count += sum(map(len, list(self.local_arrays)))
            if count > 2 * self._elements or self._big > 1 << 24:
                self._walk(count)
        return 0

    def _walk(self, count: int) -> None:
        """Charge what the arrays hold. Done when they have doubled, so that it costs little."""
        total = 0
        todo: list[Any] = [*self.arrays, *self.local_arrays]
        seen: set[int] = set()
        while todo:
            array = todo.pop()
            if id(array) in seen:
                continue
            seen.add(id(array))
            total += _ELEMENT * len(array) + sum(map(len, array))
            for value in array.values():
                if value.__class__ is Array:
                    todo.append(value)
                elif isinstance(value, bytes):
                    total += len(value)
        self._elements = max(count, 256)
        self._big = 0
        if abs(total - self._held) > 1 << 18:
            self.k.charge(total - self._held)
            self._held = total

    def big(self, text: bytes) -> None:
        """See to it that a long text that was just made fits into memory, and that output is written soon."""
        if self.parts:
            self.streams.stdout.flush()
        self.slice = 16
        self.k.charge(len(text))
        self.k.charge(-len(text))
        self._big += len(text)
        self.tick(1 + (len(text) >> 16))

    def growing(self, size: int) -> None:
        """See to it that a text of that size, which is being made, will fit; let others have their turn."""
        if size > BIG:
            self.k.charge(size)
            self.k.charge(-size)
        self.k.tick()

    def flush_all(self) -> None:
        """Write everything down."""
        self.streams.flush()

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function of the program that may call itself: every so often on a fresh stack."""
        self.depth = depth = self.depth + 1
        self._calls += 1
        if self._calls >= 32:
            self._calls = self.tick(self._calls)
        if depth % HOP == 0:
            if depth >= _DEEPEST:
                raise Fatal("function call stack too deep")
            result = self.k.on_fresh_stack(function, *args)
        else:
            result = function(*args)
        self.depth = depth - 1
        return result

    def fresh(self, depth: int, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function of the program on a fresh stack, for it's that deep within others."""
        if depth > _DEEPEST:
            raise Fatal("function call stack too deep")
        return self.k.on_fresh_stack(function, *args)

    def call_named(self, name: Any, *args: Any) -> Any:
        """Call the function that a variable names."""
        function = self.functions.get(bytes(self.text(name)))
        if function is None:
            raise Fatal(b"function called indirectly through `%s' does not exist" % bytes(self.text(name)))
        return self.call(function, *args)

    def local_array(self) -> Array:
        """Return an array that belongs to a call of a function."""
        array = new_array()
        self.local_arrays.add(array)
        return array
