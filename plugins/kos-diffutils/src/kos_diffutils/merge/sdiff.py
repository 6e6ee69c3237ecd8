"""sdiff: two files side by side, and with -o a third made of them, as its user says at each difference.

The comparing is diff's: without -o it takes this program's place, with it its output is read line by line. That output has,
between the lines to be shown, how many lines of each file they stand for: "i3,3" for common ones, "c2,1" for a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_TRUNC,
    O_WRONLY,
    WEXITSTATUS,
    WIFEXITED,
    Command,
    Flag,
    HelpRequested,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    exec_command,
    parsed,
    quote,
    run_command,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_PASSED_ON = (  # our option, diff's, help
    ("i", "ignore-case", "-i", "consider upper- and lower-case to be the same"),
    ("E", "ignore-tab-expansion", "-E", "ignore changes due to tab expansion"),
    ("Z", "ignore-trailing-space", "-Z", "ignore white space at line end"),
    ("b", "ignore-space-change", "-b", "ignore changes in the amount of white space"),
    ("W", "ignore-all-space", "-w", "ignore all white space"),
    ("B", "ignore-blank-lines", "-B", "ignore changes whose lines are all blank"),
    ("", "strip-trailing-cr", "--strip-trailing-cr", "strip trailing carriage return on input"),
    ("a", "text", "-a", "treat all files as text"),
    ("l", "left-column", "--left-column", "output only the left column of common lines"),
    ("t", "expand-tabs", "-t", "expand tabs to spaces in output"),
    ("d", "minimal", "-d", "try hard to find a smaller set of changes"),
    ("H", "speed-large-files", "-H", "assume large files, many scattered small changes"),
)
SDIFF = Command(
    "sdiff",
    like="(GNU diffutils) 3.8",
    usage="[OPTION]... FILE1 FILE2",
    summary="Side-by-side merge of differences between FILE1 and FILE2.",
    status=2,
    hint="{prog}: Try '{prog} --help' for more information.\n",
    options=[
        Value("output", "o", "output", metavar="FILE", help="operate interactively, sending output to FILE"),
        *(
            Flag("passed", *((short, long) if short else (long,)), value=word.encode(), repeat=True, help=text)
            for short, long, word, text in _PASSED_ON
        ),
        Value(
            "passed", "I", "ignore-matching-lines", metavar="RE", repeat=True, convert=lambda text: b"-I" + text,
            help="ignore changes all whose lines match RE",
        ),
        Value(
            "passed", "w", "width", metavar="NUM", repeat=True, convert=lambda text: b"--width=" + text,
            help="output at most NUM (default 130) print columns",
        ),
        Value(
            "passed", "tabsize", metavar="NUM", repeat=True, convert=lambda text: b"--tabsize=" + text,
            help="tab stops at every NUM (default 8) print columns",
        ),
        Flag("suppress", "s", "suppress-common-lines", help="do not output common lines"),
        Value("program", "diff-program", metavar="PROGRAM", help="use PROGRAM to compare files"),
        Flag("show_version", "v", help="output version information and exit"),
    ],
    epilog="If a FILE is '-', read standard input.\n"
    "Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.",
)  # fmt: skip
_HELP = b"""ed:\tEdit then use both versions, each decorated with a header.
eb:\tEdit then use both versions.
el or e1:\tEdit then use the left version.
er or e2:\tEdit then use the right version.
e:\tDiscard both versions then edit a new one.
l or 1:\tUse the left version.
r or 2:\tUse the right version.
s:\tSilently include common lines.
v:\tVerbosely include common lines.
q:\tQuit.
"""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if nothing differs, 1 if something does, 2 for trouble."""
    opts, names = parsed(k, SDIFF, argv)
    if opts.show_version:
        raise HelpRequested(SDIFF.version_text(opts.prog))
    if len(names) != 2:
        if len(names) < 2:
            raise SDIFF.error(opts, b"missing operand after " + quote(names[-1] if names else argv[-1]))
        raise SDIFF.error(opts, b"extra operand " + quote(names[2]))
    words = [opts.program or b"diff", *opts.passed]
    if opts.output is None:
        words += [b"--suppress-common-lines"] if opts.suppress else []
        failure = exec_command(k, [*words, b"-y", b"--", *names])
        complain(k, words[0] + b": " + cause(failure))
        return 2
    if b"-" in names:
        complain(k, b"cannot interactively merge standard input")
        return 2
    try:
        paths = _whole_names(k, names)
        files = [Reader(k, k.open(path)) for path in paths]
        result = Writer(k, k.open(opts.output, O_WRONLY | O_CREAT | O_TRUNC), complaint=opts.output, status=2)
    except SysError as error:
        name = error.filename if isinstance(error.filename, bytes) else b""
        complain(k, name + b": " + cause(error))
        return 2
    reading, writing = k.pipe(cloexec=True)
    words += [b"--sdiff-merge-assist", b"-y", b"--", *paths]
    try:
        child = _started(k, words, writing)
    except SysError as error:
        complain(k, words[0] + b": " + cause(error))
        return 2
    k.close(writing)
    merge = _Merge(k, Reader(k, reading), files, paths, result, bool(opts.suppress))
    finished = merge.run()
    k.close(reading)
    result.flush()
    ended = k.wait(child)
    status = 2 if ended is None or not WIFEXITED(ended[1]) else WEXITSTATUS(ended[1])
    return status if finished and status in (0, 1) else 2


def _started(k: Syscalls, words: list[bytes], output: int) -> int:
    """Return the pid of a command whose standard output is that descriptor."""
    fds = {0: 0, 1: output, 2: 2}
    return run_command(k, words, lambda path, argv: k.spawn(path, argv, dict(k.env), fds=fds))


def _whole_names(k: Syscalls, names: list[bytes]) -> list[bytes]:
    """Return the names; beside a file's that of a directory means the file in it that is called so."""
    import stat as modes

    folders = [modes.S_ISDIR(k.stat(name).mode) for name in names]
    if folders == [True, True]:
        return names
    return [
        name.rstrip(b"/") + b"/" + other.rpartition(b"/")[2] if is_folder else name
        for name, other, is_folder in zip(names, names[::-1], folders, strict=True)
    ]


class _Merge:
    def __init__(
        self, k: Syscalls, diff: Reader, files: list[Reader], names: list[bytes], result: Writer, suppress: bool
    ) -> None:
        self.k = k
        self.diff = diff
        self.files = files
        self.names = names
        self.result = result
        self.suppress = suppress
        self.lines = [1, 1]  # the next one of each file
        self.out = Writer(k, 1, complaint=b"standard output", status=2)
        self.asked = Reader(k, 0)

    def run(self) -> bool:
        """Go through the differences; False if the user quit."""
        while line := self.diff.line():
            kind = line[:1]
            left, comma, right = line[1:].strip().partition(b",")
            if kind not in (b"i", b"c") or not (comma and left.isdigit() and right.isdigit()):
                self.out.write(line.removeprefix(b" "))
                continue
            counts = (int(left[:18]), int(right[:18]))
            shown = max(counts)
            for _ in range(shown):
                row = self.diff.line()
                if kind == b"c" or not self.suppress:
                    self.out.write(row if row.endswith(b"\n") else row + b"\n")
            if kind == b"i":
                self._use(0, counts[0], self.result)
                self._use(1, counts[1], None)
            elif not self._decide(counts):
                self.out.flush()
                return False
        self.out.flush()
        return True

    def _use(self, which: int, count: int, where: Any) -> None:
        """Take lines of a file and write them, if anywhere."""
        for _ in range(count):
            self.k.tick()
            line = self.files[which].line()
            if where is not None:
                where.write(line)
        self.lines[which] += count

    def _decide(self, counts: tuple[int, int]) -> bool:
        while True:
            self.out.write(b"%")
            self.out.flush()
            line = self.asked.line()
            if not line:
                return False
            word = b"".join(line.split())
            if word in (b"l", b"1", b"r", b"2"):
                wanted = 0 if word in b"l1" else 1
                for which in (0, 1):
                    self._use(which, counts[which], self.result if which == wanted else None)
                return True
            if word in (b"s", b"v"):
                self.suppress = word == b"s"
            elif word == b"q":
                return False
            elif word in (b"e", b"e1", b"el", b"e2", b"er", b"eb", b"ed"):
                self._edit(word[1:], counts)
                return True
            else:
                self.k.write(2, _HELP)

    def _edit(self, which: bytes, counts: tuple[int, int]) -> None:
        """Have the user edit lines of one or both files, and take what comes out."""
        k = self.k
        folder = k.env.get(b"TMPDIR") or b"/tmp"
        name = b"%s/sdiff%s" % (folder, k.getrandom(4).hex().encode())
        try:
            fd = k.open(name, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            kept = Writer(k, fd, complaint=name, status=2)
            for side, sign, letters in ((0, b"---", b"1lbd"), (1, b"+++", b"2rbd")):
                taken = bool(which) and which in letters
                if which == b"d" and counts[side]:
                    first = self.lines[side]
                    span = b"%d" % first if counts[side] == 1 else b"%d,%d" % (first, first + counts[side] - 1)
                    kept.write(b"%s %s %s\n" % (sign, self.names[side], span))
                self._use(side, counts[side], kept if taken else None)
            kept.flush()
            k.close(fd)
            editor = (k.env.get(b"EDITOR") or b"ed").split() or [b"ed"]
            try:
                k.wait(_started(k, [*editor, name], 1))
            except SysError as error:
                complain(k, editor[0] + b": " + cause(error))
                k.exit(2)
            fd = k.open(name)
            while chunk := k.read(fd, 1 << 16):
                self.result.write(chunk)
            k.close(fd)
        except SysError as error:
            complain(k, name + b": " + cause(error))
            k.exit(2)
        finally:
            try:
                k.unlink(name)
            except SysError:
                pass  # the editor may have taken it away
