"""tree: draw a directory and what is in it."""

from __future__ import annotations

import re

from kos_kernel.api import (
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFSOCK,
    Accounts,
    Command,
    GlobBytes,
    Stat,
    Syscalls,
    SysError,
    broken_down,
    compile_glob_bytes,
    is_utf8,
    strftime,
    zone_of,
)

from .colors import Colors, ColorsMalformed
from .console import Console
from .longpaths import LongPaths
from .modes import mode_string
from .orders import Asked, flag, parse, value
from .paths import join

TREE = Command(
    "tree",
    usage="[OPTION]... [DIRECTORY]...",
    summary="Draw each DIRECTORY, by default the current one, and what is in it.",
    options=[
        flag("all", "a", help="also entries that start with a dot"),
        flag("directories", "d", help="only directories"),
        flag("follow", "l", help="follow symbolic links to directories"),
        flag("full", "f", help="whole paths"),
        flag("one_filesystem", "x", help="stay on this filesystem"),
        value("level", "L", metavar="N", help="at most N levels down"),
        value("pattern", "P", metavar="PATTERN", help="only files that match"),
        value("ignore", "I", metavar="PATTERN", help="nothing that matches"),
        flag("prune", "prune", help="no directories without files"),
        flag("no_report", "noreport", help="no counts at the end"),
        flag("quote", "Q", help="names in double quotes"),
        flag("permissions", "p", help="show types and permissions"),
        flag("user", "u", help="show owners"),
        flag("group", "g", help="show groups"),
        flag("size", "s", help="show sizes in bytes"),
        flag("human", "h", help="show sizes like 1.5K"),
        flag("si", "si", help="likewise in powers of 1000"),
        flag("date", "D", help="show times of modification"),
        value("time_form", "timefmt", metavar="FORMAT", help="those times in this format"),
        flag("classify", "F", help="append one of /=*| to names"),
        flag("inodes", "inodes", help="show inode numbers"),
        flag("by_version", "v", help="numbers in names in numeric order"),
        flag("by_time", "t", help="oldest first"),
        flag("by_ctime", "c", help="by the last status change"),
        flag("unsorted", "U", help="in the directory's own order"),
        flag("reverse", "r", help="in reverse order"),
        flag("directories_first", "dirsfirst", help="directories before files"),
        value("sort", "sort", metavar="WORD", help="name, version, size, mtime or ctime"),
        flag("no_lines", "i", help="no lines, no indentation"),
        flag("no_color", "n", help="no colours"),
        flag("color", "C", help="colours"),
        value("charset", "charset", metavar="NAME", help="draw for this character set: UTF-8 or ASCII"),
        value("output", "o", metavar="FILE", help="write to FILE"),
    ],
)
_UNICODE = ("│\u00a0\u00a0 ".encode(), b"    ", "├── ".encode(), "└── ".encode())
_ASCII = (b"|   ", b"    ", b"|-- ", b"`-- ")


class Node:
    """A file in a directory that is being drawn."""

    __slots__ = ("entries", "error", "name", "next", "path", "stat", "target", "target_mode")

    def __init__(self, name: bytes, path: bytes, stat: Stat | None) -> None:
        self.name = name
        self.path = path
        self.stat = stat
        self.target: bytes | None = None
        self.target_mode = 0
        self.entries: list[Node] = []
        self.next = 0
        self.error = False

    def is_directory(self) -> bool:
        """Tell whether the file itself is a directory."""
        return self.stat is not None and self.stat.mode & S_IFMT == S_IFDIR

    def leads_to_directory(self) -> bool:
        """Tell whether the file is a directory or a symlink to one."""
        return self.is_directory() or self.target_mode & S_IFMT == S_IFDIR


class Drawing:
    """One run of tree."""

    def __init__(self, con: Console, asked: Asked) -> None:
        self.con = con
        self.k = LongPaths(con.k)
        self.asked = asked
        self.lines: list[bytes] = []
        self.accounts = Accounts(con.k)
        self.zone = zone_of(con.k)
        self.levels = 1 << 62
        self.patterns = _globs(asked, "pattern")
        self.ignored = _globs(asked, "ignore")
        charset = asked.charset
        unicode = is_utf8(con.k.env) if charset is None else charset.lower() in (b"utf-8", b"utf8")
        self.marks = _UNICODE if unicode else _ASCII
        self.colors: Colors | None = None
        self.folders = self.files = 0
        self.form = asked.time_form or b"%b %e %H:%M"
        self.old_form = asked.time_form or b"%b %e  %Y"
        self.now = con.k.clock_ns(0)
        self.out_fd = 1

    def write(self, data: bytes) -> None:
        """Write to the output."""
        if self.out_fd == 1:
            self.con.out(data)
        else:
            self.k.write(self.out_fd, data)

    def draw(self, root: bytes) -> None:
        """Draw one directory."""
        try:
            stat = self.k.stat(root)
        except SysError:
            stat = None
        top = Node(root, root, stat)
        if stat is None or not top.is_directory():
            self.write(self.label(top, root) + b"  [error opening dir]\n")
            if stat is None:
                self.con.status = 2
            else:
                self.files += 1
            return
        self.folders += 1
        opened = self.levels > 0 and self.read(top)
        self.write(self.label(top, root) + (b"" if opened or not top.error else b"  [error opening dir]") + b"\n")
        if top.error:
            self.con.status = 2
        device = stat.dev
        stack = [top]
        bars: list[bool] = []  # for each level above, whether more of it follows
        seen = {(stat.dev, stat.ino)}  # with -l, no directory is drawn twice
        while stack:
            here = stack[-1]
            if here.next >= len(here.entries):
                stack.pop()
                if bars:
                    bars.pop()
                continue
            node = here.entries[here.next]
            here.next += 1
            last = here.next >= len(here.entries)
            self.count(node)
            lead = b""
            if not self.asked.no_lines:
                lead = (
                    b"".join(self.marks[0] if more else self.marks[1] for more in bars) + self.marks[3 if last else 2]
                )
            note = b""
            goes_in = len(stack) < self.levels and self.enters(node, device)
            if goes_in and node.stat is not None:
                identity = self.identity(node)
                if self.asked.follow and identity in seen:
                    note, goes_in = b"  [recursive, not followed]", False
                else:
                    seen.add(identity)
                    goes_in = self.read(node)
                    if node.error:
                        note = b"  [error opening dir]"
                        self.con.status = 2
            self.write(lead + self.label(node, node.path if self.asked.full else node.name) + note + b"\n")
            if goes_in:
                stack.append(node)
                bars.append(not last)

    def identity(self, node: Node) -> tuple[int, int]:
        """Return what tells a directory from all others."""
        stat = node.stat
        if node.target is not None:
            stat = self.k.stat(node.path)
            node.stat = stat
        assert stat is not None
        return stat.dev, stat.ino

    def count(self, node: Node) -> None:
        """Add the node to the counts."""
        if node.leads_to_directory():
            self.folders += 1
        else:
            self.files += 1

    def enters(self, node: Node, device: int) -> bool:
        """Tell whether a directory is drawn too."""
        if self.asked.one_filesystem and node.stat is not None and node.stat.dev != device:
            return False
        return node.is_directory() or (bool(self.asked.follow) and node.leads_to_directory())

    def read(self, folder: Node) -> bool:
        """Read a directory's entries into its node."""
        k, asked = self.k, self.asked
        try:
            names = [entry.name for entry in k.scandir(folder.path)]
        except SysError:
            folder.error = True
            return False
        for name in names:
            if name.startswith(b".") and not asked.all:
                continue
            if any(glob.matches(name) for glob in self.ignored):
                continue
            node = Node(name, join(folder.path, name), None)
            try:
                node.stat = k.lstat(node.path)
                if node.stat.mode & S_IFMT == S_IFLNK:
                    node.target = k.readlink(node.path)
                    node.target_mode = k.stat(node.path).mode
            except SysError:
                pass
            if asked.directories and not node.leads_to_directory():
                continue
            if not node.is_directory() and self.patterns and not any(glob.matches(name) for glob in self.patterns):
                continue
            if asked.prune and not node.is_directory() and node.leads_to_directory():
                continue
            folder.entries.append(node)
        self.sort(folder.entries)
        if asked.prune:
            folder.entries = [node for node in folder.entries if not node.is_directory() or self.has_files(node.path)]
        return True

    def has_files(self, path: bytes) -> bool:
        """Tell whether anything that is drawn lies below the directory."""
        todo = [path]
        while todo:
            here = todo.pop()
            try:
                entries = self.k.scandir(here)
            except SysError:
                continue
            for entry in entries:
                if (entry.name.startswith(b".") and not self.asked.all) or any(
                    g.matches(entry.name) for g in self.ignored
                ):
                    continue
                if entry.type == S_IFDIR:
                    todo.append(join(here, entry.name))
                elif not self.patterns or any(glob.matches(entry.name) for glob in self.patterns):
                    return True
        return False

    def sort(self, nodes: list[Node]) -> None:
        """Put a directory's entries in order."""
        how, asked = "name", self.asked
        for name, text in asked.given:
            if name == "sort":
                how = text.decode("latin-1")
            elif name in ("by_version", "by_time", "by_ctime", "unsorted"):
                how = {"by_version": "version", "by_time": "mtime", "by_ctime": "ctime", "unsorted": "none"}[name]
        reverse = bool(asked.reverse)
        if how == "name":
            nodes.sort(key=lambda node: node.name, reverse=reverse)
        elif how == "version":
            nodes.sort(key=lambda node: (_natural(node.name), node.name), reverse=reverse)
        elif how == "size":
            nodes.sort(key=lambda node: (-(node.stat.size if node.stat else 0), node.name), reverse=reverse)
        elif how == "mtime":
            nodes.sort(key=lambda node: (node.stat.mtime_ns // 10**9 if node.stat else 0, node.name), reverse=reverse)
        elif how == "ctime":
            nodes.sort(key=lambda node: (node.stat.ctime_ns // 10**9 if node.stat else 0, node.name), reverse=reverse)
        elif how != "none":
            self.con.die(
                b"sort type '" + how.encode() + b"' not valid, should be one of: name,version,size,mtime,ctime,none"
            )
        if asked.directories_first:
            nodes.sort(key=lambda node: not node.leads_to_directory())

    # ------------------------------------------------------------ a line
    def label(self, node: Node, shown: bytes) -> bytes:
        """Return the node's facts, name and target."""
        facts = self.facts(node.stat)
        name = b'"' + shown + b'"' if self.asked.quote else _visible(shown)
        if self.colors is not None and node.stat is not None:
            code = self.colors.code(node.name, node.stat.mode, link_ok=bool(node.target_mode))
            name = self.colors.start(code) + name + self.colors.end() if code else name
        mark = b""
        if self.asked.classify and node.stat is not None:
            mark = _mark(node.stat.mode)
        if node.target is not None:
            arrow = b'"' + node.target + b'"' if self.asked.quote else _visible(node.target)
            mark = b" -> " + arrow
            if self.asked.classify:
                mark += _mark(node.target_mode)
        return facts + name + mark

    def facts(self, stat: Stat | None) -> bytes:
        """Return what is shown in brackets before a name."""
        asked, words = self.asked, []
        if stat is None:
            return b""
        if asked.inodes:
            words.append(b"%7d" % stat.ino)
        if asked.permissions:
            words.append(mode_string(stat.mode).encode())
        if asked.user:
            words.append((self.accounts.user(stat.uid) or b"%d" % stat.uid)[:32].ljust(8))
        if asked.group:
            words.append((self.accounts.group(stat.gid) or b"%d" % stat.gid)[:32].ljust(8))
        if asked.human or asked.si:
            words.append(_human(stat.size, 1000 if asked.si else 1024))
        elif asked.size:
            words.append(b"%11d" % stat.size)
        if asked.date or asked.time_form:
            recent = self.now - 31556952 // 2 * 10**9 < stat.mtime_ns <= self.now
            words.append(strftime(self.form if recent else self.old_form, broken_down(stat.mtime_ns, self.zone)))
        return b"[" + b" ".join(words) + b"]  " if words else b""

    def report(self) -> None:
        """Write the counts."""
        folders = b"%d director%s" % (self.folders, b"y" if self.folders == 1 else b"ies")
        files = b", %d file%s" % (self.files, b"" if self.files == 1 else b"s")
        self.write(b"\n" + folders + (b"" if self.asked.directories else files) + b"\n")


def _globs(asked: Asked, option: str) -> list[GlobBytes]:
    """Return the patterns of an option; one text may hold several with | between them."""
    texts = [text for name, text in asked.given if name == option]
    return [compile_glob_bytes(part, period=False) for text in texts for part in text.split(b"|")]


def _natural(name: bytes) -> list[tuple[int, bytes]]:
    """Return what to sort by so that numbers in names come in numeric order."""
    pieces = re.split(rb"([0-9]+)", name)
    return [(int(piece), b"") if index % 2 else (0, piece) for index, piece in enumerate(pieces)]


def _visible(name: bytes) -> bytes:
    """Return the name with control characters as escapes, so that it stays on its line."""
    if not any(byte < 32 or byte == 127 or byte == 92 for byte in name):
        return name
    simple = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 92: b"\\\\"}
    return b"".join(
        simple.get(byte) or (b"\\%03o" % byte if byte < 32 or byte == 127 else bytes([byte])) for byte in name
    )


def _mark(mode: int) -> bytes:
    """Return what -F appends."""
    kind = mode & S_IFMT
    if kind == S_IFDIR:
        return b"/"
    if kind in (S_IFSOCK, S_IFIFO):
        return b"=" if kind == S_IFSOCK else b"|"
    if kind in (S_IFCHR, S_IFBLK, S_IFLNK):
        return b""
    return b"*" if mode & 0o111 and kind else b""


def _human(size: int, base: int) -> bytes:
    """Return a size in four columns, rounded to the nearest."""
    if size < base:
        return b"%4d" % size
    value, power = float(size), 0
    while value >= base - 0.5 and power < 8:
        value, power = value / base, power + 1
    letter = ("k" if power == 1 and base == 1000 else "KMGTPEZY"[power - 1]).encode()
    return b"%3.1f%s" % (value, letter) if value < 9.95 else b"%3.0f%s" % (value, letter)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Draw; 2 if any directory couldn't be read."""
    con = Console(k, b"tree")
    asked, roots = parse(k, TREE, argv)
    job = Drawing(con, asked)
    if asked.level is not None:
        if not asked.level.isdigit() or int(asked.level) < 1:
            con.die(b"Invalid level, must be greater than 0.")
        job.levels = int(asked.level)
    wants = None
    for name, _ in asked.given:
        wants = name == "color" if name in ("color", "no_color") else wants
    if wants or (wants is None and k.isatty(1) and k.env.get(b"LS_COLORS")):
        try:
            job.colors = Colors(k.env.get(b"LS_COLORS"))
        except ColorsMalformed:
            job.colors = Colors(None)
    if asked.output is not None:
        try:
            job.out_fd = k.open(asked.output, 0o1101, 0o666)
        except SysError:
            con.die(b"invalid filename " + con.quoted(asked.output))
    for root in roots or [b"."]:
        job.draw(root)
    if not asked.no_report:
        job.report()
    return con.finish()
