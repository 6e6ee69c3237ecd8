"""md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum, b2sum, cksum: print checksums, or check a list of them (-c).

One command line for all; the program's name says which digest it is, or cksum's -a. Plain cksum is sum.py's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    Command,
    Flag,
    Option,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
    quotef,
    refuse,
)

from .digests import new_digest
from .sum import print_sums

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_NAMES = {
    "md5sum": ("md5", "MD5"),
    "sha1sum": ("sha1", "SHA1"),
    "sha224sum": ("sha224", "SHA224"),
    "sha256sum": ("sha256", "SHA256"),
    "sha384sum": ("sha384", "SHA384"),
    "sha512sum": ("sha512", "SHA512"),
    "b2sum": ("blake2b", "BLAKE2b"),
    "sm3sum": ("sm3", "SM3"),  # no command of its own
}
_SIMPLE = ("bsd", "sysv", "crc")
_ALGORITHMS = {
    name: name for name in (*_SIMPLE, "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sm3")
}
_BY_ALGORITHM = {algorithm: name for name, (algorithm, _) in _NAMES.items()}
_BY_TITLE = {title.encode(): name for name, (_, title) in _NAMES.items()}
_CHUNK = 1 << 20
_ESCAPED = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}


CKSUM = Command(
    "cksum",
    like="(GNU coreutils) 9.1",
    summary="Print or verify checksums.\nBy default use the 32 bit CRC algorithm.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Value("algorithm", "a", "algorithm", metavar="TYPE", choices=_ALGORITHMS, help="select the digest type to use: "
              + ", ".join(_ALGORITHMS)),
        Flag("check", "c", "check", help="read checksums from the FILEs and check them"),
        Value("length", "l", "length", metavar="BITS", help="digest length in bits; must not exceed the max for the blake2"
              " algorithm and must be a multiple of 8"),
        Flag("tag", "tag", value=True, default=None, help="create a BSD-style checksum (the default)"),
        Flag("tag", "untagged", value=False, default=None, help="create a reversed style checksum, without digest type"),
        Flag("zero", "z", "zero", help="end each output line with NUL, not newline, and disable file name escaping"),
        Flag("ignore_missing", "ignore-missing", help="don't fail or report status for missing files"),
        Flag("quiet", "quiet", help="don't print OK for each successfully verified file"),
        Flag("silent", "status", help="don't output anything, status code shows success"),
        Flag("strict", "strict", help="exit non-zero for improperly formatted checksum lines"),
        Flag("warn", "w", "warn", help="warn about improperly formatted checksum lines"),
        Flag("debug", "debug", help="indicate which implementation used"),
    ],
)  # fmt: skip


def _command(name: str) -> Command:
    """Return the command line of one of the family."""
    title = _NAMES[name][1]
    options: list[Option] = [
        Flag("binary", "b", "binary", value=True, default=None, help="read in binary mode"),
        Flag("check", "c", "check", help=f"read checksums from the FILEs and check them ({title})"),
        Flag("tag", "tag", help="create a BSD-style checksum"),
        Flag("binary", "t", "text", value=False, default=None, help="read in text mode (default)"),
        Flag("zero", "z", "zero", help="end each output line with NUL, not newline, and disable file name escaping"),
        Flag("ignore_missing", "ignore-missing", help="don't fail or report status for missing files"),
        Flag("quiet", "quiet", help="don't print OK for each successfully verified file"),
        Flag("silent", "status", help="don't output anything, status code shows success"),
        Flag("strict", "strict", help="exit non-zero for improperly formatted checksum lines"),
        Flag("warn", "w", "warn", help="warn about improperly formatted checksum lines"),
    ]
    if name == "b2sum":
        length = Value(
            "length", "l", "length", metavar="BITS", help="digest length in bits; a multiple of 8, at most 512"
        )
        options.insert(2, length)
    summary = f"Print or check {title} checksums.\n\nWith no FILE, or when FILE is -, read standard input."
    return Command(name, summary=summary, options=options)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print or check. Status 1 if a file can't be read or a checksum doesn't match."""
    name = argv[0].rsplit(b"/", 1)[-1].decode("utf-8", "replace")
    if name == "cksum":
        return _cksum(k, argv)
    if name not in _NAMES:
        name = "md5sum"
    opts, files = parsed(k, _command(name), argv)
    return _Checksum(k, name, opts).run(files)


def _cksum(k: Syscalls, argv: list[bytes]) -> int:
    opts, files = parsed(k, CKSUM, argv)
    opts.binary = None
    algorithm = opts.algorithm or "crc"
    if opts.length is not None and algorithm != "blake2b":
        complain(k, b"--length is only supported with --algorithm=blake2b")
        return 1
    if opts.check and opts.algorithm in _SIMPLE:
        complain(k, b"--check is not supported with --algorithm={bsd,sysv,crc}")
        return 1
    if algorithm in _SIMPLE and not opts.check:
        if opts.debug and algorithm == "crc":
            complain(k, b"using generic hardware support")
        return print_sums(k, algorithm, files, b"\0" if opts.zero else b"\n")
    job = _Checksum(k, _BY_ALGORITHM.get(algorithm, "md5sum"), opts)
    job.any_tag = opts.algorithm is None
    if opts.tag is None and not opts.check:
        opts.tag = True
    return job.run(files)


class _Checksum:
    def __init__(self, k: Syscalls, name: str, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.any_tag = False  # a tag says which digest it is; lines without one can't be checked
        self.algorithm, self.title = _NAMES[name]
        self.out = Writer(k)
        self.bits = 0
        if self.algorithm == "blake2b":
            text = opts.length
            if text is not None:
                if not text.isdigit():
                    self.die(b"invalid length: " + quote(text))
                self.bits = int(text[:20])
                if self.bits % 8:
                    complain(k, b"invalid length: " + quote(text))
                    self.die(b"length is not a multiple of 8")
                if self.bits > 512:
                    complain(k, b"invalid length: " + quote(text))
                    self.die(b"maximum digest length for 'BLAKE2b' is 512 bits")
        self.bits = self.bits or self.full_bits()

    def full_bits(self) -> int:
        """Return the size of the whole digest."""
        return len(new_digest(self.algorithm, 512).hexdigest()) * 4

    def die(self, message: bytes) -> None:
        complain(self.k, message)
        self.k.exit(1)

    def run(self, files: list[bytes]) -> int:
        opts = self.opts
        if opts.tag and opts.binary is False:
            return refuse(self.k, b"--tag does not support --text mode")
        if opts.zero and opts.check:
            return refuse(self.k, b"the --zero option is not supported when verifying checksums")
        if opts.tag and opts.check:
            return refuse(self.k, b"the --tag option is meaningless when verifying checksums")
        if opts.binary is not None and opts.check:
            return refuse(self.k, b"the --binary and --text options are meaningless when verifying checksums")
        for wanted, name in (
            (opts.ignore_missing, b"ignore-missing"),
            (opts.silent, b"status"),
            (opts.warn, b"warn"),
            (opts.quiet, b"quiet"),
            (opts.strict, b"strict"),
        ):
            if wanted and not opts.check:
                return refuse(self.k, b"the --%s option is meaningful only when verifying checksums" % name)
        status = 0
        for name in files or [b"-"]:
            if opts.check:
                status |= not self.verify(name)
            else:
                status |= not self.show(name)
        self.out.flush()
        return int(status)

    def digest(self, name: bytes, bits: int) -> bytes | None:
        """Return a file's digest in hexadecimal, or None after complaining."""
        k = self.k
        state = new_digest(self.algorithm, bits)
        try:
            fd = 0 if name == b"-" else k.open(name)
            while data := k.read(fd, _CHUNK):
                state.update(data)
            if fd:
                k.close(fd)
        except SysError as error:
            if self.opts.check and self.opts.ignore_missing and error.NAME == "ENOENT":
                return b""
            self.out.flush()
            complain(k, quotef(name) + b": " + cause(error))
            return None
        return bytes(state.hexdigest().encode())

    @staticmethod
    def escaped(name: bytes) -> bytes:
        """Return a name as it is, or with a backslash in front and escapes for what would break its line."""
        if not any(special in name for special in _ESCAPED):
            return name
        return b"\\" + re.sub(rb"[\\\n\r]", lambda found: _ESCAPED[found[0]], name)

    def show(self, name: bytes) -> bool:
        digest = self.digest(name, self.bits)
        if digest is None:
            return False
        end = b"\0" if self.opts.zero else b"\n"
        shown = name if self.opts.zero else self.escaped(name)
        prefix = b""
        if len(shown) != len(name):
            prefix, shown = b"\\", shown[1:]
        if self.opts.tag:
            title = self.title.encode()
            if self.algorithm == "blake2b" and self.bits != 512:
                title += b"-%d" % self.bits
            self.out.write(b"%s%s (%s) = %s%s" % (prefix, title, shown, digest, end))
        else:
            mark = b"*" if self.opts.binary else b" "
            self.out.write(b"%s%s %s%s%s" % (prefix, digest, mark, shown, end))
        return True

    # ------------------------------------------------------------ checking
    def parse(self, line: bytes) -> tuple[bytes, bytes, int] | None:
        """Return (digest, file name, bits) of a line of a checksum file, None if it's none."""
        line = line.lstrip(b" \t")
        escaped = line.startswith(b"\\")
        if escaped:
            line = line[1:]
        tagged = re.match(rb"([A-Za-z0-9]+?)(?:-([0-9]+))? ?\((.*)\) ?= ?([0-9a-fA-F]+)\Z", line, re.DOTALL)
        if self.any_tag:
            if tagged is None or tagged[1] not in _BY_TITLE:
                return None
            self.algorithm, self.title = _NAMES[_BY_TITLE[tagged[1]]]
            self.bits = self.full_bits()
        if tagged is not None and tagged[1] == self.title.encode():
            digest, name = tagged[4], tagged[3]
            bits = int(tagged[2]) if tagged[2] and len(tagged[2]) < 5 else self.bits
        else:
            plain = re.match(rb"([0-9a-fA-F]+)[ \t]([ *]?)(.+)\Z", line, re.DOTALL)
            if plain is None:
                return None
            digest, name = plain[1], plain[3]
            bits = self.bits
            if self.algorithm == "blake2b" and self.opts.length is None:
                bits = len(digest) * 4
        if len(digest) * 4 != bits or not 0 < bits <= 512 or bits % 8:
            return None
        if escaped:
            name = re.sub(rb"\\([\\nr])", lambda found: {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}[found[1]], name)
        return digest, name, bits

    def verify(self, source: bytes) -> bool:
        """Check all that a file lists; return whether all is well."""
        k, opts, out = self.k, self.opts, self.out
        shown = b"'standard input'" if source == b"-" else quotef(source)
        try:
            fd = 0 if source == b"-" else k.open(source)
        except SysError as error:
            complain(k, quotef(source) + b": " + cause(error))
            return False
        good = mismatched = malformed = unreadable = number = 0
        matched = False
        reader = Reader(k, fd)
        while True:
            try:
                line = reader.line()
            except SysError as error:
                complain(k, shown + (b": read error" if error.NAME == "EISDIR" else b": read error: " + cause(error)))
                return False
            if not line:
                break
            number += 1
            if line[:1] == b"#" or line == b"\n":
                continue
            entry = self.parse(line.removesuffix(b"\n").removesuffix(b"\r"))
            if entry is None or (entry[1] == b"-" and source == b"-"):
                malformed += 1
                if opts.warn:
                    out.flush()
                    title = b"" if self.any_tag else self.title.encode() + b" "
                    complain(k, b"%s: %d: improperly formatted %schecksum line" % (shown, number, title))
                continue
            wanted, name, bits = entry
            good += 1
            digest = self.digest(name, bits)
            if digest == b"":
                continue
            label = self.escaped(name) if b"\n" in name or b"\r" in name else name
            if digest is None:
                unreadable += 1
                if not opts.silent:
                    out.write(label + b": FAILED open or read\n")
            elif digest == wanted.lower():
                matched = True
                if not opts.quiet and not opts.silent:
                    out.write(label + b": OK\n")
            else:
                mismatched += 1
                if not opts.silent:
                    out.write(label + b": FAILED\n")
        out.flush()
        if fd:
            k.close(fd)
        if not good:
            complain(k, shown + b": no properly formatted checksum lines found")
            return False
        if not opts.silent:
            for count, one, many in (
                (malformed, b"line is improperly formatted", b"lines are improperly formatted"),
                (unreadable, b"listed file could not be read", b"listed files could not be read"),
                (mismatched, b"computed checksum did NOT match", b"computed checksums did NOT match"),
            ):
                if count:
                    complain(k, b"WARNING: %d %s" % (count, one if count == 1 else many))
            if opts.ignore_missing and not matched:
                complain(k, shown + b": no file was verified")
        if opts.ignore_missing and not matched:
            return False
        return not (mismatched or unreadable or (opts.strict and malformed))
