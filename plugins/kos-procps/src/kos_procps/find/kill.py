"""kill: send a signal to processes; -l and -L list the signals.

As procps has it: kill [-SIGNAL | -s SIGNAL] [-q VALUE] PID...; a negative PID is a process group.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import SIGTERM, HelpRequested, SysError, Writer, cause, complain, quote, signal_name, signal_number

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE = b"""
Usage:
 kill [options] <pid> [...]

Options:
 <pid> [...]            send signal to every <pid> listed
 -<signal>, -s, --signal <signal>
                        specify the <signal> to be sent
 -l, --list=[<signal>]  list all signal names, or convert one to a name
 -L, --table            list all signal names in a nice table

 -h, --help     display this help and exit
 -V, --version  output version information and exit
"""
_LISTED = range(1, 32)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Send a signal to each process. Status 1 if one couldn't be sent."""
    words = argv[1:]
    signum = SIGTERM
    while words and words[0][:1] == b"-" and len(words[0]) > 1:
        word = words.pop(0)
        if word == b"--":
            break
        if word in (b"-h", b"--help"):
            raise HelpRequested(_USAGE)
        if word in (b"-V", b"--version"):
            raise HelpRequested(b"kill from KOS\n")
        if word in (b"-l", b"--list") or word[:7] == b"--list=":
            return _names(k, word[7:] or (words[0] if words else b""))
        if word in (b"-L", b"--table"):
            return _table(k)
        if word in (b"-q", b"--queue") or word[:8] == b"--queue=":
            complain(k, b"%s is not supported: signals carry no value here" % word)
            return 1
        if word in (b"-s", b"--signal"):
            text = words.pop(0) if words else b""
        elif word[:9] == b"--signal=":
            text = word[9:]
        elif word[:2] == b"-s" and signal_number(word[2:]) is not None and signal_number(word[1:]) is None:
            text = word[2:]
        else:
            text = word[1:]
        number = signal_number(text)
        if number is None:
            complain(k, b"invalid argument %c" % (word[1] if len(word) > 1 else 0x2D))
            k.write(2, _USAGE)
            return 1
        signum = number
        if words and words[0][:1] == b"-" and words[0][1:].isdigit():
            break  # from here on a dash means a process group
    if not words:
        k.write(2, _USAGE)
        return 1
    status = 0
    for word in words:
        if not re.fullmatch(rb"[ \t]*[-+]?[0-9]{1,10}", word):
            complain(k, b"failed to parse argument: " + quote(word))
            status = 1
            continue
        try:
            k.kill(int(word), signum)
        except SysError as error:
            complain(k, b"(%s): %s" % (word, cause(error)))
            status = 1
    return status


def _names(k: Syscalls, text: bytes) -> int:
    """List all signals, or turn a name into a number and a number into a name."""
    out = Writer(k)
    if not text:
        names = [_shown(number) for number in _LISTED]
        out.write(" ".join(names[:16]).encode() + b"\n" + " ".join(names[16:]).encode() + b"\n")
        out.flush()
        return 0
    number = signal_number(text)
    if not number or number not in _LISTED:
        complain(k, b"unknown signal name " + text)
        return 0  # as procps has it
    out.write(_shown(number).encode() + b"\n" if text.isdigit() else b"%d\n" % number)
    out.flush()
    return 0


def _shown(number: int) -> str:
    return "POLL" if number == 29 else signal_name(number)


def _table(k: Syscalls) -> int:
    out = Writer(k)
    for start in range(1, 32, 7):
        cells = [f"{number:2} {_shown(number):8}" for number in _LISTED[start - 1 : start + 6]]
        line = "".join(cells)
        out.write((line.rstrip() if len(cells) == 7 else line).encode() + b"\n")
    out.flush()
    return 0
