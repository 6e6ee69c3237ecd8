"""What the first bytes of files say: a small table, as file(1) words it.

describe(data, is_all) -> (description, MIME type, charset), for a file that isn't empty
"""

from __future__ import annotations

import json
import re
import struct
from datetime import UTC

_PNG_COLORS = {0: "grayscale", 2: "/color RGB", 3: " colormap", 4: " gray+alpha", 6: "/color RGBA"}
_MACHINES = {3: "Intel 80386", 40: "ARM, EABI5", 62: "x86-64", 183: "ARM aarch64", 243: "UCB RISC-V"}
_INTERPRETERS = (
    (re.compile(rb"(?:ba|da|k|z|a)?sh"), "{} shell script", "text/x-shellscript"),
    (re.compile(rb"python[0-9.]*"), "Python script", "text/x-script.python"),
    (re.compile(rb"perl[0-9.]*"), "Perl script", "text/x-perl"),
    (re.compile(rb"ruby"), "Ruby script", "text/x-ruby"),
    (re.compile(rb"node"), "Node.js script", "application/javascript"),
    (re.compile(rb"(?:g|m|n)?awk"), "awk script", "text/x-awk"),
    (re.compile(rb"php[0-9.]*"), "PHP script", "text/x-php"),
)
_SHELLS = {b"sh": "POSIX", b"dash": "POSIX", b"bash": "Bourne-Again", b"zsh": "Paul Falstad's zsh", b"ksh": "Korn"}
_SIMPLE: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"7z\xbc\xaf\x27\x1c", "7-zip archive data", "application/x-7z-compressed"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard compressed data (v0.8+)", "application/zstd"),
    (0, b"\x04\x22\x4d\x18", "LZ4 compressed data (v1.4+)", "application/x-lz4"),
    (0, b"SQLite format 3\0", "SQLite 3.x database", "application/vnd.sqlite3"),
    (0, b"Rar!\x1a\x07", "RAR archive data", "application/x-rar"),
    (0, b"!<arch>\n", "current ar archive", "application/x-archive"),
    (0, b"\xca\xfe\xba\xbe", "compiled Java class data", "application/x-java-applet"),
    (0, b"\0asm", "WebAssembly (wasm) binary module", "application/wasm"),
    (0, b"OggS", "Ogg data", "application/ogg"),
    (0, b"ID3", "Audio file with ID3", "audio/mpeg"),
    (0, b"fLaC", "FLAC audio bitstream data", "audio/flac"),
    (0, b"BM", "PC bitmap", "image/bmp"),
    (0, b"II*\0", "TIFF image data, little-endian", "image/tiff"),
    (0, b"MM\0*", "TIFF image data, big-endian", "image/tiff"),
    (4, b"ftyp", "ISO Media", "video/mp4"),
    (0, b"\0\0\1\0", "MS Windows icon resource", "image/vnd.microsoft.icon"),
    (0, b"wOF2", "Web Open Font Format (Version 2)", "font/woff2"),
)
Found = tuple[str, str, str]


def describe(data: bytes, is_all: bool) -> Found:
    """Return what data, the beginning of a file, is; is_all: it is the whole file."""
    found = _binary(data)
    if found is not None:
        return (*found, "binary")
    return _text(data, is_all)


def _binary(data: bytes) -> tuple[str, str] | None:
    if data[:4] == b"\x7fELF" and len(data) >= 20:
        return _elf(data)
    if data[:3] == b"\x1f\x8b\x08":
        return _gzip(data), "application/gzip"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        if data[2] == 5:
            return "Zip archive data (empty)", "application/zip"
        version, method = struct.unpack_from("<H2xH", data.ljust(30, b"\0"), 4)
        name = {0: "store", 8: "deflate"}.get(method, f"[{method:#x}]")
        return (
            f"Zip archive data, at least v{version // 10}.{version % 10} to extract, compression method={name}",
            "application/zip",
        )
    if re.match(rb"BZh[1-9]", data):
        return f"bzip2 compressed data, block size = {chr(data[3])}00k", "application/x-bzip2"
    if data[:6] == b"\xfd7zXZ\0":
        check = {0: "none", 1: "CRC32", 4: "CRC64", 10: "SHA-256"}.get(data[7] & 15 if len(data) > 7 else 0, "unknown")
        return f"XZ compressed data, checksum {check}", "application/x-xz"
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 29:
        width, height, depth, color, _, _, lace = struct.unpack_from(">IIBBBBB", data, 16)
        way = "interlaced" if lace else "non-interlaced"
        return f"PNG image data, {width} x {height}, {depth}-bit{_PNG_COLORS.get(color, '')}, {way}", "image/png"
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return f"GIF image data, version {data[3:6].decode()}, {width} x {height}", "image/gif"
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG image data" + (
            f", JFIF standard {data[11]}.{data[12]:02d}" if data[6:10] == b"JFIF" and len(data) > 12 else ""
        ), "image/jpeg"
    if data[:4] == b"RIFF":
        kind = data[8:12]
        return {
            b"WEBP": ("RIFF (little-endian) data, Web/P image", "image/webp"),
            b"WAVE": ("RIFF (little-endian) data, WAVE audio", "audio/x-wav"),
            b"AVI ": ("RIFF (little-endian) data, AVI", "video/x-msvideo"),
        }.get(kind, ("RIFF (little-endian) data", "application/octet-stream"))
    if len(data) >= 263 and data[257:262] == b"ustar":
        return ("POSIX tar archive (GNU)" if data[262:265] == b"  \0" else "POSIX tar archive"), "application/x-tar"
    for offset, mark, text, mime in _SIMPLE:
        if data[offset : offset + len(mark)] == mark and (
            mark != b"BM" or len(data) > 26 and data[6:10] == b"\0\0\0\0"
        ):
            return text, mime
    return None


def _elf(data: bytes) -> tuple[str, str]:
    bits = {1: "32-bit", 2: "64-bit"}.get(data[4], "unknown class")
    order = ">" if data[5] == 2 else "<"
    kind, machine = struct.unpack_from(order + "HH", data, 16)
    name, mime = {
        1: ("relocatable", "application/x-object"),
        2: ("executable", "application/x-executable"),
        3: ("shared object", "application/x-sharedlib"),
        4: ("core file", "application/x-coredump"),
    }.get(kind, ("unknown type", "application/octet-stream"))
    system = {0: "SYSV", 3: "GNU/Linux"}.get(data[7], "SYSV")
    side = "MSB" if order == ">" else "LSB"
    return f"ELF {bits} {side} {name}, {_MACHINES.get(machine, f'machine {machine}')}, version 1 ({system})", mime


def _gzip(data: bytes) -> str:
    from datetime import datetime

    flags = data[3] if len(data) > 3 else 0
    text = "gzip compressed data"
    if flags & 8 and not flags & 4:
        name = data[10:].partition(b"\0")[0]
        text += f', was "{name.decode("utf-8", "replace")}"'
    when = int.from_bytes(data[4:8], "little")
    if when:
        moment = datetime.fromtimestamp(when, UTC)
        text += f", last modified: {moment:%a %b} {moment.day:2d} {moment:%H:%M:%S %Y}"
    if len(data) > 9:
        text += {2: ", max compression", 4: ", max speed"}.get(data[8], "")
        system = {0: "FAT filesystem (MS-DOS, OS/2, NT)", 3: "Unix", 11: "NTFS filesystem (NT)"}.get(data[9])
        text += f", from {system}" if system else ""
    return text


def _text(data: bytes, is_all: bool) -> Found:
    charset, encoding = _charset(data, is_all)
    if charset == "binary":
        return "data", "application/octet-stream", "binary"
    chars = data.decode(
        "utf-16" if charset.startswith("utf-16") else "utf-8" if charset == "utf-8" else "latin-1", "replace"
    )
    if data[:5] == b"%PDF-":
        found = re.match(rb"%PDF-([0-9.]{1,8})", data)
        return f"PDF document, version {found[1].decode() if found else '?'}", "application/pdf", charset
    if data[:4] == b"%!PS":
        return "PostScript document text", "application/postscript", charset
    if is_all and chars.lstrip()[:1] in ("{", "[") and _is_json(chars):
        return "JSON text data", "application/json", charset
    kind, mime, script = _language(data, chars)
    details = _lines(chars)
    if kind == "CSV text" and not details:
        return kind, mime, charset
    shown = f"{encoding} text" + (" executable" if script else "") + details
    return (f"{kind}, {shown}" if kind else shown), mime, charset


def _charset(data: bytes, is_all: bool) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        little = data[0] == 0xFF
        return ("utf-16le" if little else "utf-16be"), f"Unicode text, UTF-16, {'little' if little else 'big'}-endian"
    if re.search(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]", data):
        return "binary", ""
    if data.isascii():
        return "us-ascii", "ASCII"
    try:
        data.decode("utf-8")
        whole = True
    except UnicodeDecodeError as error:
        whole = not is_all and error.start >= len(data) - 3
    if whole:
        return "utf-8", "Unicode text, UTF-8 (with BOM)" if data[:3] == b"\xef\xbb\xbf" else "Unicode text, UTF-8"
    if not re.search(rb"[\x80-\x9f]", data):
        return "iso-8859-1", "ISO-8859"
    return "unknown-8bit", "Non-ISO extended-ASCII"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _language(data: bytes, text: str) -> tuple[str, str, bool]:
    """Return (what kind of text, MIME type, whether it's a script)."""
    if data[:2] == b"#!":
        words = data[2:].split(b"\n", 1)[0].split()
        name = words[0].rpartition(b"/")[2] if words else b""
        if name == b"env" and len(words) > 1:
            name = words[1].rpartition(b"/")[2]
        for pattern, shown, mime in _INTERPRETERS:
            if pattern.fullmatch(name):
                return shown.format(_SHELLS.get(name, name.decode("latin-1"))), mime, True
        if words:
            command = b" ".join(words).decode("utf-8", "replace")
            return f"a {command} script", "text/plain", True
        return "", "text/plain", False
    head = text[:4096].lstrip("\ufeff").lstrip()
    if re.match(r"<\?xml\b", head):
        version = re.match(r"<\?xml\s+version=[\"']([0-9.]{1,5})", head)
        return f"XML {version[1] if version else '1.0'} document", "text/xml", False
    if re.match(r"(?i)<!doctype html|<html\b|<head\b|<title\b", head):
        return "HTML document", "text/html", False
    if re.search(r"(?m)^#include\s+[<\"]|^int main\(", head):
        return "C source", "text/x-c", False
    if re.match(r"diff --git |--- .{1,200}\n\+\+\+ ", head):
        return "unified diff output", "text/x-diff", False
    lines = text.split("\n")[:10]
    if (
        len(lines) > 2
        and lines[-1] == ""
        and lines[0].count(",")
        and len({line.count(",") for line in lines[:-1]}) == 1
    ):
        return "CSV text", "text/csv", False
    return "", "text/plain", False


def _lines(text: str) -> str:
    """Return what is to be said about a text's lines."""
    parts = ""
    longest = max([len(line) for line in re.split(r"[\r\n]", text)])
    if longest > 300:
        parts += f", with very long lines ({longest})"
    ends = []
    if "\r\n" in text:
        ends.append("CRLF")
    if re.search(r"\r(?!\n)", text):
        ends.append("CR")
    if re.search(r"(?<!\r)\n", text):
        ends.append("LF")
    if not ends:
        parts += ", with no line terminators"
    elif ends != ["LF"]:
        parts += f", with {', '.join(ends)} line terminators"
    if "\x1b" in text:
        parts += ", with escape sequences"
    if "\b" in text:
        parts += ", with overstriking"
    return parts
