"""lsof: the open files of processes, from /proc. Sockets of the Internet have no addresses in /proc here, so -i is refused.

lsof has a command line of its own: values may be attached or follow, + and - begin options, selections are OR'ed unless -a.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from kos_kernel.api import (
    HelpRequested,
    PatternError,
    PatternLimit,
    Regex,
    SysError,
    UsageError,
    Writer,
    cause,
    compile_regex,
    major,
    minor,
)

from ..facts.processes import Machine, Process, processes
from .openfiles import OpenFile, files_of

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE = b" usage: lsof [-ahlRtV] [-c NAME] [+d DIR] [+D DIR] [-d FDS] [-F FIELDS] [-g PGIDS] [-p PIDS] [-u USERS] [--] [names]\n"
_HELP = (
    b"lsof (KOS)\n"
    + _USAGE
    + b"""  -a        all of the selections must hold, not any     -c NAME   commands that begin so, or /REGEX/
  +d DIR    files in DIR                                -d FDS    descriptors: 0,3-5, cwd, rtd, txt, ^4
  +D DIR    files below DIR                             -F CHARS  fields for programs: p c u f a t D s o i n g R
  -g PGIDS  process groups                              -l        numbers, not names, of users
  -p PIDS   processes                                   -R        parents too
  -t        process numbers alone                       -u USERS  users; ^ before an item leaves it out
  names     these files, or all of a file system, by its mount point
"""
)
_FIELDS = "pgRcuftaDsoin"
_OPTIONAL = {"F": b"pgRcuftaDsoin0", "g": b"0123456789,^"}  # what their values, which may be left out, are made of


def main(k: Syscalls, argv: list[bytes]) -> int:
    """List the files. Status 1 if something that was asked for wasn't found."""
    return _Lsof(k).run(list(argv[1:]))


class _Chosen:
    """A selection by items, some of which are left out (^)."""

    def __init__(self) -> None:
        self.wanted: set[object] = set()
        self.unwanted: set[object] = set()

    def add(self, item: object, negative: bool) -> None:
        (self.unwanted if negative else self.wanted).add(item)

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def holds(self, item: object) -> bool:
        return item not in self.unwanted and (not self.wanted or item in self.wanted)


class _Lsof:
    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.machine = Machine(k)
        self.all = self.terse = self.parents = self.numeric = False
        self.fields: str | None = None
        self.pids, self.groups, self.users, self.fds = _Chosen(), _Chosen(), _Chosen(), _Chosen()
        self.commands: list[tuple[bytes, Regex | None, bool]] = []
        self.names: list[bytes] = []
        self.folders: list[tuple[bytes, bool]] = []
        self.places: set[tuple[int, int]] = set()
        self.devices: set[int] = set()
        self.status = 0

    def wrong(self, text: bytes) -> NoReturn:
        raise UsageError(
            b"lsof: " + text + b"\n" + _USAGE + b"Use the ``-h'' option to get more help information.\n", 1
        )

    # ------------------------------------------------------------ command line
    def run(self, words: list[bytes]) -> int:
        """Read the command line, then list."""
        while words:
            word = words.pop(0)
            if word == b"--":
                self.names += words
                break
            if word[:1] in (b"-", b"+") and len(word) > 1:
                self.option(word, words)
            else:
                self.names.append(word)
        self.find_names()
        if self.status and not (self.places or self.devices or self.folders or self.pids or self.commands):
            return self.status
        return self.listed()

    def option(self, word: bytes, words: list[bytes]) -> None:
        sign, at = word[:1], 1
        while at < len(word):
            letter = chr(word[at])
            at += 1
            if letter in "cdDgpuF" and (letter != "F" and letter != "g"):
                value = word[at:] or (words.pop(0) if words else b"")
                if not value or (value[:1] in (b"-", b"+") and not word[at:]):
                    self.wrong(b"no %s specified" % letter.encode())
                self.valued(sign, letter, value)
                return
            if letter in "Fg":
                value = word[at:]
                if not value and words and words[0] and all(char in _OPTIONAL[letter] for char in words[0]):
                    value = words.pop(0)
                self.valued(sign, letter, value)
                return
            self.flag(letter)

    def flag(self, letter: str) -> None:
        if letter == "a":
            self.all = True
        elif letter == "t":
            self.terse = True
        elif letter == "R":
            self.parents = True
        elif letter == "l":
            self.machine.numeric = True
        elif (
            letter in "nPwb"
        ):  # no addresses to look up, no ports to name, no warnings to leave out, nothing that blocks
            return
        elif letter in "h?":
            raise HelpRequested(_HELP)
        elif letter in "vV":
            raise HelpRequested(b"lsof (KOS)\n")
        elif letter in "iUNKTEXZrsSoOLMmxe":
            self.wrong(b"-%s is not supported" % letter.encode())
        else:
            self.wrong(b"illegal option character: " + letter.encode("latin-1"))

    def valued(self, sign: bytes, letter: str, value: bytes) -> None:
        if sign == b"+":
            if letter not in "dD":
                self.wrong(b"+%s is not supported" % letter.encode())
            self.folders.append((value.rstrip(b"/") or b"/", letter == "D"))
        elif letter == "D":
            self.wrong(b"-D is not supported: there is no device cache")
        elif letter == "F":
            text = value.decode("latin-1") or _FIELDS
            for char in text:
                if char not in _FIELDS + "0":
                    self.wrong(b"unknown field: " + char.encode("latin-1"))
            self.fields = text
        elif letter == "c":
            self.command(value)
        else:
            for item in value.split(b","):
                self.item(letter, item)

    def item(self, letter: str, item: bytes) -> None:
        negative = item[:1] == b"^"
        item = item[1:] if negative else item
        if letter in "pg":
            if not item.isdigit() or len(item) > 10:
                self.wrong(b"illegal process %sID: %s" % (b"group " if letter == "g" else b"", item))
            (self.pids if letter == "p" else self.groups).add(int(item), negative)
        elif letter == "u":
            uid = int(item) if item.isdigit() and len(item) < 11 else self.machine.people.uid(item)
            if uid is None:
                self.wrong(b"can't get UID for " + item)
            self.users.add(uid, negative)
        else:
            low, dash, high = item.partition(b"-")
            if (
                dash
                and low.isdigit()
                and high.isdigit()
                and len(low) < 8
                and len(high) < 8
                and int(low) <= int(high) < int(low) + 4096
            ):
                for number in range(int(low), int(high) + 1):
                    self.fds.add(str(number), negative)
            elif item and (item.isdigit() or item in (b"cwd", b"rtd", b"txt", b"mem")):
                self.fds.add(str(int(item[:9])) if item.isdigit() else item.decode(), negative)
            else:
                self.wrong(b"unknown file descriptor in: " + item)

    def command(self, text: bytes) -> None:
        negative = text[:1] == b"^"
        text = text[1:] if negative else text
        if text[:1] != b"/":
            self.commands.append((text, None, negative))
            return
        pattern, slash, flags = text[1:].rpartition(b"/")
        if not slash or any(char not in b"ibx" for char in flags):
            self.wrong(b"regexp didn't end properly: " + text)
        try:
            regex = compile_regex(pattern, syntax="bre" if b"b" in flags else "ere", icase=b"i" in flags)
        except PatternError as error:
            self.wrong(b"regexp error: " + str(error).encode())
        self.commands.append((pattern, regex, negative))

    # ------------------------------------------------------------ names
    def find_names(self) -> None:
        """Look the named files up: a mount point stands for its file system."""
        k = self.k
        for name in self.names:
            try:
                there = k.stat(name)
                above = k.stat(name.rstrip(b"/") + b"/..") if there.mode & 0o170000 == 0o040000 else there
            except SysError as error:
                k.write(2, b"lsof: status error on %s: %s\n" % (name, cause(error)))
                self.status = 1
                continue
            if above.dev != there.dev or (above is not there and above.ino == there.ino):
                self.devices.add(there.dev)
            else:
                self.places.add((there.dev, there.ino))

    def named(self, file: OpenFile) -> bool:
        stat = file.stat
        if stat is not None and (stat.dev in self.devices or (stat.dev, stat.ino) in self.places):
            return True
        for folder, deep in self.folders:
            if file.name == folder or (
                file.name.startswith(folder.rstrip(b"/") + b"/") and (deep or file.name.rpartition(b"/")[0] == folder)
            ):
                return True
        return False

    # ------------------------------------------------------------ the list
    def is_command(self, p: Process) -> bool:
        wanted = [entry for entry in self.commands if not entry[2]]
        for text, regex, negative in self.commands:
            try:
                matches = p.comm.startswith(text[:15]) if regex is None else regex.search(p.comm) is not None
            except PatternLimit as error:
                self.wrong(str(error).encode())
            if matches:
                return not negative
        return not wanted

    def listed(self) -> int:
        rows: list[tuple[Process, OpenFile]] = []
        by_process: list[tuple[bool, Callable[[Process], bool]]] = [
            (bool(self.pids), lambda p: self.pids.holds(p.pid)),
            (bool(self.groups), lambda p: self.groups.holds(p.pgid)),
            (bool(self.users), lambda p: self.users.holds(p.euid)),
            (bool(self.commands), self.is_command),
        ]
        tests: list[Callable[[Process], bool]] = [test for on, test in by_process if on]
        by_name = bool(self.names or self.folders)
        seen: set[int] = set()
        for p in processes(self.k):
            left_out = p.pid in self.pids.unwanted or p.euid in self.users.unwanted or p.pgid in self.groups.unwanted
            if left_out or any(negative and not self.is_command(p) for _, _, negative in self.commands):
                continue
            held = [test(p) for test in tests]
            if self.all and not all(held):
                continue
            files, error = files_of(self.k, p.pid)
            if error is not None:
                files.append(OpenFile("NOFD", "", b"/proc/%d/fd (readlink: %s)" % (p.pid, cause(error)), None))
            for file in files:
                marks = [*held]
                if by_name:
                    marks.append(self.named(file))
                if self.fds:
                    marks.append(self.fds.holds(file.fd))
                if not marks or (all(marks) if self.all else any(marks)):
                    rows.append((p, file))
                    seen.add(p.pid)
        self.show(rows)
        missing = any(pid not in seen for pid in self.pids.wanted) or (
            (by_name or self.commands or self.users) and not rows
        )
        return 1 if self.status or missing or not rows else 0

    def show(self, rows: list[tuple[Process, OpenFile]]) -> None:
        out = Writer(self.k)
        if self.terse:
            for pid in dict.fromkeys(p.pid for p, _ in rows):
                out.write(b"%d\n" % pid)
        elif self.fields is not None:
            self.show_fields(out, rows)
        elif rows:
            for line in _aligned([self.heading(), *(self.cells(p, file) for p, file in rows)], self.parents):
                out.write(line + b"\n")
        out.flush()

    def heading(self) -> list[bytes]:
        return [
            b"COMMAND",
            b"PID",
            *([b"PPID"] if self.parents else []),
            b"USER",
            b"FD",
            b"TYPE",
            b"DEVICE",
            b"SIZE/OFF",
            b"NODE",
            b"NAME",
        ]

    def cells(self, p: Process, file: OpenFile) -> list[bytes]:
        device, size, node = self.numbers(file)
        name = b"pipe" if file.name.startswith(b"pipe:") else file.name
        parent = [b"%d" % p.ppid] if self.parents else []
        kind = file.kind if file.fd != "NOFD" else ""
        shown_name = name.replace(b"\n", b"\\n")
        return [
            p.comm[:9], b"%d" % p.pid, *parent, self.machine.user(p.euid).encode(), (file.fd + file.mode).encode(), kind.encode(),
            device.encode(), size.encode(), node.encode(), shown_name,
        ]  # fmt: skip

    def numbers(self, file: OpenFile) -> tuple[str, str, str]:
        """Return the device, the size or offset, and the inode, as text."""
        stat = file.stat
        if stat is None:
            return "", "", ""
        number = stat.rdev if file.kind in ("CHR", "BLK") else stat.dev
        size = str(stat.size) if file.kind in ("REG", "DIR") else f"0t{file.offset}"
        return f"{major(number)},{minor(number)}", size, str(stat.ino)

    def show_fields(self, out: Writer, rows: list[tuple[Process, OpenFile]]) -> None:
        fields = self.fields or ""
        end, line_end = (b"\0", b"\n") if "0" in fields else (b"\n", b"")
        last = 0
        for p, file in rows:
            if p.pid != last:
                last = p.pid
                values = {"p": str(p.pid), "g": str(p.pgid), "R": str(p.ppid), "u": str(p.euid)}
                head = b"p%d%s" % (p.pid, end)
                head += b"".join(f"{char}{values[char]}".encode() + end for char in "gR" if char in fields)
                head += b"c" + p.comm + end if "c" in fields else b""
                head += f"u{p.euid}".encode() + end if "u" in fields else b""
                out.write(head + line_end)
            _, size, node = self.numbers(file)
            stat = file.stat
            parts = [("f", file.fd), ("a", file.mode or " "), ("t", file.kind)]
            parts += [("D", f"{stat.dev:#x}")] if stat is not None else []
            parts += [("o", size)] if size.startswith("0t") else [("s", size)] if size else []
            parts += [("i", node)] if node else []
            text = b"".join(
                (char + value).encode() + end
                for char, value in parts
                if char == "f" or (char in fields and (value or char == "a"))
            )
            if "n" in fields:
                name = b"pipe" if file.name.startswith(b"pipe:") else file.name
                text += b"n" + name.replace(b"\n", b"\\n") + end
            out.write(text + line_end)


def _aligned(rows: list[list[bytes]], parents: bool) -> list[bytes]:
    """Return rows in columns: COMMAND and NAME to the left, FD with its letter outside, everything else to the right."""
    shift = 1 if parents else 0
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numbers = max(len(row[3 + shift].rstrip(b"rwu")) for row in rows[1:])
    width_fd = max(numbers, 4)
    widths[4 + shift] = max(widths[4 + shift], 4)
    widths[5 + shift] = max(widths[5 + shift], 6)
    lines = []
    for place, row in enumerate(rows):
        cells = []
        for column, text in enumerate(row[:-1]):
            if column == 0:
                cells.append(text.ljust(widths[0]))
            elif column == 3 + shift:
                bare = text.rstrip(b"rwu") if place and not text.isalpha() else text
                cells.append(bare.rjust(width_fd) + text[len(bare) :].ljust(2))
            else:
                cells.append(text.rjust(widths[column]))
        lines.append(b" ".join([*cells, row[-1]]))
    return lines
