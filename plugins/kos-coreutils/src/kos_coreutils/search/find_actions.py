"""find's actions: print, printf, exec, delete, ls. Each makes a function of a file that says whether it succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    SysError,
    broken_down,
    cause,
    complain,
    is_utf8,
    run_command,
    short_stamp,
    strftime,
    zone_of,
)

from ..files.modes import mode_string
from .find_tests import TYPES, Stop, Test, Wrong

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .find import File, Finder


def marked(k: Syscalls, text: bytes) -> bytes:
    """Return a text in the quotation marks of the locale."""
    return b"\xe2\x80\x98%s\xe2\x80\x99" % text if is_utf8(k.env) else b"'%s'" % text


BATCH_WORDS, BATCH_BYTES = 4096, 128 * 1024
_LETTERS = {kind: letter for letter, kind in TYPES.items()}
_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b"0": b"\0",
    b"\\": b"\\",
}
_HALF_YEAR_NS = 15_778_476 * 1_000_000_000


def make_action(finder: Finder, word: bytes, words: list[bytes]) -> Test:
    """Return the action of a word and its arguments. Raises Wrong for one that isn't known."""
    if word in (b"-print", b"-print0", b"-fprint", b"-fprint0"):
        out = finder.output(words[0]) if words else finder.out
        end = b"\0" if word.endswith(b"0") else b"\n"
        write = out.write

        def show(file: File) -> bool:
            write(file.path + end)
            return True

        return show
    if word in (b"-printf", b"-fprintf"):
        out = finder.output(words[0]) if len(words) == 2 else finder.out
        form = Format(finder, words[-1])

        def formatted(file: File) -> bool:
            out.write(form.text(file))
            return not form.stops

        return formatted
    if word in (b"-ls", b"-fls"):
        out = finder.output(words[0]) if words else finder.out

        def listed(file: File) -> bool:
            out.write(_long(finder, file))
            return True

        return listed
    if word == b"-delete":
        return lambda file: _delete(finder, file)
    if word == b"-prune":

        def prune(file: File) -> bool:
            finder.pruned = not finder.depth_first
            return True

        return prune
    if word == b"-quit":

        def stop(file: File) -> bool:
            finder.stopped = True
            raise Stop

        return stop
    if word in (b"-exec", b"-execdir"):
        if words[-1] == b"+":
            if word == b"-execdir":
                raise Wrong(b"-execdir with + is not supported; with ; it is")
            batch = Batch(finder, words[:-2])
            finder.pending.append(batch)
            return batch.add
        return Command(finder, words[:-1], word == b"-execdir").run
    raise Wrong(b"unknown predicate `%s'" % word)


def _delete(finder: Finder, file: File) -> bool:
    if file.path in (b".", b"./"):
        return True
    try:
        if file.kind() == S_IFDIR:
            finder.k.rmdir(file.path)
        else:
            finder.k.unlink(file.path)
    except SysError as error:
        finder.out.flush()
        complain(finder.k, b"cannot delete %s: %s" % (marked(finder.k, file.path), cause(error)))
        finder.status = 1
        return False
    return True


# ---------------------------------------------------------------- exec
def _run(finder: Finder, argv: list[bytes]) -> int | None:
    """Run a command and return its wait status, or None if it couldn't be started, which is said."""
    finder.out.flush()
    k = finder.k
    try:
        pid = run_command(k, argv, lambda path, words: k.spawn(path, words))
    except SysError as error:
        complain(k, b"%s: %s" % (marked(k, argv[0]), cause(error)))
        return None
    ended = k.wait(pid)
    return ended[1] if ended is not None else 0


class Command:
    """-exec C ;: once for each file; true if it ended with 0."""

    def __init__(self, finder: Finder, words: list[bytes], in_folder: bool) -> None:
        if not words:
            raise Wrong(b"missing argument to `-exec'")
        self.finder = finder
        self.words = words
        self.in_folder = in_folder

    def run(self, file: File) -> bool:
        """Run it for a file."""
        if not self.in_folder:
            argv = [word.replace(b"{}", file.path) for word in self.words]
            return _run(self.finder, argv) == 0
        k = self.finder.k
        here = k.getcwd()
        folder, _, base = file.path.rstrip(b"/").rpartition(b"/")
        k.chdir(folder or (b"/" if file.path.startswith(b"/") else b"."))
        try:
            argv = [word.replace(b"{}", b"./" + (base or file.path)) for word in self.words]
            return _run(self.finder, argv) == 0
        finally:
            k.chdir(here)


class Batch:
    """-exec C {} +: as many files at once as fit; always true, but a failure becomes find's status."""

    def __init__(self, finder: Finder, words: list[bytes]) -> None:
        if not words:
            raise Wrong(b"missing argument to `-exec'")
        self.finder = finder
        self.words = words
        self.files: list[bytes] = []
        self.size = 0

    def add(self, file: File) -> bool:
        """Keep a file for the next run."""
        self.files.append(file.path)
        self.size += len(file.path) + 9
        if len(self.files) >= BATCH_WORDS or self.size >= BATCH_BYTES:
            self.flush()
        return True

    def flush(self) -> None:
        """Run the command for what has been kept."""
        if self.files:
            files, self.files, self.size = self.files, [], 0
            if _run(self.finder, self.words + files) != 0:
                self.finder.status = 1


# ---------------------------------------------------------------- -ls, -printf
def _long(finder: Finder, file: File) -> bytes:
    stat = file.stat()
    zone = zone_of(finder.k)
    moment = broken_down(stat.mtime_ns, zone)
    recent = -3_600_000_000_000 <= finder.now_ns - stat.mtime_ns < _HALF_YEAR_NS
    stamp = short_stamp(moment) if recent else strftime(b"%b %e  %Y", moment)
    user = finder.names(False).get(stat.uid, b"%d" % stat.uid)
    group = finder.names(True).get(stat.gid, b"%d" % stat.gid)
    arrow = b" -> " + file.link() if file.kind() == S_IFLNK else b""
    return b"%9d %6d %s %3d %-8s %-8s %8d %s %s%s\n" % (
        stat.ino, stat.blocks // 2, mode_string(stat.mode).encode(), stat.nlink, user, group, stat.size, stamp, file.path, arrow,
    )  # fmt: skip


class Format:
    """A -printf format, split once into literals and directives."""

    def __init__(self, finder: Finder, form: bytes) -> None:
        self.finder = finder
        self.stops = False
        self.parts: list[bytes | tuple[bytes, bytes]] = []
        at, plain = 0, bytearray()
        while at < len(form):
            byte = form[at : at + 1]
            if byte == b"\\" and at + 1 < len(form):
                at += 1
                letter = form[at : at + 1]
                if letter == b"c":
                    break
                octal = form[at : at + 3]
                if letter.isdigit() and letter < b"8":
                    digits = bytes(octal[: len(octal) - len(octal.lstrip(b"01234567"))])
                    plain.append(int(digits, 8) & 0xFF)
                    at += len(digits)
                    continue
                plain += _ESCAPES.get(letter, b"\\" + letter)
                at += 1
                continue
            if byte != b"%":
                plain += byte
                at += 1
                continue
            start = at
            at += 1
            while at < len(form) and form[at] in b"-+ #0123456789.":
                at += 1
            letter = form[at : at + 1]
            if letter == b"%":
                plain += b"%"
                at += 1
                continue
            if letter in (b"A", b"C", b"T", b"B"):
                letter = form[at : at + 2]
            if not letter:
                plain += form[start:]
                break
            if plain:
                self.parts.append(bytes(plain))
                plain.clear()
            if letter[:1] not in b"abcdDfFgGhHiklmMnpPsStTuUyYACZ" or letter[:1] in (b"B", b"F", b"S", b"Z"):
                raise Wrong(b"-printf: the directive %%%s is not supported" % letter)
            self.parts.append((form[start + 1 : at], letter))
            at += len(letter)
        if plain:
            self.parts.append(bytes(plain))

    def text(self, file: File) -> bytes:
        """Return the text for a file."""
        out = []
        for part in self.parts:
            if isinstance(part, bytes):
                out.append(part)
                continue
            spec, letter = part
            value = self._value(file, letter)
            if not spec:
                out.append(b"%d" % value if isinstance(value, int) else value)
            elif isinstance(value, int):
                out.append((b"%" + spec + b"d") % value)
            else:
                out.append((b"%" + spec + b"s") % value)
        return b"".join(out)

    def _value(self, file: File, letter: bytes) -> Any:
        finder = self.finder
        first = letter[:1]
        path = file.path
        if first == b"p":
            return path
        if first == b"f":
            return file.base()
        if first == b"h":
            folder, slash, _ = path.rstrip(b"/").rpartition(b"/")
            return folder or (b"/" if slash else b".")
        if first == b"P":
            rest = path[len(file.start) :]
            return rest.lstrip(b"/")
        if first == b"H":
            return file.start
        if first == b"d":
            return file.depth
        if first == b"y":
            return _LETTERS.get(file.kind(), b"U")
        if first == b"Y":
            return _LETTERS.get(file.other_kind(), b"U")
        if first == b"l":
            return file.link()
        stat = file.stat()
        if first in b"suGginDbkUm":
            simple = {b"s": stat.size, b"U": stat.uid, b"G": stat.gid, b"i": stat.ino, b"n": stat.nlink, b"D": stat.dev,
                      b"b": stat.blocks, b"k": stat.blocks // 2}  # fmt: skip
            if first in simple:
                return simple[first]
            if first == b"m":
                return b"%o" % (stat.mode & 0o7777)
            if first == b"u":
                return finder.names(False).get(stat.uid, b"%d" % stat.uid)
            return finder.names(True).get(stat.gid, b"%d" % stat.gid)
        if first == b"M":
            return mode_string(stat.mode).encode()
        ns = {b"a": stat.atime_ns, b"c": stat.ctime_ns, b"t": stat.mtime_ns}[first.lower()]
        moment = broken_down(ns, zone_of(finder.k))
        if len(letter) == 1:
            return strftime(b"%a %b %e %H:%M:%S.%N0 %Y", moment)
        second = letter[1:]
        if second == b"@":
            return b"%d.%09d0" % divmod(ns, 1_000_000_000)
        if second == b"+":
            return strftime(b"%Y-%m-%d+%H:%M:%S.%N0", moment)
        if second in (b"S", b"T"):
            return strftime(b"%H:%M:%S.%N0" if second == b"T" else b"%S.%N0", moment)
        return strftime(b"%" + second, moment)
