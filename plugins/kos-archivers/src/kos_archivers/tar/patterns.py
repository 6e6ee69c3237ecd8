"""Which names are meant: patterns of --exclude, and operands of -t, -x, -d, --delete. Source: GNU tar's names.c, gnulib's exclude.c.

A pattern that matches a directory matches what is below it. Unanchored ones also match behind any slash.
"""

from __future__ import annotations

from typing import NamedTuple

from kos_kernel.api import GlobBytes, compile_glob_bytes

VCS = (
    b"CVS", b".cvsignore", b"RCS", b"SCCS", b".git", b".gitignore", b".gitattributes", b".gitmodules", b".svn", b".arch-ids",
    b"{arch}", b"=RELEASE-ID", b"=meta-update", b"=update", b".bzr", b".bzrignore", b".bzrtags", b".hg", b".hgignore", b".hgrags",
    b"_darcs",
)  # fmt: skip
BACKUPS = (b".#*", b"*~", b"#*#")


class Rules(NamedTuple):
    """How names of this moment of the command line match; None: as is usual for what they are."""

    anchored: bool | None = None
    icase: bool = False
    wildcards: bool | None = None
    slash: bool = True
    recursion: bool = True


class Pattern:
    """A pattern, or a plain name."""

    __slots__ = ("_anchored", "_glob", "_icase", "_recursive", "name")

    def __init__(
        self, name: bytes, *, wildcards: bool, anchored: bool, icase: bool, slash: bool, recursive: bool
    ) -> None:
        self.name = name
        self._anchored = anchored
        self._icase = icase
        self._recursive = recursive
        self._glob: GlobBytes | None = None
        if wildcards and any(char in name for char in b"*?[\\"):
            self._glob = compile_glob_bytes(name, nocase=icase, pathname=not slash)
        elif icase:
            self.name = name.lower()

    @property
    def plain(self) -> bool:
        """Whether a dictionary can find it: an exact name from the beginning."""
        return self._glob is None and self._anchored and not self._icase

    @property
    def recursive(self) -> bool:
        return self._recursive

    def matches(self, name: bytes) -> bool:
        """Tell whether a member of this name is meant."""
        if self._from_here(name):
            return True
        if not self._anchored:
            at = name.find(b"/")
            while at >= 0:
                if at + 1 < len(name) and name[at + 1] != 47 and self._from_here(name[at + 1 :]):
                    return True
                at = name.find(b"/", at + 1)
        return False

    def _from_here(self, name: bytes) -> bool:
        if self._glob is None:
            if self._icase:
                name = name.lower()
            own = self.name
            return name == own or (self._recursive and name.startswith(own) and name[len(own) : len(own) + 1] == b"/")
        if self._glob.matches(name):
            return True
        if self._recursive:
            at = name.find(b"/")
            while at >= 0:
                if self._glob.matches(name[:at]):
                    return True
                at = name.find(b"/", at + 1)
        return False


class Excluded:
    """All patterns of --exclude and its kin. Many plain ones are found at once."""

    def __init__(self) -> None:
        self._patterns: list[Pattern] = []
        self.limit: int | None = None  # only so many of them count

    def __len__(self) -> int:
        return len(self._patterns)

    def add(self, name: bytes, rules: Rules) -> None:
        """Take a pattern under the rules of its place."""
        self._patterns.append(
            Pattern(
                name,
                wildcards=rules.wildcards is not False,
                anchored=rules.anchored is True,
                icase=rules.icase,
                slash=rules.slash,
                recursive=rules.recursion,
            )
        )

    def matches(self, name: bytes) -> bool:
        """Tell whether a name is left out."""
        return any(pattern.matches(name) for pattern in self._patterns[: self.limit])


class Wanted:
    """An operand of -t, -x, -d, --delete. folder: the number of the directory (-C) it belongs to. found: how often."""

    __slots__ = ("folder", "found", "given", "pattern", "undecided")

    def __init__(self, given: bytes, rules: Rules, folder: int) -> None:
        self.given = given
        self.folder = folder
        self.found = 0
        self.undecided = rules.wildcards is None  # nobody said whether * is a wildcard
        self.pattern = Pattern(
            given.rstrip(b"/") or given[:1],
            wildcards=rules.wildcards is True,
            anchored=rules.anchored is not False,
            icase=rules.icase,
            slash=rules.slash,
            recursive=rules.recursion,
        )


class Selection:
    """The operands: which one means a member? None given: all are meant."""

    def __init__(self, wanted: list[Wanted], occurrence: int | None) -> None:
        self.wanted = wanted
        self._occurrence = occurrence
        self._plain: dict[bytes, Wanted] = {}
        self._others: list[Wanted] = []
        for one in wanted:
            if one.pattern.plain and one.pattern.name not in self._plain:
                self._plain[one.pattern.name] = one
            else:
                self._others.append(one)

    def find(self, name: bytes) -> Wanted | None:
        """Return the operand that means a member, counting that it was found."""
        one = self._look(name.rstrip(b"/") or name[:1])
        if one is None:
            return None
        one.found += 1
        if self._occurrence is not None and one.found != self._occurrence:
            return None
        return one

    def _look(self, name: bytes) -> Wanted | None:
        if self._plain:
            found = self._plain.get(name)
            if found is not None:
                return found
            at = name.rfind(b"/")
            while at > 0:
                found = self._plain.get(name[:at])
                if found is not None and found.pattern.recursive:
                    return found
                at = name.rfind(b"/", 0, at)
        for one in self._others:
            if one.pattern.matches(name):
                return one
        return None

    def missing(self) -> list[Wanted]:
        """Return the operands that no member, or not as many, fitted."""
        least = self._occurrence or 1
        return [one for one in self.wanted if one.found < least]
