"""Quoting, sizes and numbers, against GNU programs where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.toolkit.messages import BadNumber, human, parse_size, quote, quoteaf, quotef

NAMES = [
    b"a", b"a b", b"a\nb", b"~a", b"a~", b"=a", b"a=b", b"#a", b"a#", b"{", b"}", b"{a", b"a!b", b"a\\b", b"a'b", b"a'b\"", b"a'b$", b"'a",
    b"a\tb", b"a*", b"a?", b"[a", b"a]", b"$a", b"`", b"a;b", b"a|b", b"a&b", b"(a", b"a<b", b"^a", b"a%b", b"a,b", b"a@b", b"a+b", b":a",
    b"a:b", b"\x01", b"\x7f", b"a\x01b", b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xff", b"a\xffb", b"\xffa\xfe", b"a\n\nb", b"\n",
    b'""', b"\x011", "é\n".encode(), "😀".encode(), b"\xcd\xb8", b"*\n?", "a é".encode(), b"-", b"a'b c",
]  # fmt: skip


def _gnu(program: str, *argv: bytes, cwd: Path) -> bytes:
    path = shutil.which(program)
    if path is None or b"GNU coreutils" not in subprocess.run([path, "--version"], capture_output=True).stdout:
        pytest.skip(f"no GNU {program} here")
    environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
    return subprocess.run([path, *argv], capture_output=True, env=environment, cwd=cwd).stderr


def test_names_are_quoted_as_coreutils_quotes_them(tmp_path: Path) -> None:
    missing = b": No such file or directory\n"
    for name in NAMES:
        shown = _gnu("rm", b"--", name, cwd=tmp_path)
        assert shown.partition(b": cannot remove ")[2].removesuffix(missing) == quoteaf(name), name
        if name != b"-":
            shown = _gnu("cat", b"--", name, cwd=tmp_path)
            assert shown.partition(b": ")[2].removesuffix(missing) == quotef(name), name
        shown = _gnu("head", b"-n", b"x" + name, cwd=tmp_path).partition(b"lines: ")[2].rstrip(b"\n")
        if b"'" not in name:  # in UTF-8 GNU uses curly quotes, so an apostrophe needs no backslash there
            assert shown.decode().strip("‘’").encode() == quote(b"x" + name)[1:-1], name


@given(st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name))
def test_a_quoted_name_is_one_line_of_text_that_can_be_shown(name: bytes) -> None:
    for shown in (quoteaf(name), quotef(name), quote(name)):
        text = shown.decode()
        assert text and not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)


def test_bash_reads_quoted_names_back() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    script = b"printf '%s\\0' " + b" ".join(quoteaf(name) for name in NAMES)
    assert subprocess.run([bash, "-c", script], capture_output=True).stdout.split(b"\0")[:-1] == NAMES


@pytest.mark.parametrize(
    ("number", "shown", "si"),
    [
        (0, "0", "0"), (999, "999", "999"), (1000, "1000", "1.0k"), (1023, "1023", "1.1k"), (1024, "1.0K", "1.1k"), (1025, "1.1K", "1.1k"),
        (10239, "10K", "11k"), (10240, "10K", "11k"), (10241, "11K", "11k"), (102400, "100K", "103k"), (1048575, "1.0M", "1.1M"),
        (1048576, "1.0M", "1.1M"), (123456789, "118M", "124M"), (9999999999, "9.4G", "10G"), (999999, "977K", "1.0M"),
    ],
)  # fmt: skip
def test_sizes_for_people_are_rounded_up(number: int, shown: str, si: str) -> None:
    assert (human(number), human(number, si=True)) == (shown, si)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"10", 10),
        (b"2K", 2048),
        (b"2k", 2048),
        (b"2kB", 2000),
        (b"2KiB", 2048),
        (b"1b", 512),
        (b"M", 1 << 20),
        (b" +7", 7),
        (b"1E", 1 << 60),
    ],
)
def test_sizes_are_read_with_their_suffixes(text: bytes, number: int) -> None:
    assert parse_size(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b"", "invalid"), (b"x", "invalid"), (b"-5", "invalid"), (b"5x", "suffix"), (b"1Kx", "suffix"), (b"1Q", "suffix"),
     (b"99999999999999999999999", "overflow"), (b"9" * 5000, "overflow"), (b"1Y", "overflow"), (b"0x5", "suffix"), (b"+K", "invalid")],
)  # fmt: skip
def test_a_number_that_cant_be_read_says_why(text: bytes, reason: str) -> None:
    with pytest.raises(BadNumber) as caught:
        parse_size(text)
    assert caught.value.reason == reason
