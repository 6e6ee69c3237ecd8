"""man, whatis, apropos: the pages of the machine's commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    Command,
    Flag,
    PatternError,
    UsageError,
    Value,
    Writer,
    compile_glob_bytes,
    compile_regex,
    parsed,
)

from .pages import page, programs, summary

if TYPE_CHECKING:
    from kos_kernel.api import Regex, Syscalls

MAN = Command(
    "man",
    usage=["[OPTION]... [SECTION] PAGE...", "-k WORD...", "-f PAGE..."],
    summary="Show the page of a command. All pages here are of section 1.",
    options=[
        Flag("apropos", "k", "apropos", help="list the pages whose name or description has WORD"),
        Flag("whatis", "f", "whatis", help="say in a line what a command is"),
        Flag("where", "w", "where", "path", help="print the place of the program whose page would be shown"),
        Value("pager", "P", "pager", metavar="PAGER", help="show the page by way of PAGER"),
        Value("section", "s", "S", "sections", metavar="LIST", help="look in these sections only"),
    ],
)
WHATIS = Command(
    "whatis",
    usage="[OPTION]... NAME...",
    summary="Say in a line what a command is.",
    options=[
        Flag("regex", "r", "regex", help="a NAME is a regular expression"),
        Flag("wildcard", "w", "wildcard", help="a NAME has wildcards"),
    ],
)
APROPOS = Command(
    "apropos",
    usage="[OPTION]... WORD...",
    summary="List the pages whose name or description has a WORD.",
    options=[
        Flag("exact", "e", "exact", help="a WORD is a whole word"),
        Flag("every", "a", "and", help="all WORDs must match"),
    ],
)
_SECTION = re.compile(rb"[1-9][a-z]?|[ln]")


def man(k: Syscalls, argv: list[bytes]) -> int:
    """Show pages. Status 1 without a page named, 16 if there is no such page."""
    opts, words = parsed(k, MAN, argv)
    if not words:
        if opts.apropos or opts.whatis:
            raise UsageError(b"apropos what?\n" if opts.apropos else b"whatis what?\n", 1)
        raise UsageError(b"What manual page do you want?\nFor example, try 'man man'.\n", 1)
    if opts.apropos:
        return _apropos(k, words, False, False)
    if opts.whatis:
        return _whatis(k, words, False, False)
    section = opts.section
    if section is None and len(words) > 1 and _SECTION.fullmatch(words[0]):
        section, words = words[0], words[1:]
    status = 0
    found = []
    for word in words:
        name = word.rpartition(b"(")[0] if word.endswith(b"(1)") else word
        wrong = section is not None and not any(part[:1] == b"1" for part in re.split(rb"[,:]", section))
        text = None if wrong else page(k, name)
        if text is None:
            where = b" in section %s" % section if section is not None else b""
            k.write(2, b"No manual entry for %s%s\n" % (word, where))
            status = 16
        elif opts.where:
            k.write(1, b"/usr/bin/%s\n" % name)
        else:
            title = b"%s(1)" % name.upper()
            found.append(title + title.rjust(72 - len(title)) + b"\n\n" + text)
    if found:
        _show(k, b"\n".join(found), opts.pager)
    return status


def _show(k: Syscalls, text: bytes, pager: bytes | None) -> None:
    """Show a text on the terminal, or write it."""
    command = pager or k.env.get(b"MANPAGER") or k.env.get(b"PAGER")
    if k.isatty(1) and not command:
        from ..terminal.pager import Modes, Text
        from ..terminal.pager import page as show

        parts = iter((text,))
        modes = Modes()
        show(k, [Text(k, lambda: next(parts, b""))], modes)
        return
    if command and (pager or k.isatty(1)):
        child = k.spawn(b"/usr/bin/sh", [b"sh", b"-c", command], fds={0: text[:65536], 1: 1, 2: 2})
        k.wait(child)
        return
    out = Writer(k)
    out.write(text)
    out.flush()


def whatis(k: Syscalls, argv: list[bytes]) -> int:
    """Say what commands are. Status 16 if nothing is known of one."""
    opts, words = parsed(k, WHATIS, argv)
    if not words:
        raise UsageError(b"whatis what?\n", 1)
    return _whatis(k, words, opts.regex, opts.wildcard)


def _whatis(k: Syscalls, words: list[bytes], regex: bool, wildcard: bool) -> int:
    names = programs(k)
    status = 0
    for word in words:
        if regex:
            pattern = _pattern(k, word)
            those = [name for name in names if pattern.search(name) is not None]
        elif wildcard:
            those = [name for name in names if compile_glob_bytes(word).matches(name)]
        else:
            those = [word] if word in names else []
        for name in those:
            k.write(1, _line(name, summary(k, name)))
        if not those:
            k.write(2, word + b": nothing appropriate.\n")
            status = 16
    return status


def _line(name: bytes, text: bytes) -> bytes:
    return (name + b" (1)").ljust(20) + b" - " + text + b"\n"


def _pattern(k: Syscalls, word: bytes) -> Regex:
    try:
        return compile_regex(word, syntax="ere", icase=True)
    except PatternError as bad:
        raise UsageError(b"%s: %s\n" % (k.argv[0], str(bad).encode()), 1)


def apropos(k: Syscalls, argv: list[bytes]) -> int:
    """List the commands whose description has a word. Status 16 if there are none."""
    opts, words = parsed(k, APROPOS, argv)
    if not words:
        raise UsageError(b"apropos what?\n", 1)
    return _apropos(k, words, opts.exact, opts.every)


def _apropos(k: Syscalls, words: list[bytes], exact: bool, every: bool) -> int:
    patterns = [_pattern(k, rb"\b" + re.escape(word) + rb"\b" if exact else word) for word in words]
    hits = [False] * len(words)
    for name in programs(k):
        text = summary(k, name)
        matching = [pattern.search(name) is not None or pattern.search(text) is not None for pattern in patterns]
        if all(matching) if every else any(matching):
            k.write(1, _line(name, text))
            hits = [hit or match for hit, match in zip(hits, matching, strict=True)]
        k.tick()
    status = 0
    for word, hit in zip(words, hits, strict=True):
        if not hit:
            k.write(2, word + b": nothing appropriate.\n")
            status = 16
    return status
