"""ls: list directories. Gathers entries, sorts them, and prints them in one of five formats.

A directory's entries are stat-ed only if something that is to be shown or sorted by needs it; plain `ls` of a big
directory is one read of it, one sort and one write. What the options mean is decided in ls_options.py, columns are laid
out in columns.py, the long format's fields in ls_long.py.
"""

from __future__ import annotations

from kos_kernel.api import (
    ENOENT,
    O_DIRECTORY,
    O_RDONLY,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    Stat,
    Syscalls,
    SysError,
)

from . import columns
from .console import Console
from .ls_options import ACROSS, COLUMNS, COMMAS, LONG, Settings, settings_of
from .paths import join
from .sizes import show

_SHOW_ANYWAY = (b".", b"..")


class Entry:
    """One line-to-be: a name, what is known of it, and how it is shown."""

    __slots__ = ("kind", "link_mode", "link_ok", "name", "quoted", "shown", "stat", "target", "width")

    def __init__(self, name: bytes, kind: int, stat: Stat | None = None) -> None:
        self.name = name
        self.kind = kind
        self.stat = stat
        self.target: bytes | None = None
        self.link_ok = True
        self.link_mode = 0
        self.shown = name
        self.quoted = False
        self.width = 0


class Listing:
    """One run of ls."""

    def __init__(self, con: Console, settings: Settings) -> None:
        self.con = con
        self.k = con.k
        self.s = settings
        self.some_quoted = False
        self.used_color = False
        self.queue: list[tuple[bytes, bytes | None, bool]] = []  # (real name, shown name, from the command line)
        self.active: list[tuple[bytes, tuple[int, int]]] = []
        s = settings
        self.needs_stat = s.format == LONG or s.blocks or s.sort in ("time", "size") or s.inode
        self.needs_kind = s.recursive or s.colors is not None or s.indicator != "none" or s.directories_first
        self.needs_mode = s.colors is not None or s.indicator == "classify" or s.directories_first
        colors = s.colors
        self.checks_links = colors is not None and (
            colors.is_on(b"or")
            or (colors.is_on(b"ex") and colors.link_as_target)
            or (colors.is_on(b"mi") and s.format == LONG)
        )
        self.aligns = s.quoting in ("shell", "shell-escape", "c-maybe") and (
            s.format == LONG or (s.format in (COLUMNS, ACROSS) and s.width > 0)
        )
        self.plain_names = (
            s.quoting == "literal" and not s.qmark and s.colors is None and s.indicator == "none" and not s.hyperlink
        )
        if s.format == LONG:
            from .ls_long import LongFormat

            self.long: LongFormat | None = LongFormat(self.k, s)
        else:
            self.long = None

    # ------------------------------------------------------------ gathering
    def run(self, files: list[bytes]) -> None:
        """List the arguments: first what isn't a directory, then each directory."""
        s = self.s
        entries: list[Entry] = []
        folders: list[Entry] = []
        for name in files or [b"."]:
            entry = self.argument(name)
            if entry is not None:
                entries.append(entry)
        self.sort(entries)
        if not s.directory:
            folders = [entry for entry in entries if entry.kind == S_IFDIR]
            entries = [entry for entry in entries if entry.kind != S_IFDIR]
            self.queue = [(entry.name, None, True) for entry in reversed(folders)]
        if entries:
            self.print(entries, folders)
            headed = True
        else:
            headed = len(files) > 1 or len(self.queue) > 1
        headed = headed or s.recursive
        first = not entries
        while self.queue:
            real, shown, from_args = self.queue.pop()
            if shown == b"":  # a mark: everything below that directory is done
                self.active.pop()
                continue
            first = self.directory(real, from_args, headed, first) and first

    def argument(self, name: bytes) -> Entry | None:
        """Return the entry of a command-line argument; complains and returns None if there is no such file."""
        how = self.s.dereference
        try:
            if how in ("always", "args"):
                try:
                    stat = self.k.stat(name)
                except SysError as error:
                    if how == "always" or error.errno != ENOENT:
                        raise
                    stat = self.k.lstat(name)
            else:
                stat = self.k.lstat(name)
                if how == "dir-args" and stat.mode & S_IFMT == S_IFLNK:
                    try:
                        target = self.k.stat(name)
                        stat = target if target.mode & S_IFMT == S_IFDIR else stat
                    except SysError:
                        pass
        except SysError as error:
            self.con.complain(b"cannot access " + self.con.quoted(name), error, status=2)
            return None
        entry = Entry(name, stat.mode & S_IFMT, stat)
        if entry.kind == S_IFLNK:
            self.follow(entry, name)
        return entry

    def directory(self, name: bytes, from_args: bool, headed: bool, first: bool) -> bool:
        """List one directory. Returns whether nothing has been printed so far."""
        k = self.k
        try:
            fd = k.open(
                name, O_RDONLY | O_DIRECTORY
            )  # open while its files are asked for: `ls -l /proc/self/fd` shows it
        except SysError as error:
            self.con.complain(b"cannot open directory " + self.con.quoted(name), error, status=2 if from_args else 1)
            return first
        try:
            return self._open_directory(fd, name, from_args, headed, first)
        finally:
            k.close(fd)

    def _open_directory(self, fd: int, name: bytes, from_args: bool, headed: bool, first: bool) -> bool:
        k, s, con = self.k, self.s, self.con
        status = 2 if from_args else 1
        try:
            found = k.getdents(fd)
            if s.recursive:
                here = k.stat(name)
                identity = (here.dev, here.ino)
                if any(identity == other for _, other in self.active):
                    con.complain(con.plain(name) + b": not listing already-listed directory", status=2)
                    return first
                self.active.append((name, identity))
                self.queue.append((b"", b"", False))
        except SysError as error:
            con.complain(b"cannot open directory " + con.quoted(name), error, status=status)
            return first
        out = con.out
        if headed:
            if not first:
                out(b"\n")
            out(self.header(name) + b":\n")
        entries = [Entry(entry.name, entry.type) for entry in found if self.wanted(entry.name)]
        if s.all:
            entries[:0] = [Entry(b".", S_IFDIR), Entry(b"..", S_IFDIR)]
        if self.needs_stat or self.needs_mode or (s.dereference == "always" and self.needs_kind):
            self.stat_all(name, entries)
        elif self.needs_kind and not all(entry.kind for entry in entries):
            self.stat_all(name, [entry for entry in entries if not entry.kind])
        self.sort(entries)
        if s.recursive:
            folders = [
                (join(name, entry.name), None, False)
                for entry in entries
                if entry.kind == S_IFDIR and entry.name not in _SHOW_ANYWAY
            ]
            self.queue.extend(reversed(folders))
        if s.format == LONG or s.blocks:
            blocks = sum(entry.stat.blocks for entry in entries if entry.stat is not None) * 512
            out(b"total " + show(blocks, s.block_scale) + s.end)
        if entries:
            self.print(entries)
        return False

    def wanted(self, name: bytes) -> bool:
        """Tell whether an entry of a directory is listed."""
        s = self.s
        if not (s.all or s.almost_all):
            if name[:1] == b"." or any(glob.matches(name) for glob in s.hide):
                return False
        return not (s.ignore and any(glob.matches(name) for glob in s.ignore))

    def stat_all(self, folder: bytes, entries: list[Entry]) -> None:
        """Fill in what a stat tells; complains about those that can't be asked."""
        k = self.k
        call = k.stat if self.s.dereference == "always" else k.lstat
        prefix = b"" if folder == b"." else folder if folder.endswith(b"/") else folder + b"/"
        for entry in entries:
            path = prefix + entry.name
            try:
                stat = call(path)
            except SysError as error:
                self.con.complain(b"cannot access " + self.con.quoted(path), error, status=1)
                continue
            entry.stat = stat
            entry.kind = stat.mode & S_IFMT
            if entry.kind == S_IFLNK:
                self.follow(entry, path)

    def follow(self, entry: Entry, path: bytes) -> None:
        """Learn where a symlink leads, if that is shown."""
        s = self.s
        if s.format == LONG:
            try:
                entry.target = self.k.readlink(path)
            except SysError as error:
                self.con.complain(b"cannot read symbolic link " + self.con.quoted(path), error)
        if (s.format == LONG and s.indicator in ("file-type", "classify")) or self.checks_links or s.directories_first:
            try:
                entry.link_mode = self.k.stat(path).mode
            except SysError:
                entry.link_ok = False

    # ------------------------------------------------------------ sorting
    def sort(self, entries: list[Entry]) -> None:
        """Put the entries in the order asked for; ties go by name."""
        s = self.s
        if s.sort == "none":
            return
        if s.sort == "name":
            entries.sort(key=_name, reverse=s.reverse)
        elif s.sort == "time":
            time = s.time
            entries.sort(key=lambda entry: (-_time(entry, time), entry.name), reverse=s.reverse)
        elif s.sort == "size":
            entries.sort(key=lambda e: (-(e.stat.size if e.stat is not None else 0), e.name), reverse=s.reverse)
        elif s.sort == "version":
            from .versions import version_key

            entries.sort(key=lambda entry: (version_key(entry.name), entry.name), reverse=s.reverse)
        elif s.sort == "extension":
            entries.sort(key=lambda entry: (_extension(entry.name), entry.name), reverse=s.reverse)
        else:
            self.decorate(entries)
            entries.sort(key=lambda entry: (entry.width, entry.name), reverse=s.reverse)
        if s.directories_first:
            entries.sort(key=lambda e: e.kind != S_IFDIR and e.link_mode & S_IFMT != S_IFDIR)

    # ------------------------------------------------------------ showing
    def print(self, entries: list[Entry], also: list[Entry] | None = None) -> None:
        """Print the entries of one directory, or the files among the arguments.

        also: directories among the arguments; they aren't printed here, but fields are as wide as if they were.
        """
        s, out, end = self.s, self.con.out, self.s.end
        if (
            self.plain_names
            and s.format not in (LONG, COLUMNS, ACROSS, COMMAS)
            and not (s.inode or s.blocks or s.context)
        ):
            out(end.join([entry.name for entry in entries]) + end)
            return
        self.decorate(entries)
        if self.long is not None:
            self.long.print(self, entries, also or [])
            return
        padded = s.format != COMMAS
        stats = [entry.stat for entry in entries + (also or [])]
        inodes = self.column([b"%d" % t.ino if t is not None else b"?" for t in stats], s.inode, padded)
        counts = [show(t.blocks * 512, s.block_scale) if t is not None else b"?" for t in stats] if s.blocks else []
        blocks = self.column(counts, s.blocks, padded)
        cells: list[columns.Cell] = []
        for index, entry in enumerate(entries):
            lead = (inodes[index] if s.inode else b"") + (blocks[index] if s.blocks else b"")
            if s.context:
                lead += b"? "
            data = self.painted(entry)
            width = entry.width
            indicator = self.indicator(entry.kind, entry.stat.mode if entry.stat is not None else 0)
            cells.append((lead + data + indicator, len(lead) + width + len(indicator)))
        if s.format == COLUMNS and s.width:
            self.write(columns.down(cells, s.width, s.tabsize, end))
        elif s.format == ACROSS and s.width:
            self.write(columns.across(cells, s.width, s.tabsize, end))
        elif s.format in (COLUMNS, ACROSS):
            self.write(columns.flowing(cells, 0, b" ", end))
        elif s.format == COMMAS:
            self.write(columns.flowing(cells, s.width, b",", end))
        else:
            self.write(end.join([data for data, _ in cells]) + end)

    @staticmethod
    def column(texts: list[bytes], wanted: bool, padded: bool) -> list[bytes]:
        """Return the texts right-aligned with a space behind each."""
        if not wanted:
            return []
        width = max(map(len, texts)) if padded else 0
        return [text.rjust(width) + b" " for text in texts]

    def decorate(self, entries: list[Entry]) -> None:
        """Quote the names and measure them."""
        s = self.s
        literal = s.quoting == "literal" and not s.qmark
        self.some_quoted = False
        for entry in entries:
            if literal:
                entry.width = columns.display_width(entry.name, s.utf8)
                continue
            entry.shown = self.shown(entry.name)
            entry.quoted = (
                entry.shown is not entry.name and entry.shown[:1] in (b"'", b'"') and entry.shown != entry.name
            )
            self.some_quoted = self.some_quoted or entry.quoted
            entry.width = columns.display_width(entry.shown, s.utf8)
        if self.aligns and self.some_quoted:
            for entry in entries:
                if not entry.quoted:
                    entry.width += 1

    def shown(self, name: bytes) -> bytes:
        """Return the name in the quoting style of this run."""
        s = self.s
        if s.quoting == "literal" and not s.qmark:
            return name
        from .quoting import printable, style

        text = style(name, s.quoting, s.utf8)
        if s.qmark and s.quoting in ("literal", "shell", "shell-always"):
            if s.utf8:
                chars = text.decode("utf-8", "surrogateescape")
                shown = "".join(c if printable(c) and not "\ud800" <= c <= "\udfff" else "?" for c in chars)
                return shown.encode()
            return bytes(byte if 0x20 <= byte < 0x7F else 0x3F for byte in text)
        return text

    def header(self, name: bytes) -> bytes:
        """Return a directory's name as its heading."""
        s = self.s
        text = self.shown(name)
        if b":" in name and text == name and s.quoting in ("shell", "shell-escape"):
            text = b"'" + name + b"'"
        return self.linked(name, text) if s.hyperlink else text

    def painted(self, entry: Entry, *, target: bool = False) -> bytes:
        """Return the shown name with its colour, hyperlink and the space that lines it up with quoted names."""
        s = self.s
        text = entry.shown
        pad = b" " if self.aligns and self.some_quoted and not entry.quoted and not target else b""
        if s.hyperlink:
            text = self.linked(entry.name, text)
        if s.colors is None:
            return pad + text
        mode = entry.stat.mode if entry.stat is not None else entry.kind
        if s.colors.link_as_target and entry.kind == S_IFLNK and entry.link_ok:
            mode = entry.link_mode
        nlink = entry.stat.nlink if entry.stat is not None else 1
        known = entry.stat is not None or entry.kind == S_IFDIR
        code = s.colors.code(entry.name, mode, nlink, link_ok=entry.link_ok, known=known)
        return pad + self.with_color(code, text)

    def with_color(self, code: bytes, text: bytes) -> bytes:
        """Return the text in that colour."""
        colors = self.s.colors
        assert colors is not None
        return colors.start(code) + text + colors.end() if code else text

    def write(self, data: bytes) -> None:
        """Print; the first coloured text of a run is preceded by a reset."""
        colors = self.s.colors
        if colors is not None and not self.used_color:
            at = data.find(colors.codes[b"lc"])
            if at >= 0:
                self.used_color = True
                data = data[:at] + colors.end() + data[at:]
        self.con.out(data)

    def linked(self, name: bytes, text: bytes) -> bytes:
        """Return the text as a terminal hyperlink to the file."""
        path = name if name.startswith(b"/") else join(self.k.getcwd(), name)
        safe = b"".join(
            bytes([byte]) if byte in b"/~-._" or chr(byte).isalnum() and byte < 128 else b"%%%02x" % byte
            for byte in path
        )
        host = self.k.uname().nodename
        nodename = host if isinstance(host, bytes) else host.encode()
        return b"\x1b]8;;file://" + nodename + safe + b"\x07" + text + b"\x1b]8;;\x07"

    def indicator(self, kind: int, mode: int) -> bytes:
        """Return the mark behind a name: / * = @ | or nothing."""
        how = self.s.indicator
        if how == "none":
            return b""
        if kind == S_IFDIR:
            return b"/"
        if how == "slash":
            return b""
        if kind == S_IFREG:
            return b"*" if how == "classify" and mode & 0o111 else b""
        return {S_IFLNK: b"@", S_IFIFO: b"|", S_IFSOCK: b"="}.get(kind, b"")


def _name(entry: Entry) -> bytes:
    return entry.name


def _time(entry: Entry, which: str) -> int:
    stat = entry.stat
    if stat is None or which == "birth":
        return 0
    return stat.mtime_ns if which == "mtime" else stat.atime_ns if which == "atime" else stat.ctime_ns


def _extension(name: bytes) -> bytes:
    dot = name.rfind(b".")
    return name[dot:] if dot >= 0 else b""


_MADE_FOR = {b"dir": (b"-C", b"-b"), b"vdir": (b"-l", b"-b")}  # what these names stand for


def main(k: Syscalls, argv: list[bytes]) -> int:
    """List files; 0, 1 after minor problems, 2 after serious ones."""
    name = argv[0].rsplit(b"/", 1)[-1]
    con = Console(k, argv[0])
    settings, files = settings_of(con, [argv[0], *_MADE_FOR.get(name, ()), *argv[1:]])
    Listing(con, settings).run(files)
    return con.finish()
