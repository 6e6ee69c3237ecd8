"""Prompts: the backslash escapes of PS1, PS2, PS4 and ${x@P}, then the expansions in what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.errors import Complaint

if TYPE_CHECKING:
    from kos_shell.shell import Shell

_PLAIN = {"a": "\a", "e": "\x1b", "n": "\n", "r": "\r", "[": "", "]": "", "\\": "\\"}


_FORMATS = {"d": "%a %b %d", "t": "%H:%M:%S", "T": "%I:%M:%S", "@": "%I:%M %p", "A": "%H:%M"}
ESCAPES = frozenset([*_PLAIN, *_FORMATS, *"0DuhHwW$sj!#lvV"])
"""What may follow a backslash; 0 stands for an octal number."""


def expand_prompt(sh: Shell, text: str, *, coming: bool = False) -> str:
    """Return the prompt that `text` stands for: escapes, then parameter, command and arithmetic expansion.

    coming: the numbers in it are those of the command that comes, not of the one that runs.
    """
    shown = decode_prompt(sh, text, coming)
    if "promptvars" not in sh.options or not any(c in shown for c in "$`\\"):
        return shown
    from kos_shell.compile.compiler import Compiler
    from kos_shell.syntax.parser import ShellSyntaxError, parse_template

    try:
        word = parse_template(shown)
    except ShellSyntaxError as error:
        sh.warn(str(error.message))
        return shown
    status = sh.status
    try:
        return Compiler().join_texts(word.parts, True)(sh)
    except Complaint as complaint:
        sh.warn(str(complaint))
        return shown
    finally:
        sh.status = status


def decode_prompt(sh: Shell, text: str, coming: bool) -> str:
    r"""Return `text` with bash's prompt escapes (\u \h \w \$ \t \D{..} ...) replaced."""
    if "\\" not in text:
        return text
    out: list[str] = []
    at, size = 0, len(text)
    while at < size:
        c = text[at]
        at += 1
        if c != "\\" or at >= size:
            out.append(c)
            continue
        letter = text[at]
        at += 1
        if letter in _PLAIN:
            out.append(_PLAIN[letter])
        elif letter in "01234567":
            stop = at
            while stop < size and stop < at + 2 and text[stop] in "01234567":
                stop += 1
            out.append(chr(int(text[at - 1 : stop], 8) & 0xFF))
            at = stop
        elif letter == "D" and text[at : at + 1] == "{":
            end = text.find("}", at)
            if end < 0:
                out.append("\\D")
                continue
            out.append(_time(sh, text[at + 1 : end] or "%X"))
            at = end + 1
        else:
            value = _escape(sh, letter, coming)
            out.append("\\" + letter if value is None else _inert(sh, value))
    return "".join(out)


def _inert(sh: Shell, value: str) -> str:
    """Return a value (a directory's name, say) so that the expansions that follow leave it alone."""
    if "promptvars" not in sh.options:
        return value
    return "".join("\\" + c if c in "$`\\" else c for c in value)


def _time(sh: Shell, form: str) -> str:
    from kos_shell.timing import format_time

    return format_time(sh, form, None)


def _escape(sh: Shell, letter: str, coming: bool) -> str | None:
    if letter == "u":
        from kos_shell.expansion.tilde import user_name

        return user_name(sh)
    if letter in "hH":
        name = sh.k.uname().nodename.decode("utf-8", "surrogateescape")
        return str(name.partition(".")[0] if letter == "h" else name)
    if letter in "wW":
        here = sh.get("PWD") or ""
        home = sh.get("HOME") or ""
        if home and len(home) > 1 and (here == home or here.startswith(home + "/")):
            here = "~" + here[len(home) :]
        if letter == "W":
            return here if here in ("/", "~", "//") else here.rsplit("/", 1)[-1]
        return _trimmed(sh, here)
    if letter == "$":
        return "#" if sh.k.geteuid() == 0 else "$"
    if letter == "s":
        return sh.name0.rsplit("/", 1)[-1]
    if letter == "j":
        return str(len(sh.jobs) + len(sh.lent))
    if letter == "!":
        return str(max(1, sh.history_base + len(sh.history) - (not coming)))
    if letter == "#":
        return str(sh.command_number + coming)
    if letter == "l":
        return "tty"
    if letter == "v":
        return "5.2"
    if letter == "V":
        return "5.2.15"
    return _time(sh, _FORMATS[letter]) if letter in _FORMATS else None


def _trimmed(sh: Shell, path: str) -> str:
    """PROMPT_DIRTRIM: keep the last directories only."""
    text = sh.get("PROMPT_DIRTRIM") or ""
    if not text.isdecimal() or int(text[:4]) < 1:
        return path
    count = int(text[:4])
    head, rest = ("~/", path[2:]) if path.startswith("~/") else ("", path[1:])
    parts = rest.split("/")
    if len(parts) <= count:
        return path
    return f"{head}.../{'/'.join(parts[-count:])}"


PROMPTS = {"PS1": "\\s-\\v\\$ ", "PS2": "> "}
"""What an interactive shell begins with."""


def prompt_text(sh: Shell, number: int) -> str:
    """Return PS1 (1) or PS2 (2) as it is to be shown."""
    raw = sh.get(f"PS{number}")
    if raw is None:
        raw = PROMPTS[f"PS{number}"]
    return expand_prompt(sh, raw, coming=number == 1)
