"""xargs: build command lines from standard input and run them.

The input is read in chunks and cut into items by one of three readers: words with quotes, lines (-I, -L), or anything
between delimiters (-0, -d). A command line is full when the next item doesn't fit; up to -P of them run at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_RDONLY,
    WEXITSTATUS,
    WIFEXITED,
    WIFSIGNALED,
    WIFSTOPPED,
    WNOHANG,
    WSTOPSIG,
    WTERMSIG,
    Command,
    Flag,
    Interrupted,
    NoChild,
    Reader,
    SysError,
    Value,
    cause,
    complain,
    exec_status,
    parsed,
    quoteaf,
    quotef,
    run_command,
)  # fmt: skip

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_MOST_CHARS = 131072  # of a command line, as findutils has it whatever the system would bear
_LEAST_CHARS = 1
XARGS = Command(
    "xargs",
    like="(GNU findutils) 4.9.0",
    usage="[OPTION]... COMMAND [INITIAL-ARGS]...",
    summary="Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.",
    options=[
        Flag("zero", "0", "null", help="items are separated by a null, not whitespace; disables quote and backslash processing"),
        Value("file", "a", "arg-file", metavar="FILE", help="read arguments from FILE, not standard input"),
        Value("delimiter", "d", "delimiter", metavar="CHARACTER",
              help="items in input stream are separated by CHARACTER, not by whitespace; disables quote and backslash processing"),
        Value("eof", "E", metavar="END", help="set logical EOF string; if END occurs as a line of input, the rest is ignored"),
        Value("eof", "e", "eof", metavar="END", optional=True, implied=b"", help="equivalent to -E END if END is specified"),
        Value("replace", "I", metavar="R", help="same as --replace=R"),
        Value("replace", "i", "replace", metavar="R", optional=True, implied=b"{}",
              help="replace R in INITIAL-ARGS with names read from standard input, split at newlines; R is assumed to be {}"),
        Value("lines", "L", metavar="MAX-LINES", help="use at most MAX-LINES non-blank input lines per command line"),
        Value("lines", "l", "max-lines", metavar="MAX-LINES", optional=True, implied=b"1", help="similar to -L, one by default"),
        Value("args", "n", "max-args", metavar="MAX-ARGS", help="use at most MAX-ARGS arguments per command line"),
        Flag("tty", "o", "open-tty", help="reopen stdin as /dev/tty in the child process before executing the command"),
        Value("procs", "P", "max-procs", metavar="MAX-PROCS", default=b"1", help="run at most MAX-PROCS processes at a time"),
        Flag("prompt", "p", "interactive", help="prompt before running commands"),
        Value("slot", "process-slot-var", metavar="VAR", help="set environment variable VAR in child processes"),
        Flag("needed", "r", "no-run-if-empty", help="if there are no arguments, then do not run COMMAND"),
        Value("chars", "s", "max-chars", metavar="MAX-CHARS", help="limit length of command line to MAX-CHARS"),
        Flag("limits", "show-limits", help="show limits on command-line length"),
        Flag("verbose", "t", "verbose", help="print commands before executing them"),
        Flag("strict", "x", "exit", help="exit if the size (see -s) is exceeded"),
    ],
    permute=False,
)  # fmt: skip
NUL_MET = (
    b"WARNING: a NUL character occurred in the input.  It cannot be passed through in the argument list.  "
    b"Did you mean to use the --null option?"
)
_SPECIAL = re.compile(rb"[ \t\n'\"\\]")
_WORDS_ONLY = re.compile(rb"[^'\"\\]*\Z")


class _Stop(Exception):
    """xargs ends with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run the commands. Status 123 if one failed, 124 if one said 255, 125 if a signal ended one, 126 and 127 as a shell's."""
    opts, words = parsed(k, XARGS, argv)
    try:
        return _Xargs(k, opts, words or [b"echo"]).run()
    except _Stop as stop:
        return stop.status


def _delimiter(k: Syscalls, text: bytes) -> bytes:
    """Return the one byte that -d names: itself, or a C escape."""
    simple = {b"\\a": b"\a", b"\\b": b"\b", b"\\f": b"\f", b"\\n": b"\n", b"\\r": b"\r", b"\\t": b"\t", b"\\v": b"\v",
              b"\\\\": b"\\"}  # fmt: skip
    if len(text) == 1:
        return text
    if text in simple:
        return simple[text]
    found = re.fullmatch(rb"\\(?:x([0-9a-fA-F]+)|0?([0-7]+))", text)
    if found is not None:
        number = int(found[1], 16) if found[1] else int(found[2], 8)
        if number > 255:
            complain(
                k,
                b"Invalid escape sequence %s in input delimiter specification; character values must not exceed ff."
                % text,
            )
            raise _Stop(1)
        return bytes((number,))
    if text[:1] == b"\\":
        complain(k, b"Invalid escape sequence %s in input delimiter specification." % text)
    else:
        complain(
            k,
            b"Invalid input delimiter specification %s: the delimiter must be either a single character"
            b" or an escape sequence starting with \\." % text,
        )
    raise _Stop(1)


class _Xargs:
    def __init__(self, k: Syscalls, opts: Any, command: list[bytes]) -> None:
        self.k = k
        self.opts = opts
        self.command = command
        self.replace: bytes | None = opts.replace
        self.most_args = self.number(opts.args, b"n", 1)
        self.most_lines = self.number(opts.lines, b"L", 1)
        self.parallel = self.number(opts.procs, b"P", 0)
        self.given_chars = self.number(opts.chars, b"s", _LEAST_CHARS)
        self.most_chars = min(self.given_chars or _MOST_CHARS, _MOST_CHARS)
        self.settle_conflicts()
        self.delimiter: bytes | None = b"\0" if opts.zero else None
        if opts.delimiter is not None:
            self.delimiter = _delimiter(k, opts.delimiter)
        self.eof: bytes | None = opts.eof or None
        if self.delimiter is not None:
            self.eof = None
        self.base = sum(len(word) + 1 for word in command)
        self.warned = False  # of a NUL
        self.running: dict[int, int] = {}  # pid -> slot
        self.status = 0
        self.started = 0
        self.found: bytes | None = None  # where the command is
        self.items: list[bytes] = []
        self.size = self.base
        self.lines = 0

    def number(self, text: bytes | None, option: bytes, least: int) -> int:
        """Return an option's number, 0 if it isn't given. Ends xargs if it's none or too small."""
        if text is None:
            return 0
        if not re.fullmatch(rb"[ \t]*[-+]?[0-9]+", text):
            complain(self.k, b'invalid number "%s" for -%s option' % (text, option))
            self.k.write(2, b"Try '%s --help' for more information.\n" % self.k.argv[0])
            raise _Stop(1)
        number = int(text[:20])
        if number < least:
            complain(self.k, b"value %s for -%s option should be >= %d" % (text, option, least))
            self.k.write(2, b"Try '%s --help' for more information.\n" % self.k.argv[0])
            raise _Stop(1)
        return number

    def settle_conflicts(self) -> None:
        """Of -n, -L and -I the last one counts; GNU says so."""
        order = [word for word in ("replace", "lines", "args") if word in self.opts.given]
        if len(order) < 2:
            return
        names = {"replace": b"--replace", "lines": b"--max-lines", "args": b"--max-args"}
        later = {"replace": b"--replace/-I/-i", "lines": b"-L", "args": b"--max-args"}
        last = self.last_given(order)
        if last == "args" and self.replace is not None and self.most_args == 1:
            self.most_args = 0  # -I with -n 1 is what -I does
            return
        for other in order:
            if other != last:
                complain(
                    self.k,
                    b"warning: options %s and %s are mutually exclusive, ignoring previous %s value"
                    % (names[other], later[last], names[other]),
                )
                if other == "replace":
                    self.replace = None
                elif other == "lines":
                    self.most_lines = 0
                else:
                    self.most_args = 0

    def last_given(self, order: list[str]) -> str:
        """Return which of some options stands last on the command line."""
        letters = {
            "replace": (b"I", b"i", b"--replace"),
            "lines": (b"L", b"l", b"--max-lines"),
            "args": (b"n", b"--max-args"),
        }
        places = dict.fromkeys(order, -1)
        for place, word in enumerate(self.k.argv[1:]):
            for name in order:
                for letter in letters[name]:
                    if word.startswith(letter if letter[:1] == b"-" else b"-" + letter):
                        places[name] = place
        return max(order, key=lambda name: places[name])

    # ------------------------------------------------------------ the run
    def run(self) -> int:
        k, opts = self.k, self.opts
        if self.replace == b"":
            complain(k, b"command too long")  # it would be found everywhere
            return 1
        if self.base > self.most_chars:
            complain(k, b"cannot fit single argument within argument list size limit")
            return 1
        fd = self.open_input()
        if opts.limits:
            k.write(2, b"Maximum length of command we could actually use: %d\n" % (_MOST_CHARS - self.base))
            k.write(2, b"Size of command buffer we are actually using: %d\n" % self.most_chars)
            k.write(2, b"Maximum parallelism (--max-procs must be no greater): %d\n" % 0x7FFFFFFF)
        reader = Reader(k, fd, delimiter=self.delimiter or b"\n")
        try:
            if self.delimiter is not None:
                self.read_delimited(reader)
            elif self.replace is not None or self.most_lines:
                self.read_lines(reader)
            else:
                self.read_words(reader)
        except SysError as error:
            complain(k, b"read error: " + cause(error))
            return 1
        if self.items or (not self.started and not opts.needed and self.replace is None):
            self.start()
        while self.running:
            self.reap(block=True)
        return self.status

    def open_input(self) -> int:
        """Return where items come from, and leave commands /dev/null as their input (with -a: ours)."""
        k = self.k
        if self.opts.file is not None:
            try:
                fd = k.open(self.opts.file)
                k.set_cloexec(fd, True)
                return fd
            except SysError as error:
                complain(k, b"Cannot open input file %s: %s" % (quoteaf(self.opts.file), cause(error)))
                raise _Stop(1)
        try:
            fd = k.dup(0, 10, cloexec=True)
            null = k.open(b"/dev/tty" if self.opts.tty else b"/dev/null", O_RDONLY)
            if null != 0:
                k.dup2(null, 0)
                k.close(null)
        except SysError as error:
            complain(k, (b"/dev/tty: " if self.opts.tty else b"") + cause(error))
            raise _Stop(1)
        return fd

    # ------------------------------------------------------------ items
    def read_delimited(self, reader: Reader) -> None:
        delimiter = self.delimiter
        assert delimiter is not None
        while block := reader.block():
            for item in block.removesuffix(delimiter).split(delimiter):
                if self.replace is not None:
                    self.replaced(item)
                else:
                    self.add(item)
                    if self.most_lines:
                        self.line_done()

    def read_words(self, reader: Reader) -> None:
        """Words between blanks and newlines; whole blocks without quotes are split in one go."""
        eof = self.eof
        pending = b""
        while block := reader.block():
            if not pending and eof is None and _WORDS_ONLY.match(block) and not _odd(block):
                for word in block.split():
                    self.add(word)
                continue
            for line in block.splitlines(keepends=True) if not _odd(block) else _lines(block):
                words, pending, over = self.words(pending + line)
                for word in words:
                    self.add(word)
                if over:
                    return
        for word in self.words(pending, final=True)[0]:
            self.add(word)

    def read_lines(self, reader: Reader) -> None:
        """Lines: one makes a command line (-I), or so many do (-L)."""
        pending = b""
        while block := reader.block():
            for line in _lines(block):
                if self.replace is not None:
                    text = self.unquoted((pending + line).removesuffix(b"\n").lstrip(b" \t\v\f\r"))
                    if text is None:
                        pending += line
                        continue
                    pending = b""
                    if self.eof is not None and text == self.eof:
                        return
                    if text:
                        self.replaced(text)
                    continue
                words, pending, over = self.words(pending + line)
                for word in words:
                    self.add(word)
                if over:
                    return
                # a blank at a line's end goes on with the next
                if words and not pending and not line.removesuffix(b"\n").endswith((b" ", b"\t")):
                    self.line_done()
        if pending:
            if self.replace is not None:
                self.replaced(pending.removesuffix(b"\n").removesuffix(b"\\"))
            for word in self.words(pending, final=True)[0] if self.replace is None else []:
                self.add(word)

    def line_done(self) -> None:
        self.lines += 1
        if self.lines >= self.most_lines:
            self.start()

    def unmatched(self, text: bytes) -> None:
        """A quote has no end."""
        kind = b"double" if self.open_quote(text) == 0x22 else b"single"
        complain(
            self.k,
            b"unmatched %s quote; by default quotes are special to xargs unless you use the -0 option" % kind,
        )
        if self.items:
            self.start()
        while self.running:
            self.reap(block=True)
        raise _Stop(1)

    @staticmethod
    def open_quote(text: bytes) -> int:
        quote, escaped = 0, False
        for byte in text:
            if escaped:
                escaped = False
            elif quote:
                quote = 0 if byte == quote else quote
            elif byte == 0x5C:
                escaped = True
            elif byte in b"'\"":
                quote = byte
        return quote

    def words(self, line: bytes, *, final: bool = False) -> tuple[list[bytes], bytes, bool]:
        """Return (words of a line, what the next line goes on with, whether the logical end was met). final: it's the last."""
        words: list[bytes] = []
        word: bytearray | None = None
        at, size = 0, len(line)
        start = 0  # of the word, as it's written
        while at < size:
            if word is None:
                start = at
            found = _SPECIAL.search(line, at)
            stop = size if found is None else found.start()
            if stop > at:
                if word is not None:
                    word += line[at:stop]
                elif bare := line[at:stop].lstrip(b"\r\v\f"):  # white at the beginning, not the end of a word
                    word = bytearray(bare)
            if found is None:
                break
            byte = line[stop]
            at = stop + 1
            if byte in b" \t\n":
                if word is not None:
                    words.append(bytes(word))
                    word = None
                    if self.eof is not None and words[-1] == self.eof:
                        return words[:-1], b"", True
                continue
            word = bytearray() if word is None else word
            if byte == 0x5C:
                if at + 1 == size and line[at] == 0x0A and not final:  # the newline is part of the word
                    return words, line[start:], False
                word += line[at : at + 1]
                at += 1
                continue
            end = line.find(byte, at)
            newline = line.find(b"\n", at)
            if end < 0 or (0 <= newline < end):
                self.give(words)
                self.unmatched(line)
            word += line[at:end]
            at = end + 1
        if word is not None:
            words.append(bytes(word))
            if self.eof is not None and words[-1] == self.eof:
                return words[:-1], b"", True
        return words, b"", False

    def give(self, words: list[bytes]) -> None:
        for word in words:
            self.add(word)

    def unquoted(self, line: bytes) -> bytes | None:
        """Return a line without its quotes and backslashes."""
        if not (b"'" in line or b'"' in line or b"\\" in line):
            return line
        out = bytearray()
        quote, at = 0, 0
        while at < len(line):
            byte = line[at]
            at += 1
            if quote:
                if byte == quote:
                    quote = 0
                else:
                    out.append(byte)
            elif byte == 0x5C:
                if at == len(line):
                    return None  # the newline is part of the item
                out += line[at : at + 1]
                at += 1
            elif byte in b"'\"":
                quote = byte
            else:
                out.append(byte)
        if quote:
            self.unmatched(line)
        return bytes(out)

    # ------------------------------------------------------------ command lines
    def add(self, item: bytes) -> None:
        """Put an item on the command line; start the command first if it doesn't fit."""
        cost = len(item) + 1
        if self.size + cost > self.most_chars:
            if self.items and not (self.opts.strict and (self.most_lines or self.most_args)):
                self.start()
            if self.size + cost > self.most_chars:
                complain(self.k, b"argument line too long")
                while self.running:
                    self.reap(block=True)
                raise _Stop(1)
        self.items.append(item)
        self.size += cost
        if self.most_args and len(self.items) >= self.most_args:
            self.start()

    def replaced(self, item: bytes) -> None:
        """Run the command with the item in place of the replacement string."""
        assert self.replace is not None
        argv = [self.command[0].replace(self.replace, item)]
        argv += [word.replace(self.replace, item) for word in self.command[1:]]
        if sum(len(word) + 1 for word in argv) > self.most_chars:
            complain(self.k, b"argument list too long")
            while self.running:
                self.reap(block=True)
            raise _Stop(1)
        self.launch(argv)

    def start(self) -> None:
        items, self.items, self.size, self.lines = self.items, [], self.base, 0
        self.launch(self.command + items)

    def launch(self, argv: list[bytes]) -> None:
        k, opts = self.k, self.opts
        if any(b"\0" in word for word in argv):
            argv = [word.partition(b"\0")[0] for word in argv]
            if self.delimiter is None and not self.warned:
                self.warned = True
                complain(k, NUL_MET)
        if (opts.verbose or opts.prompt) and not self.announce(argv):
            return
        while self.parallel and len(self.running) >= self.parallel:
            self.reap(block=True)
        self.reap(block=False)
        slot = next(number for number in range(len(self.running) + 1) if number not in self.running.values())
        env = {**k.env, opts.slot: b"%d" % slot} if opts.slot else None
        self.started += 1

        def start(path: bytes, words: list[bytes]) -> int:
            pid = k.spawn(path, words, env)
            self.found = path if words is argv else None
            return pid

        try:
            if self.found is not None and self.replace is None:
                pid = k.spawn(self.found, argv, env)
            else:
                pid = run_command(k, argv, start)
        except SysError as error:
            complain(k, b"%s: %s" % (argv[0], cause(error)))
            self.finish()
            raise _Stop(exec_status(error))
        self.running[pid] = slot

    def announce(self, argv: list[bytes]) -> bool:
        """Show a command; with -p ask the terminal whether to run it."""
        text = b" ".join([quotef(word) for word in argv])
        if not self.opts.prompt:
            self.k.write(2, text + b"\n")
            return True
        self.k.write(2, text + b"?...")
        try:
            fd = self.k.open(b"/dev/tty")
            answer = Reader(self.k, fd).line()
            self.k.close(fd)
        except SysError as error:
            complain(self.k, b"failed to open /dev/tty for reading: " + cause(error))
            raise _Stop(1)
        return answer[:1] in (b"y", b"Y")

    def finish(self) -> None:
        while self.running:
            self.reap(block=True)

    def reap(self, *, block: bool) -> None:
        """Take in the status of commands that have ended; block: wait for one."""
        while self.running:
            try:
                found = self.k.wait(-1, 0 if block else WNOHANG)
            except Interrupted:
                continue
            except NoChild:
                self.running.clear()
                return
            if found is None:
                return
            pid, status = found
            if pid not in self.running:
                continue
            del self.running[pid]
            self.judge(status)
            block = False

    def judge(self, status: int) -> None:
        """Remember a failure; end at the ones that end xargs."""
        name = self.command[0]
        if WIFEXITED(status):
            code = WEXITSTATUS(status)
            if code == 255:
                complain(self.k, b"%s: exited with status 255; aborting" % name)
                self.finish()
                raise _Stop(124)
            if code:
                self.status = 123
        elif WIFSTOPPED(status):
            complain(self.k, b"%s: stopped by signal %d" % (name, WSTOPSIG(status)))
            raise _Stop(125)
        elif WIFSIGNALED(status):
            complain(self.k, b"%s: terminated by signal %d" % (name, WTERMSIG(status)))
            self.finish()
            raise _Stop(125)


def _odd(block: bytes) -> bool:
    """Tell whether a block has white bytes at which xargs doesn't split, but bytes.split() does."""
    return b"\v" in block or b"\f" in block or b"\r" in block


def _lines(block: bytes) -> list[bytes]:
    """Return a block's lines, each with its newline."""
    pieces = block.split(b"\n")
    last = pieces.pop()
    lines = [piece + b"\n" for piece in pieces]
    return [*lines, last] if last else lines
