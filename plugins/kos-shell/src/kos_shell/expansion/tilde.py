"""Tilde prefixes: ~ ~user ~+ ~- ~N."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def expand_tilde(sh: Shell, name: str) -> str:
    """Return the directory that ~name means, or "~name" itself if there is none."""
    if not name:
        home = sh.get("HOME")
        if home is None:
            home = _home_of_id(sh, sh.k.getuid())
        return "~" if home is None else home
    if name == "+":
        return sh.get("PWD") or "~+"
    if name == "-":
        return sh.get("OLDPWD") or "~-"
    digits = name.lstrip("+-")
    if digits.isdecimal() and len(name) - len(digits) <= 1:
        stack = [sh.get("PWD") or "", *sh.directories]
        at = int(digits)
        if name[0] == "-":
            at = len(stack) - 1 - at
        return stack[at] if 0 <= at < len(stack) else "~" + name
    home = home_of(sh, name)
    return "~" + name if home is None else home


def _accounts(sh: Shell) -> list[list[str]]:
    try:
        fd = sh.k.open(b"/etc/passwd")
    except SysError:
        return []
    try:
        data = sh.k.read_all(fd)
    except SysError:
        return []
    finally:
        sh.k.close(fd)
    return [line.split(":") for line in data.decode("utf-8", "surrogateescape").splitlines() if line.count(":") >= 6]


def home_of(sh: Shell, user: str) -> str | None:
    """Return a user's home directory as /etc/passwd has it."""
    return next((fields[5] for fields in _accounts(sh) if fields[0] == user), None)


def _home_of_id(sh: Shell, uid: int) -> str | None:
    return next((fields[5] for fields in _accounts(sh) if fields[2] == str(uid)), None)


def login_shell(sh: Shell) -> str:
    """Return the user's shell as /etc/passwd has it."""
    uid = str(sh.k.getuid())
    return next((fields[6] for fields in _accounts(sh) if fields[2] == uid), "") or "/bin/sh"


def user_name(sh: Shell) -> str:
    """Return the name of the effective user, for \\u in prompts."""
    uid = str(sh.k.geteuid())
    return next((fields[0] for fields in _accounts(sh) if fields[2] == uid), "I have no name!")


def user_names(sh: Shell) -> list[str]:
    """Return the names of all users, for completion."""
    return [fields[0] for fields in _accounts(sh)]
