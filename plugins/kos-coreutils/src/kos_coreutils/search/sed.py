"""sed: the stream editor. The script is parsed once (sed_script.py) and run over each line.

Scripts that need no look from one line at the next, which is what most are, work on whole blocks: see sed_blocks.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_TRUNC,
    O_WRONLY,
    S_IFMT,
    S_IFREG,
    Command,
    Flag,
    PatternLimit,
    Reader,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    complain,
    is_utf8,
    parsed,
)

from ..files.paths import canonical
from .sed_blocks import planned
from .sed_replacing import LARGE, replaced
from .sed_script import Address, Parser, Quit, ScriptError, Step, Substitution

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SED = Command(
    "sed",
    like="(GNU sed) 4.9",
    usage="[OPTION]... {script-only-if-no-other-script} [input-file]...",
    summary="A stream editor.",
    options=[
        Flag("quiet", "n", "quiet", help="suppress automatic printing of pattern space"),
        Flag("quiet", "silent", help="as --quiet"),
        Value("scripts", "e", "expression", metavar="script", repeat=True, default=None,
              convert=lambda text: (b"e", text), help="add the script to the commands to be executed"),
        Value("scripts", "f", "file", metavar="script-file", repeat=True, default=None,
              convert=lambda text: (b"f", text), help="add the contents of script-file to the commands to be executed"),
        Flag("extended", "E", "regexp-extended", help="use extended regular expressions in the script"),
        Flag("extended", "r", help="as -E"),
        Value("in_place", "i", "in-place", metavar="SUFFIX", optional=True, implied=b"", default=None,
              help="edit files in place (makes backup if SUFFIX supplied)"),
        Value("wrap", "l", "line-length", metavar="N", default=None, help="specify the desired line-wrap length for the `l' command"),
        Flag("separate", "s", "separate", help="consider files as separate rather than as a single continuous long stream"),
        Flag("unbuffered", "u", "unbuffered", help="load minimal amounts of data and flush the output often"),
        Flag("zero", "z", "null-data", help="separate lines by NUL characters"),
        Flag("posix", "posix", help="accepted: extensions stay enabled"),
        Flag("sandbox", "sandbox", help="operate in sandbox mode (disable e/r/w commands)"),
        Flag("follow", "follow-symlinks", help="follow symlinks when processing in place"),
    ],
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0; 1 for a wrong script, 2 if an input couldn't be read, 4 after an input or output error, or what q says."""
    opts, words = parsed(k, SED, argv)
    name = argv[0]
    pieces = [_piece(k, name, kind, text) for kind, text in opts.scripts or ()]
    if not pieces:
        if not words:
            raise UsageError(b"Usage: %s [OPTION]... {script-only-if-no-other-script} [input-file]...\n" % name, 1)
        pieces, words = [words[0]], words[1:]
    parser = Parser(
        b"\n".join(pieces),
        extended=bool(opts.extended),
        utf8=is_utf8(k.env),
        sandbox=bool(opts.sandbox),
        zero=bool(opts.zero),
    )
    try:
        steps = parser.parse()
    except ScriptError as error:
        raise UsageError(name + b": " + error.args[0] + b"\n", error.status) from None
    if opts.in_place is not None and not words:
        raise UsageError(name + b": no input files\n", 4)
    editor = Editor(k, opts, steps, words or [b"-"], parser)
    try:
        return editor.run()
    except PatternLimit as error:
        raise UsageError(name + b": " + str(error).encode() + b"\n", 4) from None


def _piece(k: Syscalls, name: bytes, kind: bytes, text: bytes) -> bytes:
    if kind == b"e":
        return text
    try:
        fd = 0 if text == b"-" else k.open(text)
        data = k.read_all(fd)
        if fd:
            k.close(fd)
    except SysError as error:
        raise UsageError(b"%s: couldn't open file %s: %s\n" % (name, text, cause(error)), 4) from None
    if data.startswith(b"#!"):
        data = b"#" + data[2:]
    return data.removesuffix(b"\n")


class Editor:
    """One run."""

    def __init__(self, k: Syscalls, opts: Any, steps: list[Step], files: list[bytes], parser: Parser) -> None:
        self.k = k
        self.steps = steps
        self.quiet = opts.quiet or parser.quiet
        self.end = b"\0" if opts.zero else b"\n"
        self.in_place: bytes | None = opts.in_place
        self.follow = bool(opts.follow)
        self.separate = opts.separate or self.in_place is not None
        self.wrap = 70 if opts.wrap is None else int(opts.wrap) if opts.wrap.isdigit() else 70
        self.unbuffered = opts.unbuffered
        self.stdout = Writer(k, 1, status=4, complaint=b"couldn't write to output")
        self.out = self.stdout
        self.files = files
        self.place = 0
        self.status = 0
        self.reader: Reader | None = None
        self.fd = -1
        self.name = b"-"
        self.ahead: bytes | None = None  # the next line, read to know whether the one before is the last
        self.target: Target | None = None
        self.number = 0
        self.space = b""
        self.hold = b""
        self.charged = 0  # bytes that the process was charged for the two
        self.known_last: bool | None = None  # whether the current line is the last, where it is told and not asked
        self.ended = True  # the text in the pattern space had its newline
        self.hold_ended = True  # and that in the hold space
        self.unfinished = False  # the last line written had none
        self.appended: list[tuple[str, bytes]] = []
        self.replaced = False
        self.last_regex: Any = None
        self.written: dict[bytes, Writer] = {}
        self.lacking: set[bytes] = set()  # files whose last line had no newline
        self.read_lines: dict[bytes, Reader | None] = {}
        for step in steps:
            if step.name == 119 or step.name == 87:
                self._file(step.text)
            elif step.name == 115 and step.flags.file is not None:
                self._file(step.flags.file)

    # ---------------------------------------------------------------- input
    def _next_line(self) -> bytes | None:
        """Return the next line with its newline, from whichever file; None after the last."""
        if self.ahead is not None:
            line, self.ahead = self.ahead, None
            return line
        while True:
            if self.reader is None and not self.open_next():
                return None
            assert self.reader is not None
            try:
                line = self.reader.line()
            except SysError as error:
                self.stdout.flush()
                raise UsageError(b"%s: read error on %s: %s\n" % (self.k.argv[0], self.name, cause(error)), 4) from None
            if line:
                return line
            self.close_input()
            if self.separate and self.place < len(self.files):
                self.number = 0

    def open_next(self) -> bool:
        while self.place < len(self.files):
            name = self.files[self.place]
            self.place += 1
            if name == b"-" and self.in_place is None:
                self.fd, self.name = 0, name
            else:
                try:
                    stat = self.k.stat(name)
                    if self.in_place is not None and stat.mode & S_IFMT != S_IFREG:
                        complain(self.k, b"couldn't edit %s: not a regular file" % name)
                        self.status = 4
                        continue
                    self.fd, self.name = self.k.open(name), name
                    if stat.mode & S_IFMT == 0o040000:
                        self.stdout.flush()
                        raise UsageError(b"%s: read error on %s: Is a directory\n" % (self.k.argv[0], name), 4)
                except SysError as error:
                    complain(self.k, b"can't read %s: %s" % (name, cause(error)))
                    self.status = 2
                    continue
            self.reader = Reader(self.k, self.fd, delimiter=self.end, tied=self.stdout)
            if self.in_place is not None:
                self.target = Target(self.k, canonical(self.k, name) if self.follow else name, self.in_place)
                self.out = self.target.out
            return True
        return False

    def close_input(self) -> None:
        if self.target is not None:
            self.target.finish()
            self.target = None
            self.unfinished = False
            self.out = self.stdout
        if self.fd > 0:
            self.k.close(self.fd)
        self.reader = None
        self.fd = -1

    def _is_last(self) -> bool:
        """Tell whether the current line is the last: of the file with -s or -i, else of all."""
        if self.known_last is not None:
            return self.known_last
        if self.ahead is not None:
            return False
        if self.separate:
            if self.reader is None:
                return True
            self.ahead = self.reader.line() or None
            return self.ahead is None
        while True:
            if self.reader is None and not self.open_next():
                return True
            assert self.reader is not None
            self.ahead = self.reader.line() or None
            if self.ahead is not None:
                return False
            self.close_input()

    def load(self, line: bytes) -> bytes:
        self.number += 1
        if self.charged:
            self._account()
        self.ended = line.endswith(self.end)
        return line[:-1] if self.ended else line

    # ---------------------------------------------------------------- running
    def run(self) -> int:
        """Edit everything and return the exit status."""
        tick = self.k.tick
        status: int | None = None
        blocks = None
        if not (self.separate or self.unbuffered or self.end != b"\n"):
            blocks = planned(self, self.steps, self.quiet)
        try:
            if blocks is not None:
                self.known_last = False
                blocks.run()
            again = False
            while blocks is None:
                if not again:
                    line = self._next_line()
                    if line is None:
                        break
                    self.space = self.load(line)
                self.replaced = False
                tick()
                again = self.cycle()
        except Quit as quit:
            status = quit.status
            if quit.printed and not self.quiet:
                self._print(self.space)
            self._flush_appended()
            if quit.asked:
                self.emit(b"")  # what ends by q has its last newline
        self.close_input()
        self.stdout.flush()
        for writer in self.written.values():
            writer.flush()
        return self.status if status is None else status or self.status

    def cycle(self) -> bool:
        """Run the script over the pattern space; True if D wants it run again without a new line."""
        steps = self.steps
        count = len(steps)
        at = 0
        while at < count:
            step = steps[at]
            at += 1
            if step.first is not None:
                if self._selected(step) == step.negated:
                    if step.name == 123:
                        at = step.target
                    continue
            elif step.negated:
                if step.name == 123:
                    at = step.target
                continue
            name = step.name
            if name == 115:
                self._substitute(step)
            elif name == 112:
                self._print(self.space)
            elif name == 100:
                self._finish_cycle(False)
                return False
            elif name == 123:
                pass
            elif name == 98:
                self.k.tick()
                at = step.target
            elif name == 116:
                if self.replaced:
                    self.replaced = False
                    self.k.tick()
                    at = step.target
            elif name == 84:
                if not self.replaced:
                    self.k.tick()
                    at = step.target
                self.replaced = False
            elif name == 68:
                _, newline, rest = self.space.partition(b"\n")
                if not newline:
                    self._finish_cycle(False)
                    return False
                self.space = rest
                self._finish_cycle(False)
                return True
            elif name == 110:
                self._line_for_n()
            elif name == 78:
                self._append_line()
            elif name == 113:
                raise Quit(step.arg or 0, True, asked=True)
            elif name == 81:
                raise Quit(step.arg or 0, False)
            else:
                self._other(step)
                if name == 99:
                    self._finish_cycle(False)
                    return False
        self._finish_cycle(True)
        return False

    def _finish_cycle(self, printed: bool) -> None:
        if printed and not self.quiet:
            self._print(self.space)
        if self.appended:
            self._flush_appended()
        if self.unbuffered:
            self.out.flush()

    def _print(self, text: bytes) -> None:
        if self.ended:
            self.emit(text + self.end)
        else:
            self.emit(text)
            self.unfinished = True

    def emit(self, data: bytes) -> None:
        """Write; if the last line written had no newline because its file's last line hadn't, it gets one now."""
        if self.unfinished:
            self.unfinished = False
            self.out.write(self.end)
        self.out.write(data)

    def _line_for_n(self) -> None:
        if self._is_last():
            # GNU prints the pattern space and ends without running the rest
            raise Quit(0, True)
        if not self.quiet:
            self._print(self.space)
        self._flush_appended()
        line = self._next_line()
        assert line is not None
        self.space = self.load(line)

    def _append_line(self) -> None:
        if self._is_last():
            raise Quit(0, True)
        self._flush_appended()
        line = self._next_line()
        assert line is not None
        self.space = self.space + self.end + self.load(line)
        self._account()

    def _other(self, step: Step) -> None:
        name = step.name
        if name == 104:
            self.hold = self.space
            self.hold_ended = self.ended
        elif name == 72:
            self.hold += self.end + self.space
            self.hold_ended = self.ended
            self._account()
        elif name == 103:
            self.space = self.hold
            self.ended = self.hold_ended
        elif name == 71:
            self.space += self.end + self.hold
            self.ended = self.hold_ended
            self._account()
        elif name == 120:
            self.space, self.hold = self.hold, self.space
            self.ended, self.hold_ended = self.hold_ended, self.ended
        elif name == 80:
            first, newline, _ = self.space.partition(b"\n")
            if newline:
                self.emit(first + self.end)
            else:
                self._print(first)
        elif name == 61:
            self.emit(b"%d\n" % self.number)
        elif name == 97:
            self.appended.append(("text", step.text))
        elif name == 105:
            self.emit(step.text)
        elif name == 99:
            self._change(step)
        elif name == 121:
            self.space = _transliterated(self.space, step.arg)
        elif name == 108:
            self.emit(_visible(self.space, self.wrap if step.arg is None else step.arg))
        elif name == 114:
            self.appended.append(("file", step.text))
        elif name == 82:
            self.appended.append(("line", step.text))
        elif name == 119:
            self._write_to(step.text, self.space, self.ended)
        elif name == 87:
            self._write_to(step.text, self.space.partition(b"\n")[0], True)
        elif name == 122:
            self.space = b""
        elif name == 70:
            self.emit((b"-" if self.name == b"-" else self.name) + b"\n")

    def _change(self, step: Step) -> None:
        if step.second is None or step.negated or not step.active:
            self.emit(step.text)

    def _flush_appended(self) -> None:
        for kind, text in self.appended:
            if kind == "text":
                self.emit(text)
            elif kind == "file":
                self._copy(text)
            else:
                self._copy_line(text)
        self.appended.clear()

    def _copy(self, name: bytes) -> None:
        try:
            fd = self.k.open(b"/dev/stdin" if name == b"-" else name)
        except SysError:
            return  # POSIX: a file that can't be read is as if empty
        self.emit(b"")
        try:
            while data := self.k.read(fd, 65536):
                self.emit(data)
        except SysError:
            pass
        self.k.close(fd)

    def _copy_line(self, name: bytes) -> None:
        if name not in self.read_lines:
            try:
                self.read_lines[name] = Reader(self.k, self.k.open(name))
            except SysError:
                self.read_lines[name] = None
        reader = self.read_lines[name]
        line = reader.line() if reader is not None else b""
        if line:
            self.emit(line if line.endswith(b"\n") else line + b"\n")

    def _write_to(self, name: bytes, text: bytes, ended: bool) -> None:
        """Write a line to a file; one that had no newline in the input has none there, unless another follows it."""
        if name == b"/dev/stdout" and self.out is self.stdout:
            self.emit(text + self.end if ended else text)
            self.unfinished = not ended
            return
        writer = self._file(name)
        if name in self.lacking:
            writer.write(self.end)
            self.lacking.discard(name)
        writer.write(text + self.end if ended else text)
        if not ended:
            self.lacking.add(name)

    def _file(self, name: bytes) -> Writer:
        if name == b"/dev/stdout":
            return self.stdout
        writer = self.written.get(name)
        if writer is None:
            try:
                fd = 2 if name == b"/dev/stderr" else self.k.open(name, O_WRONLY | O_CREAT | O_TRUNC)
            except SysError as error:
                raise UsageError(b"%s: couldn't open file %s: %s\n" % (self.k.argv[0], name, cause(error)), 4) from None
            writer = self.written[name] = Writer(self.k, fd, status=4)
        return writer

    # ---------------------------------------------------------------- addresses
    def _selected(self, step: Step) -> bool:
        first, second = step.first, step.second
        assert first is not None
        if second is None:
            return self._matches(first)
        number = self.number
        if step.active:
            if second.kind == "regex":
                if self._matches(second):
                    step.active = False
                return True
            if second.kind == "last":
                if self._is_last():
                    step.active = False
                return True
            if number >= step.end:
                step.active = False
            return number <= step.end
        if first.kind == "zero":
            if number == 1 and not step.end:
                step.end = 1  # it has begun, once
                step.active = not self._matches(second)
                return True
            return False
        if first.kind == "line":  # a line that another command took away doesn't keep the range from beginning
            if number < first.number or (number > first.number and 0 < step.begun <= number):
                return False
            step.begun = number
            if second.kind == "line" and first.number < number > second.number:
                return False
        elif not self._matches(first):
            return False
        if second.kind == "line":
            step.end = second.number
            step.active = second.number > number
        elif second.kind == "plus":
            step.end = number + second.number
            step.active = second.number > 0
        elif second.kind == "multiple":
            size = second.number
            step.end = number if size <= 0 else -(-number // size) * size
            step.active = step.end > number
        else:
            step.active = not (second.kind == "last" and self._is_last())
        return True

    def _account(self) -> None:
        """Charge what the two spaces hold to the process. Raises OutOfMemory at its limit."""
        held = len(self.space) + len(self.hold)
        now = held if held > LARGE else 0
        if now != self.charged:
            self.k.charge(now - self.charged)
            self.charged = now

    def _matches(self, address: Address) -> bool:
        kind = address.kind
        if kind == "line":
            return self.number == address.number
        if kind == "last":
            return self._is_last()
        if kind == "step":
            if address.step <= 0:
                return self.number == address.number
            return self.number >= address.number and (self.number - address.number) % address.step == 0
        return self._regex(address.regex).search(self.space) is not None

    def _regex(self, regex: Any) -> Any:
        if regex is not None:
            self.last_regex = regex
            return regex
        if self.last_regex is None:
            raise UsageError(self.k.argv[0] + b": no previous regular expression\n", 1)
        return self.last_regex

    # ---------------------------------------------------------------- s
    def _substitute(self, step: Step) -> None:
        flags: Substitution = step.flags
        regex = self._regex(step.regex)
        space = self.space
        plain = flags.plain
        if flags.number == 1 and plain is not None and flags.everywhere and (len(space) + 1) * len(plain) < LARGE:
            made, count = regex.sub(plain, space)
            if not count:
                return
        else:
            made, count = replaced(self.k, regex, space, flags)
            if not count:
                return
        self.space = made
        self.replaced = True
        if len(made) > LARGE or self.charged:
            self._account()
        if flags.printed:
            self._print(made)
        if flags.file is not None:
            self._write_to(flags.file, made, self.ended)


def _transliterated(space: bytes, table: Any) -> bytes:
    if isinstance(table, bytes):
        return space.translate(table)
    text = space.decode("utf-8", "surrogateescape")
    return text.translate(str.maketrans(table)).encode("utf-8", "surrogateescape")


_NAMED = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 92: b"\\\\"}


def _visible(space: bytes, wrap: int) -> bytes:
    """Return the pattern space as `l` shows it: escapes, a $ at the end, lines cut at `wrap` - 1."""
    out: list[bytes] = []
    width = 0
    for byte in space:
        shown = _NAMED.get(byte) or (bytes((byte,)) if 32 <= byte < 127 else b"\\%03o" % byte)
        if wrap > 0 and width + len(shown) > wrap - 1:
            out.append(b"\\\n")
            width = 0
        out.append(shown)
        width += len(shown)
    return b"".join(out) + b"$\n"


class Target:
    """The new content of a file that is edited in place: written beside it, put in its place at the end."""

    def __init__(self, k: Syscalls, name: bytes, suffix: bytes) -> None:
        self.k = k
        self.name = name
        self.suffix = suffix
        folder = name.rpartition(b"/")[0]
        stat = k.stat(name)
        while True:
            self.temporary = (folder + b"/" if folder else b"") + b"sed" + k.getrandom(3).hex().encode()
            try:
                self.fd = k.open(self.temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
                break
            except SysError as error:
                if error.errno != 17:
                    raise UsageError(
                        b"%s: couldn't open temporary file %s: %s\n" % (k.argv[0], self.temporary, cause(error)), 4
                    ) from None
        k.fchmod(self.fd, stat.mode & 0o7777)
        try:
            k.fchown(self.fd, stat.uid, stat.gid)
        except SysError:
            pass  # not root: the copy is the editor's own, as with GNU
        self.out = Writer(k, self.fd, status=4)

    def finish(self) -> None:
        """Put it in place, keeping the old one under another name if asked."""
        self.out.flush()
        k = self.k
        k.close(self.fd)
        if self.suffix:
            folder, slash, base = self.name.rpartition(b"/")
            kept = self.suffix.replace(b"*", base) if b"*" in self.suffix else base + self.suffix
            try:
                k.rename(self.name, kept if b"/" in kept else folder + slash + kept)
            except SysError as error:
                k.unlink(self.temporary)
                raise UsageError(b"%s: cannot rename %s: %s\n" % (k.argv[0], self.name, cause(error)), 4) from None
        k.rename(self.temporary, self.name)
