"""How the commands read their command line and how they complain, in GNU's form.

complain(k, text)      "NAME: text" on descriptor 2
refuse(k, text)        that and "Try 'NAME --help' for more information."; returns 1 to be returned
parsed(k, COMMAND, argv), sole_option(...)     the command line
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SysError

if TYPE_CHECKING:
    from ..syscalls import Syscalls
    from .options import Command


def parsed(k: Syscalls, command: Command, argv: list[bytes]) -> tuple[Any, list[bytes]]:
    """Return a command's options and operands, heeding POSIXLY_CORRECT. Raises UsageError or HelpRequested."""
    return command.parse(argv, posixly_correct=b"POSIXLY_CORRECT" in k.env)


def complain(k: Syscalls, text: bytes) -> None:
    """Write "NAME: text" to descriptor 2. If nobody can be told, nobody is."""
    try:
        k.write(2, b"%s: %s\n" % (k.argv[0], text))
    except SysError:
        pass


def refuse(k: Syscalls, text: bytes, status: int = 1) -> int:
    """Complain of the command line, point to --help, and return the status."""
    name = k.argv[0]
    complain(k, b"%s\nTry '%s --help' for more information." % (text, name))
    return status


def cause(error: SysError) -> bytes:
    """Return the reason as the message's last part."""
    return (error.strerror or "").encode()


def is_utf8(env: dict[bytes, bytes], category: bytes = b"LC_CTYPE") -> bool:
    """Tell whether the locale's characters are UTF-8: LC_ALL, else the category, else LANG names such a locale."""
    name = env.get(b"LC_ALL") or env.get(category) or env.get(b"LANG") or b"C"
    return name.lower().replace(b"-", b"").endswith(b"utf8")


def sole_option(k: Syscalls, argv: list[bytes], name: str, usage: str, summary: str, details: str = "") -> None:
    """Do what the only argument asks if it's --help or --version (or an abbreviation): print, and end the program.

    For the commands whose other arguments are all text: echo, true, false, printf, test, expr.
    """
    word = argv[1]
    if len(word) > 2 and (b"--help".startswith(word) or b"--version".startswith(word)):
        from .options import Command

        command = Command(name, usage=usage, summary=summary, epilog=details)
        command.parse([argv[0], word])  # raises HelpRequested
