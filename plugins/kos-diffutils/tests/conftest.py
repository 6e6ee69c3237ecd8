"""A machine that many runs share, and the files that the lines of cases/*.txt are about."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kos_kernel import Machine
from kos_kernel.testing import Difference, TwoWorlds

TEXT = b"".join(b"line %d\n" % number for number in range(1, 31))
FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "b": b"one\n2\nthree\nfour\nfour and a half\nfive\nsix\n",
    "c": b"One\n two\nthree  \nfour\tx\n\n\nfive\n",
    "s": b"one\n  two\nthree\nfour    x\nfive\n",
    "n": b"one\ntwo\nthree\nfour\nfive",
    "e": b"",
    "t": TEXT,
    "u": TEXT.replace(b"line 3\n", b"").replace(b"line 15\n", b"line 15\nnew\n.\n").replace(b"line 29\n", b"last\n"),
    "p": b"int main()\n{\n  a;\n  b;\n  c;\n  d;\n  e;\n  f;\n  g;\n}\n\nvoid f(void)\n{\n  1;\n  2;\n  3;\n  4;\n  5;\n}\n",
    "q": b"int main()\n{\n  a;\n  b;\n  c;\n  d;\n  e;\n  f;\n  G;\n}\n\nvoid f(void)\n{\n  1;\n  2;\n  3;\n  4;\n  five;\n}\n",
    "r": b"one\r\ntwo\r\nthree\nfour\r\nfive\n",
    "x": b"a\0b\n",
    "y": b"a\0c\n",
    "mine": b"1\n2\n3\nx\n5\n6\n7\n8\n9\nten\nsame\n",
    "old": b"".join(b"%d\n" % number for number in range(1, 11)),
    "yours": b"1\n2\ny\n.yy\n4\n5\n6\nseven\n8\n9\n10\nsame\n",
    "dots": b"1\n.2\n.\n4\n5\n6\n7\n8\n10\nend",
    "w": b"\tx\ty\n\n\x01\x7f\xff\xc3\xa9\n" + b"long " * 30 + b"\n",
    "v": b"\tX\ty\n\n\n\x01\x7f\xff\xc3\xa8\n" + b"Long " * 30 + b"\n",
}


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine that many runs share."""
    with Machine() as m:
        yield m


@pytest.fixture
def against_host(machine: Machine, tmp_path: Path) -> Callable[[str, list[str]], list[Difference]]:
    """Run lines with the host's command and with ours and return what differs, files left behind included."""

    def compare(command: str, lines: list[str]) -> list[Difference]:
        if shutil.which("bash") is None or shutil.which(command) is None:
            pytest.skip(f"{command} isn't installed here")
        return TwoWorlds(machine, tmp_path, files=FILES).differences(lines, tree=True)

    return compare
