"""base64, base32, basenc: bytes as letters, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    BadNumber,
    Command,
    Flag,
    Option,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parse_size,
    parsed,
    quote,
    quotef,
    refuse,
)

from .bases import ENCODINGS, Decoder

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_CHUNK = 15 << 14  # whole groups of every encoding
_CHOICES = (
    ("base64", "same as 'base64' program (RFC 4648 section 4)"),
    ("base64url", "file- and url-safe base64 (RFC 4648 section 5)"),
    ("base32", "same as 'base32' program (RFC 4648 section 6)"),
    ("base32hex", "extended hex alphabet base32 (RFC 4648 section 7)"),
    ("base16", "hex encoding (RFC 4648 section 8)"),
    ("base2msbf", "bit string with most significant bit (msb) first"),
    ("base2lsbf", "bit string with least significant bit (lsb) first"),
)
_WHAT = (
    Flag("decode", "d", "decode", help="decode data"),
    Flag("garbage", "i", "ignore-garbage", help="when decoding, ignore non-alphabet characters"),
    Value("wrap", "w", "wrap", metavar="COLS", default=b"76",
          help="wrap encoded lines after COLS character (default 76).  Use 0 to disable line wrapping"),
)  # fmt: skip
_Z85 = Flag("encoding", "z85", value="z85", default="",
            help="ascii85-like encoding (ZeroMQ spec:32/Z85); when encoding, input length must be a multiple of 4;"
            " when decoding, input length must be a multiple of 5")  # fmt: skip


def _command(name: str) -> Command:
    options: list[Option] = list(_WHAT)
    title = name.capitalize()
    if name == "basenc":
        options = [Flag("encoding", word, value=word, default="", help=text) for word, text in _CHOICES]
        options += [*_WHAT, _Z85]
        title = name
    return Command(
        name,
        like="(GNU coreutils) 9.1",
        usage="[OPTION]... [FILE]",
        summary=f"{title} encode or decode FILE, or standard input, to standard output.\n\n"
        "With no FILE, or when FILE is -, read standard input.",
        options=options,
        epilog="When decoding, the input may contain newlines in addition to the bytes of the alphabet.\n"
        "Use --ignore-garbage to attempt to recover from any other bytes in the encoded stream.",
    )


def base32(k: Syscalls, argv: list[bytes]) -> int:
    """Encode or decode base32."""
    return _run(k, argv, "base32")


def base64(k: Syscalls, argv: list[bytes]) -> int:
    """Encode or decode base64."""
    return _run(k, argv, "base64")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Encode or decode what the options say. Status 1 if the input isn't valid or can't be read."""
    return _run(k, argv, "basenc")


def _run(k: Syscalls, argv: list[bytes], name: str) -> int:
    opts, files = parsed(k, _command(name), argv)
    try:
        if opts.wrap[:1] == b"-":
            raise BadNumber("invalid", opts.wrap)
        wrap = parse_size(opts.wrap, suffixes="")
    except BadNumber as problem:
        if problem.reason != "overflow":
            complain(k, b"invalid wrap size: " + quote(opts.wrap))
            return 1
        wrap = 0
    if len(files) > 1:
        return refuse(k, b"extra operand " + quote(files[1]))
    chosen = opts.encoding if name == "basenc" else name
    if not chosen:
        return refuse(k, b"missing encoding type")
    source = files[0] if files else b"-"
    try:
        fd = 0 if source == b"-" else k.open(source)
    except SysError as error:
        complain(k, quotef(source) + b": " + cause(error))
        return 1
    job = _Job(k, fd, chosen)
    try:
        return job.decode(opts) if opts.decode else job.encode(wrap)
    except SysError as error:
        job.out.flush()
        complain(k, b"read error: " + cause(error))
        return 1


class _Job:
    def __init__(self, k: Syscalls, fd: int, name: str) -> None:
        self.k = k
        self.fd = fd
        self.name = name
        self.out = Writer(k)

    def whole_chunk(self) -> bytes:
        """Return so many bytes; fewer only at the end of the input."""
        parts = []
        wanted = _CHUNK
        while wanted and (data := self.k.read(self.fd, wanted)):
            parts.append(data)
            wanted -= len(data)
        return b"".join(parts)

    def encode(self, wrap: int) -> int:
        encoding = ENCODINGS[self.name]
        column = 0
        while data := self.whole_chunk():
            if self.name == "z85" and len(data) % 4:
                self.out.flush()
                complain(self.k, b"invalid input (length must be multiple of 4 characters)")
                return 1
            text = encoding.encode(data)
            if not wrap:
                self.out.write(text)
                continue
            at = 0
            pieces = []
            if column:
                at = min(wrap - column, len(text))
                pieces.append(text[:at])
                column += at
                if column == wrap:
                    pieces.append(b"\n")
                    column = 0
            if at < len(text):
                lines = [text[start : start + wrap] for start in range(at, len(text), wrap)]
                pieces.append(b"\n".join(lines))
                column = len(lines[-1])
                if column == wrap:
                    pieces.append(b"\n")
                    column = 0
            self.out.write(b"".join(pieces))
            self.k.tick(len(data) >> 8)
        if wrap and column:
            self.out.write(b"\n")
        self.out.flush()
        return 0

    def decode(self, opts: Any) -> int:
        encoding = ENCODINGS[self.name]
        decoder = Decoder(encoding)
        known = encoding.alphabet + (b"=" if encoding.padded else b"")
        others = bytes(set(range(256)) - set(known))
        while True:
            text = self.k.read(self.fd, _CHUNK)
            data, good = decoder.feed(text.translate(None, others) if opts.garbage else text, last=not text)
            self.out.write(data)
            if not good:
                self.out.flush()
                complain(self.k, b"invalid input")
                return 1
            if not text:
                self.out.flush()
                return 0
            self.k.tick(len(text) >> 8)
