"""The blocks of a tar archive: a header of 512 bytes for each member, in the formats v7, ustar, pax, oldgnu and gnu.

Our own and not Python's tarfile: archives are to be byte for byte what GNU tar writes, messages GNU's, and memory bounded.

      0 name 100   100 mode 8   108 uid 8   116 gid 8   124 size 12   136 mtime 12   148 checksum 8   156 type 1
    157 link 100   257 magic 6  263 version 2   265 uname 32   297 gname 32   329 major 8   337 minor 8
    345 prefix 155 (ustar, pax)       386 sparse 4 x 24, 482 extended 1, 483 real size 12 (gnu)
"""

from __future__ import annotations

BLOCK = 512
ZEROS = bytes(BLOCK)
NAME_SIZE = 100
PREFIX_SIZE = 155

REGULAR, OLD_REGULAR, LINK, SYMLINK, CHAR, DEVICE, DIRECTORY, FIFO, CONTIGUOUS = (
    b"0",
    b"\0",
    b"1",
    b"2",
    b"3",
    b"4",
    b"5",
    b"6",
    b"7",
)
SPARSE, LONG_NAME, LONG_LINK, VOLUME, MULTIVOLUME, DUMPDIR = b"S", b"L", b"K", b"V", b"M", b"D"
PAX, PAX_GLOBAL, SUN_PAX = b"x", b"g", b"X"

_FIELDS = {"mode_t": (100, 8), "uid_t": (108, 8), "gid_t": (116, 8), "off_t": (124, 12), "time_t": (136, 12)}
_LAST = {8: 0o7777777, 12: 0o77777777777}


class BadNumber(Exception):
    """A field of a header that holds no number; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class OutOfRange(Exception):
    """A number that a format has no room for; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Member:
    """A member: what its header says. Times in ns. sparse: the pieces [(offset, length)] that the archive holds, or None.

    size: of the data as a file; stored: how many bytes the archive holds of them. original: the name as the archive has it.
    """

    __slots__ = (
        "atime_ns", "block", "ctime_ns", "directory_slash", "form", "gid", "gname", "link", "major", "minor", "mode", "mtime_ns",
        "name", "original", "original_link", "size", "sparse", "stored", "type", "uid", "uname", "xattrs",
    )  # fmt: skip

    def __init__(self, name: bytes = b"", type: bytes = REGULAR) -> None:
        self.name = self.original = name
        self.type = type
        self.link = self.original_link = b""
        self.mode = 0
        self.uid = self.gid = 0
        self.uname = self.gname = b""
        self.size = self.stored = 0
        self.mtime_ns = 0
        self.atime_ns: int | None = None
        self.ctime_ns: int | None = None
        self.major = self.minor = 0
        self.sparse: list[tuple[int, int]] | None = None
        self.xattrs: dict[bytes, bytes] = {}
        self.form = "gnu"
        self.directory_slash = False
        self.block = 0


# ---------------------------------------------------------------- reading


def text_field(block: bytes, start: int, size: int) -> bytes:
    """Return a field up to its zero."""
    return block[start : start + size].partition(b"\0")[0]


def number_field(field: bytes, kind: str) -> int:
    """Return the number in a field: octal digits, or big-endian base 256 behind a byte of 0x80 or 0xff.

    Raises BadNumber, worded as GNU tar has it.
    """
    if field[0] in (0x80, 0xFF):
        value = int.from_bytes(field[1:], "big")
        return value - (1 << 8 * (len(field) - 1)) if field[0] == 0xFF else value
    if field[-1] in b"\0 " and field[:-1].isdigit() and not field.translate(None, b"01234567\0 "):
        return int(field[:-1], 8)  # as nearly all are
    digits = field.lstrip(b" \t")
    end = len(digits)
    for place, char in enumerate(digits):
        if not 48 <= char <= 55:
            end = place
            break
    number, rest = digits[:end], digits[end:]
    if not number and not digits.strip(b"\0 "):
        return 0
    if not number or (rest and rest[0] not in b"\0 "):
        shown = field.split(b"\0")[0] or field
        raise BadNumber(b"Archive contains %s where numeric %s value expected" % (_shown(shown), kind.encode()))
    return int(number, 8)


def _shown(text: bytes) -> bytes:
    from .quoting import escaped

    return b"'" + escaped(text) + b"'"


def checksum_fits(block: bytes) -> bool:
    """Tell whether a block is a header: its checksum, of unsigned or (as some old programs have it) signed bytes."""
    try:
        wanted = number_field(block[148:156], "int")
    except BadNumber:
        return False
    total = sum(block) - sum(block[148:156]) + 8 * 32
    if total == wanted:
        return True
    high = sum(1 for char in block[:148] + block[156:] if char > 127)
    return total - 256 * high == wanted


def decode(block: bytes) -> Member:
    """Return the member that a header describes, by itself. Raises BadNumber."""
    member = Member(text_field(block, 0, NAME_SIZE), block[156:157])
    magic = block[257:265]
    if magic[:6] == b"ustar\0":
        member.form = "ustar"
        prefix = text_field(block, 345, PREFIX_SIZE)
        if prefix:
            member.name = prefix + b"/" + member.name
    elif magic == b"ustar  \0":
        member.form = "gnu"
    else:
        member.form = "v7"
    member.mode = number_field(block[100:108], "mode_t") & 0o7777
    member.uid = number_field(block[108:116], "uid_t")
    member.gid = number_field(block[116:124], "gid_t")
    member.size = member.stored = 0 if member.type == LINK else number_field(block[124:136], "off_t")
    member.mtime_ns = number_field(block[136:148], "time_t") * 10**9
    member.link = text_field(block, 157, NAME_SIZE)
    if member.form != "v7":
        member.uname = text_field(block, 265, 32)
        member.gname = text_field(block, 297, 32)
        if member.type in (CHAR, DEVICE):
            member.major = number_field(block[329:337], "major_t")
            member.minor = number_field(block[337:345], "minor_t")
    if member.type == SPARSE and member.form == "gnu":
        member.sparse = sparse_entries(block[386:482])
        member.size = number_field(block[483:495], "off_t")
    member.original, member.original_link = member.name, member.link
    return member


def sparse_entries(data: bytes) -> list[tuple[int, int]]:
    """Return the pieces that 24 bytes each describe. Raises BadNumber."""
    pieces = []
    for at in range(0, len(data) - 23, 24):
        length = data[at + 12 : at + 24]
        if not length.strip(b"\0"):
            break
        pieces.append((number_field(data[at : at + 12], "off_t"), number_field(length, "off_t")))
    return pieces


# ---------------------------------------------------------------- writing


def number_text(value: int, size: int, form: str, kind: str) -> bytes:
    """Return a number for a field: octal, or base 256 where gnu needs it. Raises OutOfRange."""
    if 0 <= value <= _LAST[size]:
        return b"%0*o\0" % (size - 1, value)
    if form == "gnu":
        if 0 <= value < 1 << 8 * (size - 1):
            return b"\x80" + value.to_bytes(size - 1, "big")
        if -(1 << 8 * (size - 1)) <= value < 0:
            return b"\xff" + (value + (1 << 8 * (size - 1))).to_bytes(size - 1, "big")
    raise OutOfRange(b"value %d out of %s range 0..%d" % (value, kind.encode(), _LAST[size]))


def encode(member: Member, form: str, name: bytes, prefix: bytes, link: bytes, *, names: bool = True) -> bytes:
    """Return a header block. name, prefix, link: as they go into their fields, cut to fit. Raises OutOfRange."""
    block = bytearray(BLOCK)
    name, link = name[:NAME_SIZE], link[:NAME_SIZE]
    block[0 : len(name)] = name
    # What pax can't put here stands in its own header, and here a zero.
    lenient = form == "pax"
    mode = member.mode & 0o7777
    for kind, value in (
        ("mode_t", mode), ("uid_t", member.uid), ("gid_t", member.gid), ("off_t", member.stored),
        ("time_t", member.mtime_ns // 10**9),
    ):  # fmt: skip
        start, size = _FIELDS[kind]
        if lenient and not 0 <= value <= _LAST[size]:
            value = 0
        block[start : start + size] = number_text(value, size, form, kind)
    block[156:157] = member.type
    block[157 : 157 + len(link)] = link
    if form == "v7":
        if member.type == REGULAR:
            block[156] = 0
    elif form in ("gnu", "oldgnu"):
        block[257:265] = b"ustar  \0"
    else:
        block[257:265] = b"ustar\x0000"
    if form != "v7" and names:
        uname, gname = member.uname[:32], member.gname[:32]
        block[265 : 265 + len(uname)] = uname
        block[297 : 297 + len(gname)] = gname
    if member.type in (CHAR, DEVICE) or (names and form in ("ustar", "pax", "v7")):
        block[329:337] = number_text(member.major, 8, form, "major_t")
        block[337:345] = number_text(member.minor, 8, form, "minor_t")
    block[345 : 345 + len(prefix)] = prefix
    return bytes(finish(block))


def finish(block: bytearray) -> bytearray:
    """Put the checksum into a header and return it."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return block


def padded(data: bytes) -> bytes:
    """Return data with zeros up to the next block."""
    return data + bytes(-len(data) % BLOCK)
