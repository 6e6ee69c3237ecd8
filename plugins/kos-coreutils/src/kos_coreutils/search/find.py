"""find: walk trees, test each file, act on it.

The expression is compiled to nested functions of a file; the walk is iterative, so that depth is no limit.

    main ─► Expression (parse) ─► Finder.walk ─► test(file) ─► actions: print, exec, delete ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import S_IFDIR, S_IFLNK, S_IFMT, SysError, UsageError, Writer, cause, complain, quotef

from .find_actions import make_action, marked
from .find_tests import WITH_ARGUMENT, WITHOUT, Stop, Test, Wrong, newer_test

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

HELP = b"""Usage: find [-H] [-L] [-P] [path...] [expression]

Default path is the current directory; default expression is -print.
Operators: ( EXPR )  ! EXPR  -not EXPR  EXPR1 -a EXPR2  EXPR1 -and EXPR2  EXPR1 -o EXPR2  EXPR1 -or EXPR2  EXPR1 , EXPR2
Options:   -depth -d -daystart -maxdepth N -mindepth N -mount -xdev -noleaf -regextype TYPE
Tests:     -amin N -anewer F -atime N -cmin N -cnewer F -ctime N -empty -executable -false -gid N -group G -ilname P
           -iname P -inum N -ipath P -iregex P -links N -lname P -mmin N -mtime N -name P -newer F -newerXY F -nogroup
           -nouser -path P -perm [-/]M -readable -regex P -samefile F -size N[bcwkMG] -true -type [bcdflps] -uid N
           -user U -wholename P -writable -xtype [bcdflps]
Actions:   -delete -exec C ; -exec C {} + -execdir C ; -fls F -fprint F -fprint0 F -fprintf F FORMAT -ls -print -print0
           -printf FORMAT -prune -quit
"""
IGNORED = (b"-noleaf", b"-nowarn", b"-warn", b"-ignore_readdir_race", b"-noignore_readdir_race")
NOT_SUPPORTED = (b"-ok", b"-okdir", b"-fstype", b"-context", b"-used", b"-follow", b"-files0-from")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, or 1 if anything went wrong on the way."""
    if b"--help" in argv[1:2] or b"-help" in argv[1:2]:
        k.write(1, HELP)
        return 0
    finder = Finder(k, argv)
    try:
        return finder.run()
    finally:
        finder.out.flush()


class File:
    """One file on the way. Its header is asked for at most once."""

    __slots__ = ("_kind", "_stat", "depth", "finder", "path", "start")

    def __init__(self, finder: Finder, path: bytes, depth: int, start: bytes, kind: int = 0, stat: Any = None) -> None:
        self.finder = finder
        self.path = path
        self.depth = depth
        self.start = start
        self._kind = kind
        self._stat = stat

    def stat(self) -> Any:
        """Return its header: of a symlink's target if links are followed and it has one."""
        if self._stat is None:
            self._stat = self.finder.look(self.path, self.depth)
        return self._stat

    def kind(self) -> int:
        """Return its type bits."""
        if not self._kind:
            self._kind = self.stat().mode & S_IFMT
        return self._kind

    def other_kind(self) -> int:
        """Return the type for -xtype: of the link if links are followed, else of the target."""
        k = self.finder.k
        if self.finder.follow == "L":
            return int(k.lstat(self.path).mode & S_IFMT)
        try:
            return int(k.stat(self.path).mode & S_IFMT)
        except SysError:
            return S_IFLNK

    def link(self) -> bytes:
        """Return a symlink's target, b"" for anything else."""
        return self.finder.k.readlink(self.path) if self.kind() == S_IFLNK else b""

    def base(self) -> bytes:
        """Return the last name of its path."""
        path = self.path.rstrip(b"/")
        return path.rpartition(b"/")[2] or self.path[:1]


class Finder:
    """One run of find."""

    def __init__(self, k: Syscalls, argv: list[bytes]) -> None:
        self.k = k
        self.argv = argv
        self.out = Writer(k, 1, complaint=b"'standard output'")
        self.follow = "P"
        self.status = 0
        self.daystart = False
        self.depth_first = False
        self.same_device = False
        self.mindepth, self.maxdepth = 0, 1 << 60
        self.regextype = "emacs"
        self.now_ns = k.clock_ns()
        self.day_start_ns = (self.now_ns // 86_400_000_000_000 + 1) * 86_400_000_000_000
        self.pruned = False
        self.stopped = False
        self.pending: list[Any] = []  # -exec + batches
        self.outputs: dict[bytes, Writer] = {}
        self._names: dict[bool, dict[int, bytes]] = {}
        at = 1
        while at < len(argv) and argv[at] in (b"-H", b"-L", b"-P"):
            self.follow = chr(argv[at][1])
            at += 1
        begin = at
        while at < len(argv) and not (
            argv[at][:1] == b"-" and len(argv[at]) > 1 or argv[at] in (b"(", b")", b"!", b",")
        ):
            at += 1
        self.starts = argv[begin:at] or [b"."]
        try:
            self.test = Expression(self, argv[at:]).parse()
        except Wrong as error:
            raise UsageError(argv[0] + b": " + error.args[0] + b"\n", 1) from None

    def names(self, groups: bool) -> dict[int, bytes]:
        """Return number -> name of all users or groups."""
        table = self._names.get(groups)
        if table is None:
            table = {}
            try:
                fd = self.k.open(b"/etc/group" if groups else b"/etc/passwd")
                for line in self.k.read_all(fd).split(b"\n"):
                    fields = line.split(b":")
                    if len(fields) > 2 and fields[2].isdigit():
                        table.setdefault(int(fields[2]), fields[0])
                self.k.close(fd)
            except SysError:
                pass
            self._names[groups] = table
        return table

    def output(self, name: bytes) -> Writer:
        """Return the writer of -fprint and its kin."""
        writer = self.outputs.get(name)
        if writer is None:
            try:
                writer = Writer(self.k, self.k.open(name, 0o1101, 0o666))
            except SysError as error:
                raise Wrong(quotef(name) + b": " + cause(error)) from None
            self.outputs[name] = writer
        return writer

    def complain(self, path: bytes, error: SysError) -> None:
        """Say what went wrong with a file, and go on."""
        self.out.flush()
        complain(self.k, b"%s: %s" % (marked(self.k, path), cause(error)))
        self.status = 1

    def look(self, path: bytes, depth: int) -> Any:
        """Return the header of a file, following links as -P, -H, -L say."""
        if self.follow == "L" or (self.follow == "H" and depth == 0):
            try:
                return self.k.stat(path)
            except SysError as error:
                if error.errno not in (2, 40):
                    raise
        return self.k.lstat(path)

    # ---------------------------------------------------------------- the walk
    def run(self) -> int:
        """Walk every starting point and return the status."""
        for start in self.starts:
            self._walk(start)
            if self.stopped:
                break
        for action in self.pending:
            action.flush()
        for writer in self.outputs.values():
            writer.flush()
        self.out.flush()
        return self.status

    def _walk(self, start: bytes) -> None:
        try:
            top = File(self, start, 0, start)
            stat = top.stat()
        except SysError as error:
            self.complain(start, error)
            return
        device = stat.dev
        todo: list[tuple[File, bool]] = [(top, False)]
        ancestors: list[tuple[int, tuple[int, int]]] = []
        while todo and not self.stopped:
            file, visited = todo.pop()
            self.k.tick()
            try:
                if visited:
                    self._apply(file)
                    continue
                is_directory = file.kind() == S_IFDIR
            except SysError as error:
                self.complain(file.path, error)
                continue
            self.pruned = False
            if not (is_directory and self.depth_first):
                self._apply(file)
            if not is_directory or self.pruned or file.depth >= self.maxdepth:
                if is_directory and self.depth_first:
                    self._apply(file)
                continue
            if self.same_device and file.stat().dev != device:
                continue
            if self.follow == "L":
                identity = (file.stat().dev, file.stat().ino)
                while ancestors and ancestors[-1][0] >= file.depth:
                    ancestors.pop()
                if same := [depth for depth, other in ancestors if identity == other]:
                    self.out.flush()
                    above = file.path.rsplit(b"/", file.depth - same[0])[0]
                    text = b"File system loop detected; %s is part of the same file system loop as %s."
                    complain(self.k, text % (marked(self.k, file.path), marked(self.k, above)))
                    self.status = 1
                    continue
                ancestors.append((file.depth, identity))
            try:
                entries = self.k.scandir(file.path)
            except SysError as error:
                self.complain(file.path, error)
                entries = []
            if self.depth_first:
                todo.append((file, True))
            prefix = file.path if file.path.endswith(b"/") else file.path + b"/"
            depth = file.depth + 1
            follows = self.follow == "L"
            todo.extend(
                (File(self, prefix + name, depth, start, 0 if follows and kind == S_IFLNK else kind), False)
                for name, _, kind in reversed(entries)
            )

    def _apply(self, file: File) -> None:
        if file.depth < self.mindepth:
            return
        try:
            self.test(file)
        except Stop:
            pass
        except SysError as error:
            self.complain(file.path, error)


class Expression:
    """Reads the words of an expression. Precedence: ( ), !, and, or, comma."""

    def __init__(self, finder: Finder, words: list[bytes]) -> None:
        self.finder = finder
        self.words = words
        self.at = 0
        self.acts = False

    def parse(self) -> Test:
        """Return the test, with -print if nothing else acts. Raises Wrong."""
        if not self.words:
            return make_action(self.finder, b"-print", [])
        self._options_first()
        test = self._comma()
        if self.at < len(self.words):
            word = self.words[self.at]
            if word == b")":
                raise Wrong(b"you have too many ')'")
            raise Wrong(b"paths must precede expression: `%s'" % word)
        if self.acts:
            return test
        show = make_action(self.finder, b"-print", [])
        return lambda file: test(file) and show(file)

    def _options_first(self) -> None:
        """-daystart and -regextype count for the tests behind them, -depth and limits for all: those are looked at when met."""
        if b"-delete" in self.words or b"-depth" in self.words or b"-d" in self.words:
            self.finder.depth_first = True

    def _peek(self) -> bytes | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def _argument(self, option: bytes) -> bytes:
        if self.at >= len(self.words):
            raise Wrong(b"missing argument to `%s'" % option)
        self.at += 1
        return self.words[self.at - 1]

    def _comma(self) -> Test:
        test = self._or()
        while self._peek() == b",":
            self.at += 1
            first, second = test, self._or()
            test = _then(first, second)
        return test

    def _or(self) -> Test:
        test = self._and()
        while self._peek() in (b"-o", b"-or"):
            word = self._argument(b"")
            if self._peek() is None:
                raise Wrong(b"expected an expression after '%s'" % word)
            first, second = test, self._and()
            test = _either(first, second)
        return test

    def _and(self) -> Test:
        test = self._not()
        while True:
            word = self._peek()
            if word in (b"-a", b"-and"):
                self.at += 1
                if self._peek() is None:
                    raise Wrong(b"expected an expression after '%s'" % (word or b""))
            elif word is None or word in (b"-o", b"-or", b",", b")"):
                return test
            first, second = test, self._not()
            test = _both(first, second)

    def _not(self) -> Test:
        negations = 0
        while self._peek() in (b"!", b"-not"):
            word = self._argument(b"")
            negations += 1
            if self._peek() is None:
                raise Wrong(b"expected an expression after '%s'" % word)
        test = self._primary()
        return _negated(test) if negations % 2 else test

    def _primary(self) -> Test:
        word = self._argument(b"expression")
        finder = self.finder
        if word == b"(":
            if self._peek() == b")":
                raise Wrong(b"invalid expression; empty parentheses are not allowed.")
            test = self._comma()
            if self._peek() != b")":
                raise Wrong(b"invalid expression; I was expecting to find a ')' somewhere but did not see one.")
            self.at += 1
            return test
        if word in (b"-o", b"-or", b"-a", b"-and", b","):
            raise Wrong(b"invalid expression; you have used a binary operator '%s' with nothing before it." % word)
        if word == b")":
            raise Wrong(b"you have too many ')'")
        if word in WITH_ARGUMENT:
            return WITH_ARGUMENT[word](finder, word, self._argument(word))
        if word in WITHOUT:
            return WITHOUT[word](finder)
        if word.startswith(b"-newer") and len(word) == 8:
            return newer_test(finder, word, self._argument(word))
        if word in (b"-maxdepth", b"-mindepth"):
            text = self._argument(word)
            if not text.isdigit():
                raise Wrong(
                    b"Expected a positive decimal integer argument to %s, but got %s" % (word, marked(finder.k, text))
                )
            setattr(finder, word[1:].decode(), int(text))
        elif word in (b"-depth", b"-d"):
            finder.depth_first = True
        elif word == b"-daystart":
            finder.daystart = True
        elif word in (b"-mount", b"-xdev"):
            finder.same_device = True
        elif word == b"-regextype":
            finder.regextype = _dialect(self._argument(word))
        elif word in IGNORED:
            pass
        elif word in NOT_SUPPORTED:
            raise Wrong(b"%s is not supported" % word)
        elif word[:1] != b"-":
            raise Wrong(b"paths must precede expression: `%s'" % word)
        else:
            return self._action(word)
        return lambda file: True

    def _action(self, word: bytes) -> Test:
        words: list[bytes] = []
        if word in (b"-exec", b"-execdir"):
            while True:
                one = self._argument(word)
                words.append(one)
                if one == b";" or (one == b"+" and len(words) > 1 and words[-2] == b"{}"):
                    break
        elif word in (b"-printf", b"-fprint", b"-fprint0", b"-fls"):
            words = [self._argument(word)]
        elif word == b"-fprintf":
            words = [self._argument(word), self._argument(word)]
        if word != b"-prune":
            self.acts = True
        return make_action(self.finder, word, words)


def _dialect(name: bytes) -> str:
    known = {
        b"awk": "awk",
        b"ed": "bre",
        b"egrep": "egrep",
        b"emacs": "emacs",
        b"findutils-default": "emacs",
        b"gnu-awk": "awk",
        b"grep": "grep",
        b"posix-awk": "awk",
        b"posix-basic": "bre",
        b"posix-egrep": "egrep",
        b"posix-extended": "egrep",
        b"sed": "bre",
    }
    found = known.get(name)
    if found is None:
        text = b"Unknown regular expression type \xe2\x80\x98%s\xe2\x80\x99; valid types are %s."
        raise Wrong(text % (name, b", ".join(sorted(known))))
    return found


def _both(first: Test, second: Test) -> Test:
    return lambda file: first(file) and second(file)


def _either(first: Test, second: Test) -> Test:
    return lambda file: first(file) or second(file)


def _negated(test: Test) -> Test:
    return lambda file: not test(file)


def _then(first: Test, second: Test) -> Test:
    def test(file: File) -> bool:
        first(file)
        return second(file)

    return test
