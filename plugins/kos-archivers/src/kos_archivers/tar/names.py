"""The words of the command line in their order: directories (-C), lists of names (-T), patterns, operands.

What a word means depends on those before it: --anchored and its kin hold for later patterns, -C for later names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import O_DIRECTORY, OutOfMemory, SysError, cause

from .patterns import BACKUPS, VCS, Excluded, Rules, Wanted
from .quoting import unescaped
from .run import Fatal

if TYPE_CHECKING:
    from .run import Tar

_MOST_NESTED = 100


class File(NamedTuple):
    """A file to be put into an archive. recursive: with what is below it. folder: the number of its directory. excluding: how many
    patterns came before it: those after it don't concern it.
    """

    name: bytes
    recursive: bool
    folder: int
    excluding: int


class Names:
    """files: for making archives. wanted: for reading them."""

    def __init__(self, tar: Tar) -> None:
        self._tar = tar
        self._rules = Rules()
        self._null = self._verbatim = False
        self._unquote = True
        self._cwd = -1
        self.files: list[File] = []
        self.wanted: list[Wanted] = []
        self.excluded = Excluded()
        self.any = False
        self._held = 0
        self._idle: list[bytes] = []  # options that no name has followed yet

    def read(self, words: list[object]) -> None:
        """Take the words. Raises Fatal."""
        self._tar.folders.append(-1)
        for word in words:
            self._word(word, 0)

    def _word(self, word: object, depth: int) -> None:
        if isinstance(word, bytes):
            self._name(unescaped(word) if self._unquote else word)
            return
        assert isinstance(word, tuple)
        what, value = word
        rules = self._rules
        if what not in ("T", "add", "null", "verbatim", "unquote"):
            self._idle.append(self._shown(what, value))
        if what == "C":
            self._folder(value)
        elif what == "add":
            self._name(value)
        elif what == "exclude":
            self.excluded.add(value, rules)
        elif what == "X":
            for line in self._lines(value, b"\n"):
                self.excluded.add(line, rules)
        elif what == "T":
            self._list(value, depth)
        elif what in ("vcs", "backups"):
            for pattern in VCS if what == "vcs" else BACKUPS:
                self.excluded.add(pattern, rules)
        elif what == "null":
            self._null = value
            if value:
                self._verbatim = True
        elif what == "verbatim":
            self._verbatim = value
        elif what == "unquote":
            self._unquote = value
        else:
            self._rules = rules._replace(**{what: value})

    def _shown(self, what: str, value: object) -> bytes:
        """Return an option for a message."""
        tar = self._tar
        if isinstance(value, bytes):
            return {"C": b"-C", "X": b"--exclude-from", "exclude": b"--exclude"}[what] + b" " + tar.quoted(value)
        on, off = {
            "vcs": (b"exclude-vcs", b""), "backups": (b"exclude-backups", b""), "recursion": (b"recursion", b"no-recursion"),
            "anchored": (b"anchored", b"no-anchored"), "icase": (b"ignore-case", b"no-ignore-case"),
            "wildcards": (b"wildcards", b"no-wildcards"), "slash": (b"wildcards-match-slash", b"no-wildcards-match-slash"),
        }[what]  # fmt: skip
        return b"--" + (on if value else off)

    def check_order(self) -> None:
        """Complain of options behind the last name: when an archive is made they have no effect."""
        tar = self._tar
        last = tar.folders[-1]
        if isinstance(last, Fatal):
            raise last
        if self._idle and self.any:
            tar.error(
                b"The following options were used after any non-optional arguments in archive create or update mode.  "
                b"These options are positional and affect only arguments that follow them.  Please, rearrange them properly."
            )
            for option in self._idle:
                tar.error(option + b" has no effect")

    def _name(self, name: bytes) -> None:
        self.any = True
        self._idle.clear()
        folder = len(self._tar.folders) - 1
        self.files.append(File(name, self._rules.recursion, folder, len(self.excluded)))
        self.wanted.append(Wanted(name, self._rules, folder))
        self._held += len(name) + 400
        if self._held > 1 << 18:
            self._tar.k.charge(self._held)
            self._held = 0

    def _folder(self, name: bytes) -> None:
        """Go into a directory, seen from the one before."""
        tar, k = self._tar, self._tar.k
        before = tar.folders[-1]
        if isinstance(before, Fatal):
            return
        if self._cwd < 0:
            self._cwd = before = tar.folders[0] = k.open(b".", O_DIRECTORY)
        try:
            k.fchdir(before)
            try:
                tar.folders.append(k.open(name, O_DIRECTORY))
            finally:
                k.fchdir(self._cwd)
        except SysError as error:  # which matters when somebody goes there
            tar.folders.append(Fatal(b"%s: Cannot open: %s" % (tar.shown(name), cause(error))))

    def _lines(self, name: bytes, end: bytes) -> list[bytes]:
        """Return the lines of a file, "-" standard input."""
        tar, k = self._tar, self._tar.k
        try:
            fd = 0 if name == b"-" else k.open(name)
            text = k.read_all(fd)
            if fd:
                k.close(fd)
        except OutOfMemory:
            raise
        except SysError as error:
            raise Fatal(b"%s: Cannot stat: %s" % (tar.shown(name), cause(error))) from None
        lines = text.split(end)
        if not lines[-1]:
            lines.pop()
        return lines

    def _list(self, name: bytes, depth: int) -> None:
        tar = self._tar
        if depth > _MOST_NESTED:
            raise Fatal(b"%s: file list already read" % tar.shown(name))
        self.any = True
        lines = self._lines(name, b"\0" if self._null else b"\n")
        if not self._null and any(b"\0" in line for line in lines):
            tar.warn(b"%s: file name read contains nul character" % tar.shown(name), "filename-with-nuls")
            lines = [piece for line in lines for piece in line.split(b"\0") if piece]
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            if self._verbatim or line[:1] != b"-" or line == b"-":
                if line:
                    self._name(line if self._verbatim or not self._unquote else unescaped(line))
                continue
            self._option(line, b"%s:%d" % (name, at), depth)

    def _option(self, line: bytes, place: bytes, depth: int) -> None:
        """Do what an option in a list says. Only those of names are allowed."""
        from kos_kernel.api import UsageError

        from .options import TAR

        words = line.split(None, 1) if line[:2] != b"--" else [line]
        try:
            options, _ = TAR.parse([self._tar.name, *words])
        except UsageError:
            self._tar.error(place + b": unrecognized option")
            return
        if options.given - {"words"}:
            self._tar.error(place + b": unrecognized option")
            return
        for word in options.words:
            self._word(word, depth + 1)
