"""The built-in functions that generated code calls. Times are in times.py, arrays' order in sorting.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import Fatal
from .formatting import sprintf
from .sorting import keys, sort_into
from .splitting import by_content, split_text, text_divider
from .substitution import general_replacement, pieces_of
from .values import UNSET, Array, Input, Typed, looks_numeric, new_array, num, number_of

if TYPE_CHECKING:
    from kos_kernel.api import Regex

    from .machine import Runtime

_MASK = (1 << 64) - 1
_MOST_PLACES = 4096
_PART = 48  # bytes that a part costs besides its text
Replacer = Callable[[bytes, int], tuple[bytes, int]]


class Functions:
    """Texts are bytes, numbers floats; arguments come as the writer was asked to give them."""

    def __init__(self: Runtime) -> None:  # type: ignore[misc]
        self._dividers: dict[tuple[bytes, bool, bool], Callable[[bytes], list[bytes]]] = {}
        self._places: list[bytes] = []
        self._replacers: dict[tuple[Regex, bytes], Replacer] = {}
        self.program_functions: frozenset[str] = frozenset()
        self._seed = 0.0
        self._random = 0x9E3779B97F4A7C15
        self.warn: Callable[[bytes], None] = lambda text: None

    # -- texts -----------------------------------------------------------------------------------------------------------

    def length(self: Runtime, value: Any) -> float:  # type: ignore[misc]
        """Return how many characters, or elements."""
        kind = value.__class__
        if kind is Array:
            return float(len(value))
        text = value if kind is bytes or kind is Input else self.text(value)
        if self.utf8 and not text.isascii():
            return float(len(text.decode("utf-8", "surrogateescape")))
        return float(len(text))

    def substr(self: Runtime, text: bytes, start: float, length: float | None = None) -> bytes:  # type: ignore[misc]
        """Return characters start (from 1) to start + length, as far as they are there; numbers are rounded."""
        if start != start or (length is not None and length != length):
            return b""
        first = _rounded(start)
        wide = self.utf8 and not text.isascii()
        if length is None:
            last = math.inf
        else:
            last = first + _rounded(length)
        low = max(first, 1.0)
        if last <= low:
            return b""
        begin = int(min(low, 1e15)) - 1
        end = None if last > 1e15 else int(last) - 1
        if wide:
            return text.decode("utf-8", "surrogateescape")[begin:end].encode("utf-8", "surrogateescape")
        return bytes(text[begin:end])

    def part(self: Runtime, text: bytes, start: float, length: float = 1e15) -> bytes:  # type: ignore[misc]
        """Do substr, quickly where it is simple: a place in the text, and characters that are bytes."""
        if 1.0 <= start < 1e15 and 0.0 <= length <= 1e15 and (not self.utf8 or text.isascii()):
            first, size = int(start), int(length)
            if first == start and size == length:
                return text[first - 1 : first - 1 + size]
        return self.substr(text, start, None if length == 1e15 else length)

    def index(self: Runtime, text: bytes, wanted: bytes) -> float:  # type: ignore[misc]
        """Return where `wanted` stands in the text, from 1; 0 if it doesn't."""
        if self.patterns.ignore_case:
            text, wanted = self.lower(text), self.lower(wanted)
        at = text.find(wanted)
        if at > 0 and self.utf8 and not text.isascii():
            at = len(text[:at].decode("utf-8", "surrogateescape"))
        return float(at + 1)

    def lower(self: Runtime, text: bytes) -> bytes:  # type: ignore[misc]
        """Return the text in small letters."""
        if self.utf8 and not text.isascii():
            return _each(text, str.lower)
        return text.lower()

    def upper(self: Runtime, text: bytes) -> bytes:  # type: ignore[misc]
        """Return the text in capitals."""
        if self.utf8 and not text.isascii():
            return _each(text, str.upper)
        return text.upper()

    def sprintf(self: Runtime, form: bytes, *arguments: Any) -> bytes:  # type: ignore[misc]
        """Return the arguments in a format."""
        return sprintf(form, arguments, self.utf8, self.text)

    def formatted(  # type: ignore[misc]
        self: Runtime, python: bytes, form: bytes, arguments: tuple[Any, ...], measured: bool, floating: bool
    ) -> bytes:
        """Return texts and numbers in a constant format that Python can do, but for some arguments (compiler/formats.py)."""
        try:
            made = python % arguments
        except (OverflowError, ValueError):  # %d of inf and nan
            return sprintf(form, arguments, self.utf8, self.text)
        if measured and self.utf8 and not made.isascii():
            return sprintf(form, arguments, self.utf8, self.text)
        if floating and not all(number - number == 0.0 for number in arguments if number.__class__ is float):
            return sprintf(form, arguments, self.utf8, self.text)
        return made

    # -- patterns ----------------------------------------------------------------------------------------------------------

    def regex(self: Runtime, source: bytes) -> Regex:  # type: ignore[misc]
        """Return a pattern that the program made at run time."""
        return self.patterns.compiled(bytes(source))

    def matches(self: Runtime, text: bytes, source: bytes) -> bool:  # type: ignore[misc]
        """Tell whether a pattern made at run time is found."""
        return self.patterns.compiled(source).locate(text) >= 0

    def match(self: Runtime, text: bytes, regex: Regex, array: Array | None = None) -> float:  # type: ignore[misc]
        """Set RSTART and RLENGTH, and the array to the groups; return RSTART."""
        found = regex.search(text)
        if array is not None:
            array.clear()
        if found is None:
            self.RSTART, self.RLENGTH = 0.0, -1.0
            return 0.0
        start, end = found.span()
        if not self.utf8 or text.isascii():
            self.RSTART, self.RLENGTH = start + 1.0, float(end - start)
        else:
            place, size = self._place(text, start, end)
            self.RSTART, self.RLENGTH = float(place), float(size)
        if array is not None:
            for group in range(regex.groups + 1):
                start, end = found.span(group)
                if start < 0:
                    continue
                at, size = self._place(text, start, end)
                array[b"%d" % group] = Input(text[start:end])
                array[b"%d%sstart" % (group, self.subsep_text)] = float(at)
                array[b"%d%slength" % (group, self.subsep_text)] = float(size)
        return self.RSTART

    def _place(self: Runtime, text: bytes, start: int, end: int) -> tuple[int, int]:  # type: ignore[misc]
        """Return where a match starts, from 1, and how long it is, in characters."""
        if self.utf8 and not text.isascii():
            before = len(text[:start].decode("utf-8", "surrogateescape"))
            return before + 1, len(text[start:end].decode("utf-8", "surrogateescape"))
        return start + 1, end - start

    def replacer(self: Runtime, regex: Regex, new: bytes) -> Replacer:  # type: ignore[misc]
        """Return a function of (text, count) that does sub (count 1) or gsub (0): (the text, how many were replaced)."""
        return regex.replacer(pieces_of(bytes(new)), self.growing)

    def substitute(self: Runtime, regex: Regex, new: bytes, text: bytes, count: int) -> tuple[bytes, int]:  # type: ignore[misc]
        """Do sub or gsub with a pattern or a replacement made at run time."""
        key = (regex, new)
        replace = self._replacers.get(key)
        if replace is None:
            if len(self._replacers) > 64:
                self._replacers.clear()
            replace = self.replacer(regex, new)
            if len(new) < 4096:
                self._replacers[key] = replace
        return replace(text, count)

    def gensub(self: Runtime, regex: Regex, new: bytes, how: Any, text: bytes) -> bytes:  # type: ignore[misc]
        """Return the text with all matches (how: "g") or one of them replaced."""
        fill = general_replacement(new, regex.groups)
        if how.__class__ is not float and self.text(how)[:1] in (b"g", b"G"):
            changed, _ = regex.sub(fill, text, 0, 0, self.k.tick)
        else:
            number = num(how)
            if number < 1 or number != number:
                self.warn(b"gensub: third argument `%s' treated as 1" % self.text(how))
                number = 1.0
            changed = text
            for index, found in enumerate(regex.finditer(text)):
                if index + 1 >= number:
                    new_text = fill if isinstance(fill, bytes) else fill(found)
                    changed = text[: found.start()] + new_text + text[found.end() :]
                    break
                self.k.tick()
        if len(changed) > 65536:
            self.big(changed)
        return changed

    def split(  # type: ignore[misc]
        self: Runtime, text: bytes, array: Array, separator: Any = None, regex: bool = False, seps: Array | None = None
    ) -> float:
        """Put the parts of a text into 1, 2, ... of an array; separator None: as FS splits fields."""
        source = bytes(self.text(self.FS)) if separator is None else bytes(separator)
        regex = regex or separator.__class__ is Typed
        if seps is not None:
            return self._split_with_separators(text, array, source, regex, seps)
        parts = self.divided(text, source, regex)
        array.clear()
        array.update(zip(self.places(len(parts)), map(Input, parts), strict=False))
        if len(parts) > 64:
            self.tick(len(parts) >> 6)
        return float(len(parts))

    def split_texts(  # type: ignore[misc]
        self: Runtime, text: bytes, array: Array, separator: Any = None, regex: bool = False
    ) -> float:
        """Do split where nobody asks whether a part looks like a number."""
        source = bytes(self.text(self.FS)) if separator is None else bytes(separator)
        parts = self.divided(text, source, regex or separator.__class__ is Typed)
        array.clear()
        array.update(zip(self.places(len(parts)), parts, strict=False))
        if len(parts) > 64:
            self.tick(len(parts) >> 6)
        return float(len(parts))

    def divided(self: Runtime, text: bytes, source: bytes, regex: bool) -> list[bytes]:  # type: ignore[misc]
        """Return the parts of a text between separators."""
        if not text:
            return []
        key = (source, regex, self.patterns.ignore_case)
        divide = self._dividers.get(key)
        if divide is None:
            if len(self._dividers) > 64:
                self._dividers.clear()
            divide = self._dividers[key] = text_divider(source, regex, self.patterns, self.utf8)
        if len(text) <= 65536:
            return divide(text)
        self.growing(len(text))
        parts = divide(text)
        self.growing(_PART * len(parts) + len(text))
        return parts

    def places(self: Runtime, count: int) -> list[bytes]:  # type: ignore[misc]
        """Return the subscripts 1, 2, ... `count` (or more of them)."""
        known = self._places
        if count > len(known):
            if count > _MOST_PLACES:
                return [b"%d" % number for number in range(1, count + 1)]
            known += [b"%d" % number for number in range(len(known) + 1, 2 * count + 1)]
        return known

    def _split_with_separators(  # type: ignore[misc]
        self: Runtime, text: bytes, array: Array, source: bytes, regex: bool, seps: Array
    ) -> float:
        between: list[bytes] = []
        parts = split_text(text, source, regex, self.patterns, self.utf8, between)
        array.clear()
        array.update(zip(self.places(len(parts)), map(Input, parts), strict=False))
        seps.clear()
        if source == b" " and not regex and between:
            for number, part in enumerate(between):
                if part or 0 < number < len(between) - 1:
                    seps[b"%d" % number] = part
        else:
            seps.update((b"%d" % (number + 1), part) for number, part in enumerate(between))
        return float(len(parts))

    def patsplit(  # type: ignore[misc]
        self: Runtime, text: bytes, array: Array, pattern: Any = None, seps: Array | None = None
    ) -> float:
        """Put what matches a pattern into 1, 2, ... of an array, and what lies between into 0, 1, ... of seps."""
        source = bytes(self.text(self.FPAT if pattern is None else pattern))
        between: list[bytes] = []
        parts = by_content(text, source, self.patterns, between)
        array.clear()
        array.update((b"%d" % (number + 1), Input(part)) for number, part in enumerate(parts))
        if seps is not None:
            seps.clear()
            seps.update((b"%d" % number, part) for number, part in enumerate(between))
        return float(len(parts))

    # -- numbers -------------------------------------------------------------------------------------------------------------

    def strtonum(self: Runtime, value: Any) -> float:  # type: ignore[misc]
        """Return a text as a number: 0x10 and 010 are what they are in C."""
        if not isinstance(value, bytes) or (value.__class__ is Input and looks_numeric(value) and value[:1] != b"0"):
            return num(value)
        text = value.strip(b" \t\n")
        sign = -1.0 if text[:1] == b"-" else 1.0
        digits = text.lstrip(b"+-")
        if digits[:2].lower() == b"0x":
            end = 2
            while end < min(len(digits), 300) and digits[end : end + 1] in _HEX_DIGITS:
                end += 1
            return sign * float(int(digits[2:end] or b"0", 16))
        if digits[:1] == b"0" and digits[1:2].isdigit() and not digits.strip(b"01234567"):
            return sign * float(int(digits[:300], 8))
        return number_of(value)

    def bits(self: Runtime, name: str, *values: float) -> float:  # type: ignore[misc]
        """Return and, or, xor, lshift, rshift, compl of whole numbers that aren't negative."""
        numbers: list[int] = []
        for value in values:
            if value < 0 or value - value != 0.0:
                raise Fatal(f"{name}: argument {len(numbers) + 1} negative value {value:g} is not allowed")
            numbers.append(int(value) & _MASK)
        first, rest = numbers[0], numbers[1:]
        if name == "compl":
            return float(~first & ((1 << 53) - 1))
        if name in ("lshift", "rshift"):
            by = min(rest[0], 64)
            return float((first << by) & _MASK if name == "lshift" else first >> by)
        for number in rest:
            first = first & number if name == "and" else first | number if name == "or" else first ^ number
        return float(first)

    def intdiv(self: Runtime, number: float, by: float, array: Array) -> float:  # type: ignore[misc]
        """Put what is left of a division of whole numbers into array["quotient"] and array["remainder"]; return 0."""
        if number - number != 0.0 or by - by != 0.0:
            return -1.0
        whole, divisor = int(number), int(by)
        if divisor == 0:
            raise Fatal("intdiv: division by zero")
        quotient = abs(whole) // abs(divisor)
        if (whole < 0) != (divisor < 0):
            quotient = -quotient
        array.clear()
        array.update({b"quotient": float(quotient), b"remainder": float(whole - quotient * divisor)})
        return 0.0

    def rand(self: Runtime) -> float:  # type: ignore[misc]
        """Return a number in [0, 1): always the same sequence for the same seed."""
        self._random = state = (self._random + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return float((state ^ (state >> 31)) >> 11) / (1 << 53)

    def srand(self: Runtime, seed: float | None = None) -> float:  # type: ignore[misc]
        """Begin a sequence, by the time if there's no seed; return the seed before."""
        before = self._seed
        self._seed = float(self.k.clock_ns() // 1_000_000_000) if seed is None else seed
        self._random = hash(self._seed) & _MASK
        return before

    # -- arrays ----------------------------------------------------------------------------------------------------------------

    def keys(self: Runtime, array: Array) -> list[bytes]:  # type: ignore[misc]
        """Return the subscripts that a loop visits, in their order."""
        how = self.PROCINFO.get(b"sorted_in")
        return keys(array, b"" if how is None else bytes(self.text(how)), self)

    def sort(self: Runtime, by_value: bool, source: Array, target: Array | None = None, how: Any = b"") -> float:  # type: ignore[misc]
        """Do asort or asorti."""
        return sort_into(self, source, target, bytes(self.text(how)), by_value)

    def inner(self: Runtime, array: Array, key: bytes) -> Array:  # type: ignore[misc]
        """Return the array that is an element, made if there's nothing yet."""
        found = array[key]
        if found.__class__ is Array:
            return found
        if found is not UNSET:
            raise Fatal(b'attempt to use scalar `["%s"]\' as an array' % key)
        made = array[key] = new_array()
        return made

    def kind(self: Runtime, value: Any) -> bytes:  # type: ignore[misc]
        """Return what typeof says."""
        cls = value.__class__
        if cls is Array:
            return b"array"
        if cls is float:
            return b"number"
        if cls is Input:
            return b"strnum" if looks_numeric(value) else b"string"
        if cls is Typed:
            return b"regexp"
        return b"untyped" if value is UNSET else b"string"

    def kind_of_element(self: Runtime, array: Array, key: bytes) -> bytes:  # type: ignore[misc]
        """Return what typeof says of an element, without making it."""
        return self.kind(array[key]) if key in array else b"untyped"

    # -- output and commands -----------------------------------------------------------------------------------------------------

    def write_to(self: Runtime, how: str, name: bytes, data: bytes) -> None:  # type: ignore[misc]
        """Write to a file or a command."""
        out = self.streams.output(how, name)
        out.put(data)
        if out.fd == 2:
            self.flush_all()

    def fflush(self: Runtime, name: Any = None) -> float:  # type: ignore[misc]
        """Write one output down, or all; -1 if there's no such."""
        if name is None or not self.text(name):
            self.flush_all()
            return 0.0
        if self.streams.flush_one(bytes(self.text(name))):
            return 0.0
        self.warn(b"fflush: cannot flush: `%s' is not an open file, pipe or co-process" % self.text(name))
        return -1.0

    def close(self: Runtime, name: bytes, half: Any = None) -> float:  # type: ignore[misc]
        """Close a file or a command."""
        return self.streams.close(bytes(name), None if half is None else bytes(self.text(half)).lower())

    def system(self: Runtime, command: bytes) -> float:  # type: ignore[misc]
        """Run a command and return its status."""
        return self.streams.system(command)

    def strftime(self: Runtime, form: Any = None, when: float | None = None, utc: bool = False) -> bytes:  # type: ignore[misc]
        """Return a time in a format."""
        from .times import strftime

        return strftime(self.k, None if form is None else bytes(self.text(form)), when, utc)

    def mktime(self: Runtime, text: bytes, utc: bool = False) -> float:  # type: ignore[misc]
        """Return a date "YYYY MM DD HH MM SS [DST]" as a time, -1 if it is none."""
        from .times import mktime

        return mktime(self.k, text, utc)

    def systime(self: Runtime) -> float:  # type: ignore[misc]
        """Return seconds since 1970."""
        return float(self.k.clock_ns() // 1_000_000_000)


_HEX_DIGITS = tuple(bytes([char]) for char in b"0123456789abcdefABCDEF")


def _rounded(value: float) -> float:
    """Round half to even, as gawk does; what is infinite stays so."""
    return value if value - value != 0.0 else float(round(value))


def _each(text: bytes, change: Callable[[str], str]) -> bytes:
    """Change the characters that stay one character."""
    whole = text.decode("utf-8", "surrogateescape")
    return "".join([new if len(new := change(char)) == 1 else char for char in whole]).encode(
        "utf-8", "surrogateescape"
    )
