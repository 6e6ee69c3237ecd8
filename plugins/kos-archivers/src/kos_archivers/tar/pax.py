"""pax extended headers: records "LENGTH KEYWORD=VALUE\\n" that say of the next member what its own header has no room for.

Source: POSIX pax; the keywords GNU.sparse.* and SCHILY.xattr.* are GNU tar's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .headers import Member

XATTR = b"SCHILY.xattr."


class BadRecord(Exception):
    """A record that can't be read; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


def record(keyword: bytes, value: bytes) -> bytes:
    """Return a record; its length counts the length itself."""
    body = b" " + keyword + b"=" + value + b"\n"
    size = len(body)
    digits = len(str(size))
    while len(str(size + digits)) != digits:
        digits += 1
    return b"%d" % (size + digits) + body


def records(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the records of an extended header. Raises BadRecord."""
    found = []
    at, end = 0, len(data)
    while at < end and data[at] != 0:
        blank = data.find(b" ", at, at + 22)
        digits = data[at:blank].lstrip(b" \t") if blank > 0 else b""
        if not digits.isdigit():
            raise BadRecord(b"Malformed extended header: missing length" if blank < 0 or not digits else
                            b"Malformed extended header: missing blank after length")  # fmt: skip
        size = int(digits)
        if size > end - at:
            raise BadRecord(b"Extended header length %d is out of range" % size)
        line = data[blank + 1 : at + size]
        keyword, equals, value = line.partition(b"=")
        if not equals:
            raise BadRecord(b"Malformed extended header: missing equal sign")
        if not value.endswith(b"\n"):
            raise BadRecord(b"Malformed extended header: missing newline")
        found.append((keyword, value[:-1]))
        at += size
    return found


def time_text(ns: int) -> bytes:
    """Return a time as a record has it: seconds, with as many decimals as it takes."""
    seconds, rest = divmod(abs(ns), 10**9)
    sign = b"-" if ns < 0 else b""
    return sign + (b"%d.%09d" % (seconds, rest)).rstrip(b"0").rstrip(b".") if rest else sign + b"%d" % seconds


def time_ns(text: bytes) -> int:
    """Return the ns since 1970 that a record says. Raises ValueError."""
    sign = -1 if text[:1] == b"-" else 1
    whole, _, part = text.lstrip(b"-").partition(b".")
    if not whole.isdigit() or len(whole) > 20 or (part and not part.isdigit()):
        raise ValueError(text)
    return sign * (int(whole) * 10**9 + int(part[:9].ljust(9, b"0")))


def number(text: bytes) -> int:
    """Return a decimal number. Raises ValueError."""
    if not text.isdigit() or len(text) > 20:
        raise ValueError(text)
    return int(text)


class Extended:
    """What extended headers said: apply() gives it to a member. sparse: what is said of holes, by keyword."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.pieces: list[bytes] = []

    def add(self, found: list[tuple[bytes, bytes]]) -> None:
        """Take records; later ones win. An empty value takes an earlier one away."""
        for keyword, value in found:
            if keyword in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
                self.pieces.append(value)
            self.values[keyword] = value

    def apply(self, member: Member) -> list[bytes]:
        """Change a member; return the keywords that nobody knows. Raises BadRecord for a bad number."""
        unknown = []
        for keyword, value in self.values.items():
            try:
                if keyword == b"path":
                    member.name = member.original = value or member.name
                elif keyword == b"linkpath":
                    member.link = member.original_link = value or member.link
                elif keyword == b"size":
                    member.size = member.stored = number(value)
                elif keyword == b"mtime":
                    member.mtime_ns = time_ns(value)
                elif keyword == b"atime":
                    member.atime_ns = time_ns(value)
                elif keyword == b"ctime":
                    member.ctime_ns = time_ns(value)
                elif keyword == b"uid":
                    member.uid = number(value)
                elif keyword == b"gid":
                    member.gid = number(value)
                elif keyword == b"uname":
                    member.uname = value
                elif keyword == b"gname":
                    member.gname = value
                elif keyword.startswith(XATTR):
                    member.xattrs[keyword[len(XATTR) :]] = value
                elif not keyword.startswith(b"GNU.") and keyword not in (b"comment", b"charset", b"hdrcharset"):
                    unknown.append(keyword)
            except ValueError:
                raise BadRecord(b"Malformed extended header: invalid %s=%s" % (keyword, value[:64])) from None
        return unknown
