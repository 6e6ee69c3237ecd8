"""ptx: a permuted index: each word in the middle of a line, with what stands around it.

Here are the options, and where words and contexts are found; ptxlines.py makes the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    Charge,
    Command,
    Flag,
    PatternError,
    Regex,
    SysError,
    Value,
    Writer,
    cause,
    compile_regex,
    complain,
    parsed,
    quote,
    quotef,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PTX = Command(
    "ptx",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... [INPUT]...   (without -G)", "-G [OPTION]... [INPUT [OUTPUT]]"),
    summary="Output a permuted index, including context, of the words in the input files.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("auto", "A", "auto-reference", help="output automatically generated references"),
        Flag("traditional", "G", "traditional", help="behave more like System V 'ptx'"),
        Value("mark", "F", "flag-truncation", metavar="STRING", default=b"/", help="use STRING for flagging line truncations"),
        Value("macro", "M", "macro-name", metavar="STRING", default=b"xx", help="macro name to use instead of 'xx'"),
        Flag("form", "O", value="roff", default=None, help="generate output as roff directives"),
        Value("form", "format", metavar="FORMAT", choices={"roff": "roff", "tex": "tex"}, help="roff (as -O) or tex (as -T)"),
        Flag("right", "R", "right-side-refs", help="put references at right, not counted in -w"),
        Value("sentence", "S", "sentence-regexp", metavar="REGEXP", help="for end of lines or end of sentences"),
        Flag("form", "T", value="tex", default=None, help="generate output as TeX directives"),
        Value("word", "W", "word-regexp", metavar="REGEXP", help="use REGEXP to match each keyword"),
        Value("breaks", "b", "break-file", metavar="FILE", help="word break characters in this FILE"),
        Flag("fold", "f", "ignore-case", help="fold lower case to upper case for sorting"),
        Value("gap", "g", "gap-size", metavar="NUMBER", default=b"3", help="gap size in columns between output fields"),
        Value("ignored", "i", "ignore-file", metavar="FILE", help="read ignore word list from FILE"),
        Value("only", "o", "only-file", metavar="FILE", help="read only word list from this FILE"),
        Flag("references", "r", "references", help="first field of each line is a reference"),
        Flag("typeset", "t", "typeset-mode", help="accepted; like GNU's, ours has no such mode"),
        Value("width", "w", "width", metavar="NUMBER", default=b"72", help="output width in columns, reference excluded"),
    ],
)  # fmt: skip
_SPACE = b" \t\n\v\f\r"
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_SENTENCE = b"[.?!][]\"')}]*\\($\\|\t\\|  \\)[ \t\n]*"
_ESCAPES = {98: 8, 97: 7, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11}


class Text(NamedTuple):
    """An input: its name in references, its bytes."""

    name: bytes
    data: bytes


class Occurrence(NamedTuple):
    """A word: where it stands in which text, and the context that it may be shown with."""

    text: int
    start: int
    end: int
    left: int
    right: int
    reference: int  # the line's number with -A, where the reference begins with -r


class Words:
    """What a word is: what a regex matches, or a run of certain bytes."""

    def __init__(self, regex: Regex | None, letters: frozenset[int]) -> None:
        self.regex = regex
        self.letters = letters

    def find(self, data: bytes, at: int, end: int) -> tuple[int, int] | None:
        """Return where the next word is."""
        if self.regex is not None:
            found = self.regex.search(data[at:end])
            return None if found is None else (at + found.start(), at + found.end())
        while at < end and data[at] not in self.letters:
            at += 1
        if at == end:
            return None
        return at, self.skip(data, at, end)

    def skip(self, data: bytes, at: int, end: int) -> int:
        """Return the place after a word, or after one byte that begins none."""
        if self.regex is not None:
            found = self.regex.search(data[at : min(end, at + 4096)])
            return at + found.end() if found is not None and not found.start() and found.end() else at + 1
        if data[at] not in self.letters:
            return at + 1
        while at < end and data[at] in self.letters:
            at += 1
        return at


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the index. Status 1 if a file can't be read or an option is wrong."""
    opts, files = parsed(k, PTX, argv)
    for what, text in ((b"gap", opts.gap), (b"line", opts.width)):
        if not text.isdigit() or not 0 < int(text[:20]) < 1 << 31:
            complain(k, b"invalid %s width: %s" % (what, quote(text)))
            return 1
    target = None
    if opts.traditional:
        if len(files) > 2:
            return refuse(k, b"extra operand " + quote(files[2]))
        target = files.pop() if len(files) == 2 else None
    name = b""
    try:
        name = opts.breaks or b""
        breaks = None if opts.breaks is None else _whole(k, opts.breaks)
        name = opts.ignored or b""
        ignored = None if opts.ignored is None else _whole(k, opts.ignored).split(b"\n")
        name = opts.only or b""
        only = None if opts.only is None else _whole(k, opts.only).split(b"\n")
        texts = []
        for name in files or [b"-"]:
            texts.append(Text(b"" if name == b"-" else name, _whole(k, name)))
        name = target or b""
        out = Writer(k) if target is None else Writer(k, k.open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o666))
    except SysError as error:
        complain(k, quotef(name) + b": " + cause(error))
        return 1
    try:
        index = _Index(k, opts, breaks, ignored, only)
    except PatternError as error:
        complain(k, str(error).encode())
        return 1
    for number in range(len(texts)):
        index.add(number, texts[number])
    index.sort(texts)
    from .ptxlines import Liner

    Liner(k, out, opts, texts, index.words, index.longest, index.line_counts, index.widest).print(index.found)
    out.flush()
    return 0


def _whole(k: Syscalls, name: bytes) -> bytes:
    fd = 0 if name == b"-" else k.open(name)
    parts = []
    while data := k.read(fd, 1 << 16):
        k.charge(len(data) * 2)
        parts.append(data)
    if fd:
        k.close(fd)
    return b"".join(parts)


def _unescaped(text: bytes) -> bytes:
    """Return a string with its C escapes resolved; an unknown one stays as it is."""
    out = bytearray()
    at = 0
    while at < len(text):
        if text[at] == 92 and at + 1 < len(text) and text[at + 1] in _ESCAPES:
            out.append(_ESCAPES[text[at + 1]])
            at += 2
        else:
            out.append(text[at])
            at += 1
    return bytes(out)


class _Index:
    """Finds the words."""

    def __init__(
        self, k: Syscalls, opts: Any, breaks: bytes | None, ignored: list[bytes] | None, only: list[bytes] | None
    ) -> None:
        self.k = k
        self.opts = opts
        modern = not opts.traditional
        sentence = opts.sentence
        if sentence is None:
            sentence = _SENTENCE if modern and not opts.references else b"\n"
        else:
            sentence = _unescaped(sentence)
        self.pattern = sentence
        self.sentence = compile_regex(sentence, syntax="bre", multiline=True) if sentence else None
        word = _unescaped(opts.word) if opts.word else None
        letters = _LETTERS if modern else frozenset(range(256)) - frozenset(b" \t\n")
        if breaks is not None:
            letters = frozenset(range(256)) - frozenset(breaks)
            if not modern:
                letters -= frozenset(b" \t\n")
        self.words = Words(compile_regex(word, syntax="bre", icase=opts.fold) if word else None, letters)
        self.ignored = None if ignored is None else {self.key(line) for line in ignored if line}
        self.only = None if only is None else {self.key(line) for line in only if line}
        self.found: list[Occurrence] = []
        self.longest = self.widest = 0
        self.line_counts: list[int] = []
        self.charge = Charge(k)

    def key(self, word: bytes) -> bytes:
        return word.upper() if self.opts.fold else word

    def add(self, number: int, text: Text) -> None:
        """Find a text's words."""
        data, references = text.data, self.opts.references
        line_start = scan = lines = 0
        reference_end = 0
        if references:
            reference_end = _non_white(data, 0, len(data))
            scan = _white(data, reference_end, len(data))
        at = 0
        while at < len(data):
            left = at
            after = len(data)
            if self.sentence is not None:
                match = self.sentence.search(data, at)
                if match is not None and match.end() == match.start() == at:
                    complain(self.k, b"error: regular expression has a match of length zero: " + quote(self.pattern))
                    self.k.exit(1)
                if match is not None:
                    after = match.end()
            right = after
            while right > at and data[right - 1] in _SPACE:
                right -= 1
            while (place := self.words.find(data, at, right)) is not None:
                start, end = place
                self.k.tick()
                if end == start:
                    at = start + 1
                    if at > right:
                        break
                    continue
                at = end
                self.longest = max(self.longest, end - start)
                if references:
                    while scan < start:
                        if data[scan] == 10:
                            lines += 1
                            line_start = scan + 1
                            reference_end = _non_white(data, line_start, len(data))
                            scan = reference_end
                        else:
                            scan += 1
                    if scan > start:
                        continue
                word = self.key(data[start:end])
                if (self.ignored is not None and word in self.ignored) or (
                    self.only is not None and word not in self.only
                ):
                    continue
                reference = line_start
                if self.opts.auto:
                    lines += data.count(b"\n", scan, start)
                    scan = max(scan, start)
                    reference = lines
                elif references:
                    self.widest = max(self.widest, reference_end - line_start)
                if references and line_start == left:
                    left = _white(data, _non_white(data, left, right), right)
                self.found.append(Occurrence(number, start, end, left, right, reference))
                self.charge.change(200)
            at = max(after, at if at > after else after)
        self.line_counts.append(data.count(b"\n"))

    def sort(self, texts: list[Text]) -> None:
        """Put the words in order."""
        fold = self.opts.fold
        keys = []
        for one in self.found:
            word = texts[one.text].data[one.start : one.end]
            keys.append((word.upper() if fold else word, one.text, one.start))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self.found = [self.found[place] for place in order]


def _white(data: bytes, at: int, end: int) -> int:
    while at < end and data[at] in _SPACE:
        at += 1
    return at


def _non_white(data: bytes, at: int, end: int) -> int:
    while at < end and data[at] not in _SPACE:
        at += 1
    return at
