"""The long format of ls: mode, links, owner, group, size, time, name, each column as wide as its widest field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    CLOCK_REALTIME,
    S_IFBLK,
    S_IFCHR,
    S_IFLNK,
    S_IFMT,
    Accounts,
    Stat,
    Syscalls,
    broken_down,
    major,
    minor,
    short_stamp,
    strftime,
    zone_of,
)

from .columns import display_width
from .modes import mode_string
from .sizes import show

if TYPE_CHECKING:
    from .ls import Entry, Listing
    from .ls_options import Settings

_HALF_A_YEAR_NS = 31556952 // 2 * 1_000_000_000
_UNKNOWN = b"??????????"


class LongFormat:
    """What printing in long format needs over a run: names of users, the time zone, the time now."""

    def __init__(self, k: Syscalls, settings: Settings) -> None:
        self.k = k
        self.s = settings
        self.accounts = Accounts(k)
        self.zone = zone_of(k)
        self.now = k.clock_ns(CLOCK_REALTIME)
        self.users: dict[int, bytes] = {}
        self.groups: dict[int, bytes] = {}
        self.modes: dict[int, bytes] = {}
        assert settings.time_form is not None
        self.old, self.recent = settings.time_form
        self.usual = self.recent == b"%b %e %H:%M"

    def print(self, listing: Listing, printed: list[Entry], also: list[Entry]) -> None:
        """Print one line for each entry; fields are wide enough for those of `also`."""
        s = self.s
        entries = printed + also
        columns: list[tuple[list[bytes], bool]] = []  # (fields, right-aligned)
        stats = [entry.stat for entry in entries]
        if s.inode:
            columns.append(([b"?" if t is None else b"%d" % t.ino for t in stats], True))
        if s.blocks:
            columns.append(([b"?" if t is None else show(t.blocks * 512, s.block_scale) for t in stats], True))
        columns.append(([self.mode(entry) for entry in entries], False))
        columns.append(([b"?" if t is None else b"%d" % t.nlink for t in stats], True))
        if s.owner:
            columns.append((self.people([None if t is None else t.uid for t in stats], self.user), False))
        if s.group:
            columns.append((self.people([None if t is None else t.gid for t in stats], self.group), False))
        if s.author:
            columns.append((self.people([None if t is None else t.uid for t in stats], self.user), False))
        if s.context:
            columns.append(([b"?"] * len(entries), False))
        columns.append((self.sizes(stats), True))
        times = self.times(stats)
        padded: list[list[bytes]] = []
        for fields, right in columns:
            width = max(map(len, fields))
            padded.append([f.rjust(width) for f in fields] if right else [f.ljust(width) for f in fields])
        write = listing.con.out if s.colors is None else listing.write
        fast = listing.plain_names
        padded.append(times)
        for entry, *fields in zip(printed, *padded, strict=False):
            line = b" ".join(fields) + b" " + (entry.name if fast else listing.painted(entry))
            if entry.kind == S_IFLNK:
                if entry.target:
                    line += b" -> " + self.target(listing, entry)
            elif s.indicator != "none":
                line += listing.indicator(entry.kind, entry.stat.mode if entry.stat is not None else 0)
            write(line + s.end)

    def target(self, listing: Listing, entry: Entry) -> bytes:
        """Return a symlink's target as it is shown behind the arrow."""
        assert entry.target is not None
        text = listing.shown(entry.target)
        colors = self.s.colors
        if colors is not None:
            code = colors.code(entry.target, entry.link_mode, known=entry.link_ok and entry.link_mode != 0)
            text = listing.with_color(code, text)
        if entry.link_ok and entry.link_mode:
            text += listing.indicator(entry.link_mode & S_IFMT, entry.link_mode)
        return text

    def mode(self, entry: Entry) -> bytes:
        """Return the ten letters; the type's letter and question marks if nothing else is known."""
        if entry.stat is None:
            return mode_string(entry.kind).encode()[:1] + _UNKNOWN[1:]
        mode = entry.stat.mode
        text = self.modes.get(mode)
        if text is None:
            text = self.modes[mode] = mode_string(mode).encode()
        return text

    def user(self, uid: int) -> bytes:
        """Return the owner's name, or nothing if numbers are asked for or nobody has that uid."""
        return b"" if self.s.numeric else self.accounts.user(uid) or b""

    def group(self, gid: int) -> bytes:
        """Return the group's name, likewise."""
        return b"" if self.s.numeric else self.accounts.group(gid) or b""

    def people(self, ids: list[int | None], name_of: object) -> list[bytes]:
        """Return owners or groups: names left-aligned, numbers right-aligned, all as wide as the widest."""
        assert callable(name_of)
        cache = self.users if name_of == self.user else self.groups
        texts: list[bytes] = []
        named: list[bool] = []
        for number in ids:
            if number is None:
                texts.append(b"?")
                named.append(True)
                continue
            name = cache.get(number)
            if name is None:
                name = cache[number] = name_of(number)
            texts.append(name or b"%d" % number)
            named.append(bool(name))
        utf8 = self.s.utf8
        widths = [len(text) if text.isascii() else display_width(text, utf8) for text in texts]
        widest = max(widths)
        return [
            text + b" " * (widest - width) if is_name else b" " * (widest - width) + text
            for text, width, is_name in zip(texts, widths, named, strict=True)
        ]

    def sizes(self, stats: list[Stat | None]) -> list[bytes]:
        """Return sizes, and major and minor numbers for devices, which are aligned by their comma."""
        scale = self.s.file_scale
        majors = minors = 0
        for stat in stats:
            if stat is not None and stat.mode & S_IFMT in (S_IFBLK, S_IFCHR):
                majors = max(majors, len(str(major(stat.rdev))))
                minors = max(minors, len(str(minor(stat.rdev))))
        fields = []
        for stat in stats:
            if stat is None:
                fields.append(b"?")
            elif stat.mode & S_IFMT in (S_IFBLK, S_IFCHR):
                fields.append(b"%*d, %*d" % (majors, major(stat.rdev), minors, minor(stat.rdev)))
            elif scale.unit == 1 and not scale.base:
                fields.append(b"%d" % stat.size + scale.suffix)
            else:
                fields.append(show(stat.size, scale))
        widest = max(map(len, fields))
        if majors and widest > majors + minors + 2:  # a long size widens the major numbers' part
            majors = widest - minors - 2
            for index, stat in enumerate(stats):
                if stat is not None and stat.mode & S_IFMT in (S_IFBLK, S_IFCHR):
                    fields[index] = b"%*d, %*d" % (majors, major(stat.rdev), minors, minor(stat.rdev))
        return fields

    def times(self, stats: list[Stat | None]) -> list[bytes]:
        """Return times: with the hour if they are of the last half year, with the year if not."""
        which = self.s.time
        fields = []
        for stat in stats:
            if stat is None or which == "birth":
                fields.append(b"?")
                continue
            ns = stat.mtime_ns if which == "mtime" else stat.atime_ns if which == "atime" else stat.ctime_ns
            if ns > self.now:
                self.now = max(self.now, self.k.clock_ns(CLOCK_REALTIME))
            when = broken_down(ns, self.zone)
            if not self.now - _HALF_A_YEAR_NS < ns <= self.now:
                fields.append(strftime(self.old, when))
            else:
                fields.append(short_stamp(when) if self.usual else strftime(self.recent, when))
        if b"?" in fields:
            width = len(strftime(self.recent, broken_down(0, self.zone)))
            fields = [field.rjust(width) if field == b"?" else field for field in fields]
        return fields
