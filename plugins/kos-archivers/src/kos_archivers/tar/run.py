"""One run of tar: its settings, what it says, how it ends.

Statuses: 0, 1 something differs or changed, 2 an error. Fatal ends the run at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from kos_kernel.api import Accounts, SysError, Writer, cause, is_utf8

from .quoting import escaped

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .names import Names
    from .patterns import Excluded
    from .transform import Transform

DIFFERS, FAILURE = 1, 2


class Fatal(Exception):
    """The run is over. text: what to say before "Error is not recoverable", or None if all is said."""

    def __init__(self, text: bytes | None = None) -> None:
        super().__init__(text)
        self.text = text


class Tar:
    """What all parts of a run share."""

    def __init__(self, k: Syscalls, options: Any) -> None:
        self.k = k
        self.o = options
        self.name = k.argv[0]
        self.status = 0
        self.quiet: set[str] = set()
        self.accounts = Accounts(k)
        self.utf8 = is_utf8(k.env)
        self.out = Writer(k, 1)
        self.form = "gnu"
        self.record_size = 10240
        self.strip = 0
        self.verbose = 0
        self.listing = self.out
        self.names: Names
        self.excluded: Excluded
        self.globs_told = False
        self.folders: list[int | Fatal] = []
        self.transforms: list[Transform] = []
        self.is_root = k.geteuid() == 0
        self.newer_ns: int | None = None
        self.mtime_ns: int | None = None
        self.umask = k.umask(0)
        k.umask(self.umask)
        self._removed: tuple[set[bytes], set[bytes]] = (set(), set())
        self._folder = 0
        self.block = 0
        self.checkpoint_bytes = 0

    # -- saying --------------------------------------------------------------------------------------------------------

    def say(self, text: bytes) -> None:
        """Write a line of our own to standard error."""
        self.out.flush()
        lead = self.name + b": "
        if self.o.block_number and self.block:
            lead += b"block %d: " % self.block
        try:
            self.k.write(2, lead + text + b"\n")
        except SysError:
            pass

    def warn(self, text: bytes, keyword: str = "") -> None:
        """Warn, unless --warning switched that off."""
        if keyword not in self.quiet or not keyword:
            self.say(text)

    def differs(self, text: bytes, keyword: str = "") -> None:
        """Warn, and end with status 1 at least."""
        self.warn(text, keyword)
        self.status = max(self.status, DIFFERS)

    def error(self, text: bytes) -> None:
        """Complain; the run goes on, and ends with status 2."""
        self.say(text)
        self.status = FAILURE

    def failed(self, what: bytes, name: bytes, error: SysError) -> None:
        """Complain "NAME: Cannot WHAT: reason"."""
        self.error(b"%s: Cannot %s: %s" % (self.shown(name), what, cause(error)))

    def fatal(self, text: bytes) -> NoReturn:
        raise Fatal(text)

    def shown(self, name: bytes) -> bytes:
        """Return a name for a message, where colons stand out."""
        if self.o.quoting == "literal":
            return name
        return escaped(name, also=b":", utf8=self.utf8)

    def listed(self, name: bytes) -> bytes:
        """Return a name for a list."""
        return name if self.o.quoting == "literal" else escaped(name, utf8=self.utf8)

    def quoted(self, text: bytes) -> bytes:
        """Return a text in the quotation marks of the locale."""
        return "‘".encode() + self.listed(text) + "’".encode() if self.utf8 else b"'" + self.listed(text) + b"'"

    # -- names ---------------------------------------------------------------------------------------------------------

    def safer(self, name: bytes, *, link: bool = False) -> bytes:
        """Return a name without what would lead out of the directory: leading slashes, all up to the last ".."."""
        if self.o.absolute:
            return name or b"."
        start = at = 0
        while at < len(name):
            if name[at : at + 2] == b".." and name[at + 2 : at + 3] in (b"", b"/"):
                start = at + 2
            slash = name.find(b"/", at)
            at = len(name) if slash < 0 else slash + 1
        while name[start : start + 1] == b"/":
            start += 1
        if start:
            prefix = name[:start]
            seen = self._removed[link]
            if prefix not in seen and len(seen) < 4096:
                seen.add(prefix)
                kind = b"hard link targets" if link else b"member names"
                self.warn(b"Removing leading `%s' from %s" % (prefix, kind))
        rest = name[start:]
        if not rest:
            kind = b"hard link target" if link else b"member name"
            self.warn(b"Substituting `.' for empty %s" % kind)
            return b"."
        return rest

    def transformed(self, name: bytes, scope: int) -> bytes:
        """Return a name after --transform."""
        for one in self.transforms:
            if one.scope & scope:
                name = one.apply(name)
        return name

    def stripped(self, name: bytes) -> bytes:
        """Return a name without its leading components (--strip-components); b"" if it has no more."""
        at = 0
        for _ in range(self.strip):
            slash = name.find(b"/", at)
            if slash < 0:
                return b""
            at = slash
            while name[at : at + 1] == b"/":
                at += 1
        return name[at:]

    def go(self, folder: int) -> None:
        """Make the directory of a -C current."""
        if folder != self._folder:
            place = self.folders[folder]
            if isinstance(place, Fatal):
                raise place
            self.k.fchdir(place)
            self._folder = folder

    @property
    def folder(self) -> int:
        """The number of the present directory."""
        return self._folder
