"""The encodings of basenc: how bytes become letters and letters bytes.

    encoding = ENCODINGS["base32hex"]
    encoding.encode(data)                  data: whole groups, except at the end of the input
    Decoder(encoding).feed(text, last)     -> (bytes, all of it was valid)

A group is the least number of letters that stands for whole bytes: 4 in base64, 8 in base32, 2 in base16. Letters are decoded
group by group, so that what comes before a fault is still printed, as GNU does it. RFC 4648; ZeroMQ's spec 32 for Z85.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import NamedTuple

_UPPER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_BASE64 = _UPPER + _UPPER.lower() + _DIGITS + b"+/"
_BASE64URL = _BASE64[:-2] + b"-_"
_BASE32 = _UPPER + b"234567"
_BASE32HEX = _DIGITS + _UPPER[:22]
_Z85 = _DIGITS + _UPPER.lower() + _UPPER + b".-:+=^!/*?&<>()[]{}@%$#"
_TO_HEX = bytes.maketrans(_BASE32, _BASE32HEX)
_FROM_HEX = bytes.maketrans(_BASE32HEX, _BASE32)
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_REVERSED = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))


class Encoding(NamedTuple):
    """bytes_: bytes in a group.  letters: letters in a group.  alphabet: the letters.  padded: = fills the last group."""

    bytes_: int
    letters: int
    alphabet: bytes
    padded: bool
    encode: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes | None]  # whole groups of letters of the alphabet; None if they mean nothing


def _bits(data: bytes) -> bytes:
    return f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}".encode() if data else b""


def _bits_low_first(data: bytes) -> bytes:
    return _bits(data.translate(_REVERSED))


def _from_bits(text: bytes) -> bytes:
    return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def _from_bits_low_first(text: bytes) -> bytes:
    return _from_bits(text).translate(_REVERSED)


def _z85(data: bytes) -> bytes:
    out = bytearray()
    for at in range(0, len(data), 4):
        word = int.from_bytes(data[at : at + 4], "big")
        for power in (85**4, 85**3, 85**2, 85, 1):
            out.append(_Z85[word // power % 85])
    return bytes(out)


def _from_z85(text: bytes) -> bytes | None:
    out = bytearray()
    for at in range(0, len(text), 5):
        word = 0
        for letter in text[at : at + 5]:
            word = word * 85 + _Z85.index(letter)
        if word >> 32:
            return None
        out += word.to_bytes(4, "big")
    return bytes(out)


ENCODINGS = {
    "base64": Encoding(3, 4, _BASE64, True, base64.b64encode, base64.b64decode),
    "base64url": Encoding(
        3, 4, _BASE64URL, True,
        lambda data: base64.b64encode(data).translate(_TO_URL),
        lambda text: base64.b64decode(text.translate(_FROM_URL)),
    ),
    "base32": Encoding(5, 8, _BASE32, True, base64.b32encode, base64.b32decode),
    "base32hex": Encoding(
        5, 8, _BASE32HEX, True,
        lambda data: base64.b32encode(data).translate(_TO_HEX),
        lambda text: base64.b32decode(text.translate(_FROM_HEX)),
    ),
    "base16": Encoding(
        1, 2, _DIGITS + b"ABCDEF", False,
        lambda data: data.hex().upper().encode(),
        lambda text: bytes.fromhex(text.decode()),
    ),
    "base2msbf": Encoding(1, 8, b"01", False, _bits, _from_bits),
    "base2lsbf": Encoding(1, 8, b"01", False, _bits_low_first, _from_bits_low_first),
    "z85": Encoding(4, 5, _Z85, False, _z85, _from_z85),
}  # fmt: skip


class Decoder:
    """Decodes a stream of letters; newlines between them don't count."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.pending = b""
        letters = re.escape(encoding.alphabet)
        self.whole = re.compile(b"(?:[%s]{%d})*" % (letters, encoding.letters))

    def feed(self, text: bytes, last: bool = False) -> tuple[bytes, bool]:
        """Return what the letters stand for so far, and whether all were valid. last: nothing follows."""
        size = self.encoding.letters
        if self.encoding.alphabet is _BASE64URL and (b"+" in text or b"/" in text):
            return b"", False
        text = self.pending + text.replace(b"\n", b"")
        cut = len(text) - len(text) % size
        out: list[bytes] = []
        at = 0
        if cut and not text.translate(None, self.encoding.alphabet):  # nothing but letters: what most texts are
            data = self.encoding.decode(text[:cut])
            if data is not None:
                out.append(data)
                at = cut
        while at < cut:
            found = self.whole.match(text, at, cut)
            assert found is not None  # it matches nothing, too
            if found[0]:
                data = self.encoding.decode(found[0])
                if data is None:
                    return b"".join(out), False
                out.append(data)
                at = found.end()
            else:
                data, good = self.odd(text[at : at + size])
                out.append(data)
                if not good:
                    return b"".join(out), False
                at += size
        self.pending = text[cut:]
        if self.pending and (last or self.hopeless(self.pending)):
            data, _ = self.odd(self.pending)
            out.append(data)
            return b"".join(out), False
        return b"".join(out), True

    def hopeless(self, rest: bytes) -> bool:
        """Tell whether no letter that may follow makes a group of it."""
        known = self.encoding.alphabet + (b"=" if self.encoding.padded else b"")
        return bool(rest.translate(None, known))

    def odd(self, group: bytes) -> tuple[bytes, bool]:
        """Return the bytes of a group that isn't all letters: what its beginning stands for, and whether its = are right."""
        encoding = self.encoding
        if not encoding.padded:
            return b"", False
        bits = 6 if encoding.letters == 4 else 5
        letters = group[: len(group) - len(group.lstrip(encoding.alphabet))]
        whole = len(letters) * bits // 8
        rest = group[len(letters) :]
        good = whole > 0 and rest == b"=" * (encoding.letters - len(letters)) and len(letters) * bits - whole * 8 < bits
        if not good and bits == 5:
            return b"", False
        filled = letters.ljust(encoding.letters, encoding.alphabet[:1])
        data = encoding.decode(filled)
        assert data is not None
        return data[:whole], good
