"""nice: run a command with another scheduling priority."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    AccessDenied,
    Command,
    NotPermitted,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    exec_command,
    exec_status,
    parsed,
    quote,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_FAILED = 125
NICE = Command(
    "nice",
    like="(GNU coreutils) 9.1",
    usage="[OPTION] [COMMAND [ARG]...]",
    summary="Run COMMAND with an adjusted niceness, which affects process scheduling.\n"
    "With no COMMAND, print the current niceness.  Niceness values range from\n"
    "-20 (most favorable to the process) to 19 (least favorable to the process).",
    options=[Value("adjustment", "n", "adjustment", metavar="N", help="add integer N to the niceness (default 10)")],
    status=_FAILED,
    permute=False,
)
_OLD = re.compile(rb"-([-+]?[0-9]+)\Z")


def _modern(argv: list[bytes]) -> list[bytes]:
    """Return argv with -5 and --5, the old way to say -n 5 and -n -5, written as today."""
    words, index = argv[:1], 1
    while index < len(argv):
        found = _OLD.match(argv[index])
        if found is not None:
            words += [b"-n", found[1]]
            index += 1
        elif argv[index] in (b"-n", b"--adjustment"):
            words += argv[index : index + 2]
            index += 2
        elif argv[index][:1] == b"-" and argv[index] not in (b"-", b"--"):
            words.append(argv[index])
            index += 1
        else:
            break
    return words + argv[index:]


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run a command with its niceness changed. Status 125 if nice fails itself."""
    opts, words = parsed(k, NICE, _modern(argv))
    text = opts.adjustment
    if text is not None and not re.fullmatch(rb"[ \t]*[-+]?[0-9]+", text):
        complain(k, b"invalid adjustment " + quote(text))
        return _FAILED
    if not words:
        if text is not None:
            return refuse(k, b"a command must be given with an adjustment", _FAILED)
        out = Writer(k, status=_FAILED)
        out.write(b"%d\n" % k.getpriority(0))
        out.flush()
        return 0
    adjustment = 10 if text is None else max(-39, min(39, int(text[:20])))
    try:
        k.setpriority(0, max(-20, min(19, k.getpriority(0) + adjustment)))
    except (NotPermitted, AccessDenied) as error:
        complain(k, b"cannot set niceness: " + cause(error))
    except SysError as error:
        complain(k, b"cannot set niceness: " + cause(error))
        return _FAILED
    failure = exec_command(k, words)
    complain(k, b"%s: %s" % (quote(words[0]), cause(failure)))
    return exec_status(failure)
