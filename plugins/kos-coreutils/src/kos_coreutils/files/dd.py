"""dd: copy a file block by block, converting on the way."""

from __future__ import annotations

from kos_kernel.api import (
    CLOCK_MONOTONIC,
    O_APPEND,
    O_CREAT,
    O_DIRECT,
    O_DIRECTORY,
    O_DSYNC,
    O_EXCL,
    O_NOATIME,
    O_NOCTTY,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_RDONLY,
    O_SYNC,
    O_TRUNC,
    O_WRONLY,
    S_IFMT,
    S_IFREG,
    SEEK_CUR,
    SIGUSR1,
    BadNumber,
    Command,
    Syscalls,
    SysError,
    parse_size,
)

from .console import Console
from .dd_report import Report

DD = Command(
    "dd",
    like="(GNU coreutils) 9.1",
    usage=["[OPERAND]...", "OPTION"],
    summary="Copy a file, block by block, converting it as the operands say.",
    epilog=(
        "  if=FILE of=FILE       read from, write to FILE instead of standard input and output\n"
        "  bs=N ibs=N obs=N      bytes in a block, of input, of output (512)\n"
        "  count=N skip=N seek=N blocks to copy, to skip in the input, in the output (also iseek=, oseek=); NB: bytes\n"
        "  cbs=N                 bytes in a record of conv=block, unblock\n"
        "  conv=WORD,...         block unblock lcase ucase sparse swab sync excl nocreat notrunc noerror fdatasync fsync\n"
        "  iflag=, oflag=WORD,.. append count_bytes direct directory dsync fullblock noatime noctty nocache nofollow\n"
        "                        nonblock seek_bytes skip_bytes sync\n"
        "  status=WORD           none, noxfer or progress\n"
        "Numbers may end in c (1), w (2), b (512), kB (1000), K (1024), MB, M and so on, and be products: 2x512."
    ),
)
_CONVERSIONS = ("block unblock lcase ucase sparse swab sync excl nocreat notrunc noerror fdatasync fsync "
                "ascii ebcdic ibm").split()  # fmt: skip
_FLAGS = {
    "append": O_APPEND, "direct": O_DIRECT, "directory": O_DIRECTORY, "dsync": O_DSYNC, "noatime": O_NOATIME,
    "nocache": 0, "noctty": O_NOCTTY, "nofollow": O_NOFOLLOW, "nonblock": O_NONBLOCK, "sync": O_SYNC,
    "fullblock": 0, "count_bytes": 0, "skip_bytes": 0, "seek_bytes": 0,
}  # fmt: skip
_UPPER = bytes(range(256)).upper()
_LOWER = bytes(range(256)).lower()


class Copy:
    """One run of dd: its operands and where it stands."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.k = con.k
        self.input: bytes | None = None
        self.output: bytes | None = None
        self.ibs = self.obs = 512
        self.whole_blocks = False  # bs= was given: what is read is written at once
        self.cbs = 0
        self.count: int | None = None
        self.count_bytes = self.skip_bytes = self.seek_bytes = False
        self.skip = self.seek = 0
        self.conversions: set[str] = set()
        self.iflags: set[str] = set()
        self.oflags: set[str] = set()
        self.status = "xfer"
        self.report = Report(con)
        self.pending = bytearray()
        self.column = 0  # of conv=block: bytes of the current record, -1 after its end
        self.spaces = 0  # of conv=unblock: spaces that may be trailing
        self.odd: bytes = b""  # of conv=swab: a byte that waits for its partner
        self.ends_in_hole = False

    def fail(self, text: bytes, error: SysError) -> None:
        """End the command after a failed call; the counts are reported."""
        self.con.complain(text, error)
        self.finish()

    def finish(self) -> None:
        """Report the counts and end."""
        if self.status != "none":
            self.report.show(self.k.clock_ns(CLOCK_MONOTONIC), self.status)
        self.k.exit(self.con.status)

    # ------------------------------------------------------------ files
    def open(self) -> None:
        """Open both files and go to where copying starts."""
        k, con = self.k, self.con
        if self.input is not None:
            try:
                fd = k.open(self.input, O_RDONLY | self.flag_bits(self.iflags))
            except SysError as error:
                con.die(b"failed to open " + con.quoted(self.input), error)
            self.move(fd, 0)
        bits = self.flag_bits(self.oflags)
        if self.output is not None:
            bits |= 0 if "nocreat" in self.conversions else O_CREAT
            bits |= O_EXCL if "excl" in self.conversions else 0
            if not self.seek and "notrunc" not in self.conversions:
                bits |= O_TRUNC
            try:
                fd = k.open(self.output, O_WRONLY | bits, 0o666)
            except SysError as error:
                con.die(b"failed to open " + con.quoted(self.output), error)
            self.move(fd, 1)
            if self.seek and "notrunc" not in self.conversions:
                offset = self.offset(self.seek, self.seek_bytes, self.obs)
                try:
                    k.ftruncate(1, offset)
                except SysError as error:
                    if k.fstat(1).mode & S_IFMT == S_IFREG:
                        con.die(
                            b"failed to truncate to %d bytes in output file " % offset + con.quoted(self.output), error
                        )

    def move(self, fd: int, to: int) -> None:
        """Make the descriptor standard input or output."""
        if fd != to:
            self.k.dup2(fd, to)
            self.k.close(fd)

    @staticmethod
    def flag_bits(flags: set[str]) -> int:
        """Return the open(2) bits of iflag= or oflag=."""
        bits = 0
        for flag in flags:
            bits |= _FLAGS[flag]
        return bits & ~O_DIRECT

    @staticmethod
    def offset(count: int, in_bytes: bool, block: int) -> int:
        """Return a number of blocks or bytes in bytes."""
        return count if in_bytes else count * block

    @property
    def input_shown(self) -> bytes:
        """Return the input's name for messages."""
        return self.con.quoted(self.input if self.input is not None else b"standard input")

    @property
    def output_shown(self) -> bytes:
        """Return the output's name for messages."""
        return self.con.quoted(self.output if self.output is not None else b"standard output")

    def cannot_skip(self) -> None:
        if self.status != "none":
            self.con.say(self.con.plain(self.input or b"standard input") + b": cannot skip to specified offset")

    def skip_input(self) -> None:
        """Pass over the beginning of the input."""
        left = self.offset(self.skip, self.skip_bytes, self.ibs)
        if not left:
            return
        try:
            stat = self.k.fstat(0)
            at = self.k.lseek(0, left, SEEK_CUR)
            if stat.mode & S_IFMT == S_IFREG and at > stat.size:
                self.cannot_skip()
            return
        except SysError:
            pass
        while left:
            data = self.k.read(0, min(left, self.ibs))
            if not data:
                self.cannot_skip()
                return
            left -= len(data)

    def seek_output(self) -> None:
        """Pass over the beginning of the output; what can't seek gets zeros."""
        left = self.offset(self.seek, self.seek_bytes, self.obs)
        if not left:
            return
        try:
            self.k.lseek(1, left, SEEK_CUR)
        except SysError:
            while left:
                left -= self.k.write(1, bytes(min(left, 1 << 16)))

    # ------------------------------------------------------------ the loop
    def run(self) -> None:
        """Copy until the input or the count ends."""
        k = self.k
        report = self.report
        report.started_ns = k.clock_ns(CLOCK_MONOTONIC)
        self.skip_input()
        self.seek_output()
        full = "fullblock" in self.iflags
        left = self.count
        plain = self.whole_blocks and not self.conversions & {"block", "unblock", "swab", "lcase", "ucase"}
        pads = "sync" in self.conversions
        pad = b" " if self.conversions & {"block", "unblock"} else b"\0"
        while left is None or left > 0:
            want = self.ibs if not self.count_bytes or left is None else min(self.ibs, left)
            try:
                data = k.read(0, want)
                while full and data and len(data) < want:
                    more = k.read(0, want - len(data))
                    if not more:
                        break
                    data += more
            except SysError as error:
                self.con.complain(b"error reading " + self.input_shown, error)
                if "noerror" not in self.conversions:
                    break
                if self.status != "none":
                    report.show(k.clock_ns(CLOCK_MONOTONIC), self.status)
                try:
                    k.lseek(0, want, SEEK_CUR)
                except SysError:
                    pass
                data = b""
                if not pads:
                    if left is not None:
                        left -= want if self.count_bytes else 1
                    continue
            else:
                if not data:
                    break
            if len(data) == self.ibs:
                report.whole_in += 1
            else:
                report.part_in += 1
            if left is not None:
                left -= len(data) if self.count_bytes else 1
            if pads and len(data) < self.ibs:
                data = data.ljust(self.ibs, pad)
            if plain:
                self.write(data)
            else:
                self.pending += self.convert(data)
                self.flush(False)
            if self.status == "progress":
                report.progress(k.clock_ns(CLOCK_MONOTONIC))
        self.pending += self.convert_rest()
        self.flush(True)
        self.end()

    def flush(self, everything: bool) -> None:
        """Write the output blocks that are full, or all that there is."""
        size = self.obs
        while len(self.pending) >= size:
            self.write(bytes(self.pending[:size]))
            del self.pending[:size]
        if everything and self.pending:
            self.write(bytes(self.pending))
            self.pending.clear()

    def write(self, data: bytes) -> None:
        """Write one block, or skip over it if it is all zeros and conv=sparse."""
        self.ends_in_hole = False
        if "sparse" in self.conversions and not data.strip(b"\0"):
            try:
                self.k.lseek(1, len(data), SEEK_CUR)
                self.ends_in_hole = True
            except SysError:
                pass
        if not self.ends_in_hole:
            try:
                written = self.k.write(1, data)
                while written < len(data):
                    written += self.k.write(1, data[written:])
            except SysError as error:
                self.fail(b"error writing " + self.output_shown, error)
        if len(data) == self.obs:
            self.report.whole_out += 1
        else:
            self.report.part_out += 1
        self.report.bytes_out += len(data)

    def end(self) -> None:
        """Finish the output file."""
        k = self.k
        try:
            if self.ends_in_hole:
                k.ftruncate(1, k.lseek(1, 0, SEEK_CUR))
            if self.conversions & {"fsync", "fdatasync"}:
                k.fsync(1)
        except SysError as error:
            self.con.complain(b"fsync failed for " + self.output_shown, error)

    # ------------------------------------------------------------ conversions
    def convert(self, data: bytes) -> bytes:
        """Return the block as it goes to the output."""
        conversions = self.conversions
        if not conversions:
            return data
        if "ucase" in conversions:
            data = data.translate(_UPPER)
        elif "lcase" in conversions:
            data = data.translate(_LOWER)
        if "swab" in conversions:
            data = self.odd + data
            cut = len(data) & ~1
            data, self.odd = data[:cut], data[cut:]
            swapped = bytearray(len(data))
            swapped[0::2], swapped[1::2] = data[1::2], data[0::2]
            data = bytes(swapped)
        if "block" in conversions:
            return self.block(data)
        return self.unblock(data) if "unblock" in conversions else data

    def convert_rest(self) -> bytes:
        """Return what the conversions still hold at the end of the input."""
        rest = self.odd
        self.odd = b""
        if "block" in self.conversions:
            made = self.block(rest) if rest else b""
            if self.column > 0:
                made += b" " * max(0, self.cbs - self.column)
            return made
        if "unblock" in self.conversions:
            made = self.unblock(rest) if rest else b""
            self.spaces = 0
            return made + b"\n" if self.column else made
        return rest

    def block(self, data: bytes) -> bytes:
        """Return lines as records of cbs bytes: padded with spaces, or cut."""
        made = []
        lines = data.split(b"\n")
        for index, line in enumerate(lines):
            room = max(0, self.cbs - self.column)
            made.append(line[:room])
            if self.column <= self.cbs < self.column + len(line):
                self.report.truncated += 1
            self.column += len(line)
            if index < len(lines) - 1:
                made.append(b" " * max(0, self.cbs - self.column))
                self.column = 0
        return b"".join(made)

    def unblock(self, data: bytes) -> bytes:
        """Return records of cbs bytes as lines without trailing spaces."""
        made = []
        at = 0
        while at < len(data):
            part = data[at : at + self.cbs - self.column]
            at += len(part)
            self.column += len(part)
            bare = part.rstrip(b" ")
            if bare:
                made.append(b" " * self.spaces + bare)
                self.spaces = 0
            self.spaces += len(part) - len(bare)
            if self.column == self.cbs:
                made.append(b"\n")
                self.column = self.spaces = 0
        return b"".join(made)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Copy; 1 if that fails."""
    con = Console(k, b"dd")
    _, operands = DD.parse(argv)
    job = Copy(con)
    for operand in operands:
        _take(con, job, operand)
    _check(con, job)
    job.open()
    k.sigaction(SIGUSR1, lambda _: job.report.show(k.clock_ns(CLOCK_MONOTONIC), "xfer"))
    job.run()
    if job.status != "none":
        job.report.show(k.clock_ns(CLOCK_MONOTONIC), job.status)
    return con.finish()


def _take(con: Console, job: Copy, operand: bytes) -> None:
    """Read one operand."""
    name_bytes, equals, text = operand.partition(b"=")
    name = name_bytes.decode("latin-1")
    if not equals or name not in _OPERANDS:
        con.usage(b"unrecognized operand " + con.word(operand))
    if name == "if":
        job.input = text
    elif name == "of":
        job.output = text
    elif name == "conv":
        words = _words(con, text, _CONVERSIONS, b"invalid conversion")
        for word in ("ascii", "ebcdic", "ibm"):
            if word in words:
                con.die(b"conv=" + word.encode() + b" is not supported")
        job.conversions |= words
    elif name in ("iflag", "oflag"):
        words = _words(con, text, list(_FLAGS), b"invalid input flag" if name == "iflag" else b"invalid output flag")
        if name == "oflag" and words & {"fullblock", "count_bytes", "skip_bytes"}:
            con.usage(b"invalid output flag: " + con.word(text))
        if name == "iflag" and words & {"seek_bytes"}:
            con.usage(b"invalid input flag: " + con.word(text))
        (job.iflags if name == "iflag" else job.oflags).update(words)
    elif name == "status":
        if text not in (b"none", b"noxfer", b"progress"):
            con.usage(b"invalid status level: " + con.word(text))
        job.status = text.decode()
    else:
        _take_number(con, job, name, text)


_OPERANDS = "if of conv iflag oflag status bs ibs obs cbs count skip seek iseek oseek".split()


def _take_number(con: Console, job: Copy, name: str, text: bytes) -> None:
    in_bytes = text.endswith(b"B") and name in ("count", "skip", "seek", "iseek", "oseek") and text[-2:-1].isdigit()
    number = _number(con, text[:-1] if in_bytes else text, text)
    if name in ("bs", "ibs", "obs", "cbs") and number == 0:
        con.die(b"invalid number: " + con.word(text))
    if name == "bs":
        job.ibs = job.obs = number
        job.whole_blocks = True
    elif name in ("ibs", "obs", "cbs"):
        if name == "cbs" or not job.whole_blocks:  # bs counts more than the other two, wherever it stands
            setattr(job, name, number)
    elif name == "count":
        job.count, job.count_bytes = number, in_bytes
    elif name in ("skip", "iseek"):
        job.skip, job.skip_bytes = number, in_bytes
    else:
        job.seek, job.seek_bytes = number, in_bytes


def _words(con: Console, text: bytes, known: list[str], complaint: bytes) -> set[str]:
    found = set()
    for word in text.decode("latin-1").split(","):
        if word not in known:
            con.usage(complaint + b": " + con.word(word.encode("latin-1")))
        found.add(word)
    return found


def _number(con: Console, text: bytes, shown: bytes) -> int:
    """Return a number such as 4K or 2x512. Ends the command if it is none."""
    product = 1
    for part in text.split(b"x"):
        try:
            product *= parse_size(part, suffixes="bcEGkKMPTwYZ")
        except BadNumber as error:
            tail = b": Value too large for defined data type" if error.reason == "overflow" else b""
            con.die(b"invalid number: " + con.word(shown) + tail)
    if product >= 1 << 63:
        con.die(b"invalid number: " + con.word(shown) + b": Value too large for defined data type")
    return product


def _check(con: Console, job: Copy) -> None:
    """End the command if operands contradict each other; settle what follows from them."""
    conversions = job.conversions
    if not job.cbs:
        conversions -= {"block", "unblock"}
    for pair in (("block", "unblock"), ("lcase", "ucase"), ("excl", "nocreat")):
        if conversions >= set(pair):
            con.die(b"cannot combine " + pair[0].encode() + b" and " + pair[1].encode())
    job.count_bytes = job.count_bytes or "count_bytes" in job.iflags
    job.skip_bytes = job.skip_bytes or "skip_bytes" in job.iflags
    job.seek_bytes = job.seek_bytes or "seek_bytes" in job.oflags
    if {"direct", "nocache"} & job.iflags and {"direct", "nocache"} <= job.iflags:
        con.die(b"cannot combine direct and nocache")
