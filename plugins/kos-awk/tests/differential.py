"""The corpus: command lines of cases/differential.txt, each on each of these inputs, and what is known of the answers.

lines()        the command lines
inputs()       name -> bytes: what goes wrong in awks, and some text that is drawn, the same at every call
answer(...)    a status and an output as one short text, as cases/recorded.jsonl has it
recorded()     line -> input -> answer; mawk's (record.py asked it), or another where the line says why
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
RECORDED = CASES / "recorded.jsonl"


def lines() -> list[str]:
    """Return the command lines, without `awk`."""
    text = (CASES / "differential.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def inputs() -> dict[str, bytes]:
    """Return the inputs by their names."""
    return {
        "empty": b"",
        "newline": b"\n",
        "no_newline": b"a b\nlast one",
        "words": b"a b c\nbb ab a\n\nabc\nc b a b\nAb aB\n",
        "numbers": b"1 2 3\n10 9\n5.5 -3\n+7 007\n1e2 0x1A\n.5 5.\n3x x3\n",
        "huge": b"123456 654321\n99999 0.000001\n1e15 1e-10\n2147483647 1\n",
        "blanks": b"  a   b  \n\t1\t2\t\n   \nx\n \t y \t z\n",
        "separators": b"a,b,c\n,,\nno\na:b,c:d\n;x;y\na|b.c|d\n",
        "paragraphs": b"\n\na b\nc\n\n\n\nd e f\n\ng\n",
        "crlf": b"a b\r\n1 2\r\n\r\n",
        "bytes": b"\xff a\n\xc3\xa9 b\xc3\nab\x80c\n",
        "long": b"a" * 5000 + b" " + b"b" * 3000 + b"\n" + b"1 " * 3000 + b"\nend",
        "drawn": drawn(60, 7),
    }


def drawn(count: int, seed: int) -> bytes:
    """Return lines of words and numbers that look alike."""
    words = [b"a", b"b", b"ab", b"abc", b"1", b"2", b"10", b"-1", b"0.5", b"x1", b",", b"A.b", b"a:b", b"", b"\t"]
    found = []
    for _ in range(count):
        line = []
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        for _ in range((seed >> 16) % 6):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            line.append(words[(seed >> 16) % len(words)])
        found.append(b" ".join(line))
    return b"\n".join(found) + b"\n"


def answer(status: int, output: bytes) -> str:
    """Return both in a text; long outputs by their digest."""
    shown = output.decode("latin-1") if len(output) <= 100 else "sha256 " + hashlib.sha256(output).hexdigest()[:32]
    return f"{status} {shown}"


def recorded() -> dict[str, dict[str, Any]]:
    """Return the answers; an answer None is one that isn't asked for."""
    rows = [json.loads(row) for row in RECORDED.read_text(encoding="utf-8").splitlines()]
    return {row["line"]: row["answers"] for row in rows}
