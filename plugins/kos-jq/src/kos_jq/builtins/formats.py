"""The formats @text, @json, @csv, @tsv, @html, @uri, @urid, @sh, @base64, @base64d, @base32, @base32d."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from ..language.text import Layout, number_text
from ..language.values import JqError, is_number, shown, type_of

_HTML = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&#39;", '"': "&quot;"})
_TSV = str.maketrans({"\t": "\\t", "\r": "\\r", "\n": "\\n", "\\": "\\\\"})
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_PERCENT = [chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256)]
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_NAMES = frozenset("text json csv tsv html uri urid sh base64 base64d base32 base32d".split())


class Formats:
    """get(name) returns the function from a value to text."""

    def __init__(self, vm: Any) -> None:
        self.vm = vm

    def get(self, name: str) -> Callable[[Any], str]:
        if name in _NAMES:
            made: Callable[[Any], str] = getattr(self, "_" + name)
            return made

        def unknown(value: Any) -> str:
            raise JqError(f"{name} is not a valid format")

        return unknown

    def _text(self, value: Any) -> str:
        return value if type(value) is str else self._json(value)

    def _json(self, value: Any) -> str:
        parts = []
        for part in Layout(None).chunks(value):
            parts.append(part)
            self.vm.spend(len(part) // 8)
        return "".join(parts)

    def _row(self, value: Any, name: str, string: Callable[[str], str], between: str) -> str:
        if type(value) is not list:
            raise JqError(f"{type_of(value)} ({shown(value)}) cannot be {name}-formatted, only array")
        self.vm.work(len(value))
        cells = []
        for item in value:
            if item is None:
                cells.append("")
            elif type(item) is bool:
                cells.append("true" if item else "false")
            elif is_number(item):
                cells.append("" if item != item else number_text(item))
            elif type(item) is str:
                cells.append(string(item))
            else:
                raise JqError(f"{type_of(item)} ({shown(item)}) is not valid in a csv row")
        return between.join(cells)

    def _csv(self, value: Any) -> str:
        return self._row(value, "csv", lambda text: '"' + text.replace('"', '""') + '"', ",")

    def _tsv(self, value: Any) -> str:
        return self._row(value, "tsv", lambda text: text.translate(_TSV), "\t")

    def _html(self, value: Any) -> str:
        return self._text(value).translate(_HTML)

    def _uri(self, value: Any) -> str:
        return "".join([_PERCENT[byte] for byte in self._text(value).encode("utf-8", "replace")])

    def _urid(self, value: Any) -> str:
        data = re.sub(
            rb"%([0-9A-Fa-f]{2})",
            lambda found: bytes((int(found[1], 16),)),
            self._text(value).encode("utf-8", "replace"),
        )
        return data.decode("utf-8", "replace")

    def _sh(self, value: Any) -> str:
        words = []
        for item in value if type(value) is list else [value]:
            if type(item) is list or type(item) is dict:
                raise JqError(f"{type_of(item)} ({shown(item)}) can not be escaped for shell")
            words.append("'" + item.replace("'", "'\\''") + "'" if type(item) is str else self._json(item))
        return " ".join(words)

    def _base64(self, value: Any) -> str:
        return base64.b64encode(self._text(value).encode("utf-8", "replace")).decode()

    def _base64d(self, value: Any) -> str:
        text = self._text(value)
        data = text.encode("utf-8", "replace").rstrip(b"=")
        if _NO_BASE64.search(data) or (len(data) % 4 == 1):
            raise JqError(f"{type_of(value)} ({shown(value)}) is not valid base64 data")
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4)).decode("utf-8", "replace")

    def _base32(self, value: Any) -> str:
        return base64.b32encode(self._text(value).encode("utf-8", "replace")).decode()

    def _base32d(self, value: Any) -> str:
        data = self._text(value).encode("utf-8", "replace").rstrip(b"=")
        try:
            return base64.b32decode(data + b"=" * (-len(data) % 8)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise JqError(f"{type_of(value)} ({shown(value)}) is not valid base32 data")
