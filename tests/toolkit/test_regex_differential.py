"""The same patterns and texts given to GNU grep, GNU sed and bash."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from kos_kernel.toolkit.regex import PatternError, compile

from .test_regex_properties import WIDE_ATOMS, random_pattern

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
LICENCES = Path("/usr/share/common-licenses")

# glibc goes wrong on conditions inside of repetitions, and C.UTF-8 knows no order of letters beyond ASCII
GNU_ATOMS = [atom for atom in WIDE_ATOMS if "ü" not in atom] + ["[[:space:]]", "\\W", "\\s"]


def _gnu(program: str) -> str:
    found = shutil.which(program)
    if found is None or b"GNU" not in subprocess.run([found, "--version"], capture_output=True).stdout:
        pytest.skip(f"no GNU {program} here")
    return found


def _patterns(seed: int, count: int, words: bool = True) -> list[str]:
    chance = random.Random(seed)
    ends = ["", "", "", "$", "\\>", "\\b"] if words else ["", "", "$"]
    starts = ["", "", "", "^", "\\<", "\\b"] if words else ["", "", "^"]
    return [
        chance.choice(starts) + random_pattern(chance, 4, GNU_ATOMS, places=False) + chance.choice(ends)
        for _ in range(count)
    ]


def _texts(seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choice("aaabbbccd éü“_") for _ in range(chance.randint(0, 12))) for _ in range(40)]


@pytest.mark.parametrize("third_party", [True, False])
def test_grep_o_finds_the_same_matches(third_party: bool) -> None:
    grep = _gnu("grep")
    data = ("\n".join(_texts(1)) + "\n").encode()
    for pattern in _patterns(1, 250):
        shown = subprocess.run([grep, "-obE", "--", pattern], input=data, capture_output=True, env=ENVIRONMENT).stdout
        regex = compile(pattern.encode(), syntax="egrep", newline=b"\n", third_party=third_party)
        ours = b"".join(
            b"%d:%s\n" % (match.start(), match.group())
            for match in regex.finditer(data, 0, len(data) - 1)
            if match.group()
        )
        assert ours == shown, pattern


def test_sed_g_replaces_the_same_matches() -> None:
    sed = _gnu("sed")
    # without words: glibc's matcher, which grep asks less often than sed, takes some \\> after a blank for true
    for pattern in _patterns(2, 250, words=False):
        regex = compile(pattern.encode(), syntax="sed-ere")
        # sed splits characters beyond ASCII when it replaces empty matches, in C.UTF-8
        texts = [text for text in _texts(2) if text.isascii() or not regex.nullable]
        data = ("\n".join(texts) + "\n").encode()
        shown = subprocess.run(
            [sed, "-E", f"s\x01{pattern}\x01<&>\x01g"], input=data, capture_output=True, env=ENVIRONMENT
        ).stdout
        ours = b"".join(regex.sub(lambda m: b"<" + m.group() + b">", text.encode())[0] + b"\n" for text in texts)
        assert ours == shown, pattern


def test_bash_matches_the_same_spans() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    cases = [(pattern, text) for pattern in _patterns(3, 150) for text in _texts(3)[:8] if "\\" not in pattern]
    script = 'while IFS= read -r p && IFS= read -r t; do [[ $t =~ $p ]]; echo "$?:${BASH_REMATCH[0]}"; done'
    given = "".join(f"{pattern}\n{text}\n" for pattern, text in cases).encode()
    shown = subprocess.run([bash, "-c", script], input=given, capture_output=True, env=ENVIRONMENT).stdout.decode()
    for (pattern, text), line in zip(cases, shown.splitlines(), strict=True):
        match = compile(pattern.encode(), syntax="ere").search(text.encode())
        assert ("1:" if match is None else "0:" + match.group().decode()) == line, (pattern, text)


ODD = [
    "*a", "a|*b", "\\{1\\}", "{1}a", "a{1", "a{1a}", ")", "a)", "()", "(*a)", "^*a", "a**", "a{,2}", "a{}", "a{,}", "a{2,1}",
    "a\\{2,1\\}", "a\\{1", "a\\{1a\\}", "a\\{x", "a{40000}", "[a-c-e]", "[z-a]", "[[:foo:]]", "[[.aa.]]", "[[=aa=]]",
    "[[:alpha:]-z]", "[a", "[]", "[[:alpha", "\\(a", "a\\)", "\\2", "\\(a\\)\\2", "(a\\1)", "a\\", "+a", "\\+a", "a|", "|a", "(|a)",
    "a||b", "[a-[.z.]]", "(", "x{1}{2}", "(^a)", "a^b", "a$b", "a|^*b", "\\(*a\\)", "({1}a)", "[:space:]", "a{1,2", "a{1,2}{", "[]-a]",
    "[a\\]", "[--/]", "[a-]", "^^a", "a$$", "\\(^*a\\)", "a\\|*b", "x\\{0\\}", "(a*)*", "(a|b)*\\1", "\\<\\>", "[[:alpha:][:digit:]]",
]  # fmt: skip


@pytest.mark.parametrize("syntax", ["grep", "egrep"])
def test_grep_takes_and_refuses_the_same_odd_patterns(syntax: str) -> None:
    grep = _gnu("grep")
    data = b"a\n*a\n{1}a\na{1\naa\n+a\n?a\nab\na)\na{1a}\nx\na{\na^b\n-\n]\n\\\n^a\n"
    for pattern in ODD:
        option = "-E" if syntax == "egrep" else "-G"
        shown = subprocess.run([grep, option, "-obn", "--", pattern], input=data, capture_output=True, env=ENVIRONMENT)
        errors = [line for line in shown.stderr.splitlines() if b"warning" not in line]
        try:
            regex = compile(pattern.encode(), syntax=syntax, newline=b"\n")
        except PatternError as problem:
            assert [line.partition(b"grep: ")[2] for line in errors] == [str(problem).encode()], pattern
            continue
        assert not errors, pattern
        found = b"".join(
            b"%d:%d:%s\n" % (data.count(b"\n", 0, match.start()) + 1, match.start(), match.group())
            for match in regex.finditer(data, 0, len(data) - 1)
            if match.group()
        )
        assert found == shown.stdout, pattern


@pytest.mark.parametrize("third_party", [True, False])
def test_grep_counts_the_same_lines_of_real_text(third_party: bool) -> None:
    grep = _gnu("grep")
    if not LICENCES.is_dir():
        pytest.skip("no licence texts here")
    files = sorted(path for path in LICENCES.iterdir() if path.is_file() and not path.is_symlink())
    data = b"".join(path.read_bytes() for path in files)
    for pattern, options in [
        ("the", []), ("^ *[0-9]+\\.", []), ("warranty|license|program", ["-i"]), ("the", ["-w"]), ("[[:upper:]]{4,}", []),
        ("([a-z]+) \\1", []), ("\\<([a-z])[a-z]*\\1\\>", []), ("(.*a){8}", []), ("^$", []), ("", ["-x"]), (".{70,}", []),
        ("(foo|free|freedom) (to|of)", []), ("[^[:alnum:][:space:]]{3,}$", []), ("\\b[A-Z]\\w+ing\\b", []),
    ]:  # fmt: skip
        whole = "word" if "-w" in options else "line" if "-x" in options else None
        shown = subprocess.run(
            [grep, "-cE", *options, "--", pattern], input=data, capture_output=True, env=ENVIRONMENT
        ).stdout
        regex = compile(
            pattern.encode(),
            syntax="egrep",
            newline=b"\n",
            icase="-i" in options,
            whole=whole,  # type: ignore[arg-type]
            third_party=third_party,
        )
        assert len(regex.lines(data)) == int(shown), pattern


GROUPED = [
    "(a|ab)(c|bcd)(d*)", "(ab|a)(bcd|c)(d*)", "(a|(b))*()", "(a*)*(b)", "(a*)+", "(a|ab)(bc|c)?", "(a*)(ab)*(b*)", "(a?)(ab)?",
    "(a|ab|c|bcd)*(d*)", "((a)|(b))*", "(a|b)*|(ab)", "(x)?(y)?", "(a(b)?)+", "(.*)(ab|b)", "(()|a)(b)", "(()|a)+(b)", "(|a)+", "(a|)+",
    "([^,]*),([^,]*)", "(.*)-(.*)", "^([a-z]+) +([a-z]*)", "([0-9]+)(\\.([0-9]+))?", "((a*)b)*", "(b*|a)(ab)*",
]  # fmt: skip


def test_sed_tells_the_same_groups_with_gnu_groups() -> None:
    sed = _gnu("sed")
    chance = random.Random(5)
    texts = ["".join(chance.choice("aaabbbccd -,.17") for _ in range(chance.randint(0, 10))) for _ in range(60)] + [
        "abcd",
        "abb",
    ]
    data = ("\n".join(texts) + "\n").encode()
    for pattern in GROUPED:
        regex = compile(pattern.encode(), syntax="sed-ere", groups="gnu")
        numbers = range(1, regex.groups + 1)
        shown = "".join(f"[\\{number}]" for number in numbers)
        theirs = subprocess.run(
            [sed, "-E", f"s\x01{pattern}\x01<{shown}>\x01"], input=data, capture_output=True, env=ENVIRONMENT
        )
        ours = b""
        for text in texts:
            match = regex.search(text.encode())
            line = text.encode()
            if match is not None:
                groups = b"".join(b"[" + (match.group(number) or b"") + b"]" for number in numbers)
                line = line[: match.start()] + b"<" + groups + b">" + line[match.end() :]
            ours += line + b"\n"
        assert ours == theirs.stdout, pattern
