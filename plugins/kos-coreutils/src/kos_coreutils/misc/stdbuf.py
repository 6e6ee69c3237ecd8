"""stdbuf: a command with other buffers for its standard streams.

As in GNU's, the modes go to the command in variables, for whoever buffers to heed. The commands here flush before they wait
for input, and never hold data back for longer than that, so they need no telling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    BadNumber,
    Command,
    Value,
    complain,
    exec_command,
    exec_status,
    parse_size,
    parsed,
    quote,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_FAILED = 125
STDBUF = Command(
    "stdbuf",
    like="(GNU coreutils) 9.1",
    usage="OPTION... COMMAND",
    summary="Run COMMAND, with modified buffering operations for its standard streams.",
    options=[
        Value("input", "i", "input", metavar="MODE", help="adjust standard input stream buffering"),
        Value("output", "o", "output", metavar="MODE", help="adjust standard output stream buffering"),
        Value("error", "e", "error", metavar="MODE", help="adjust standard error stream buffering"),
    ],
    epilog="If MODE is 'L' the stream will be line buffered; this is invalid with standard input.\n"
    "If MODE is '0' the stream will be unbuffered.\n"
    "Otherwise MODE is a number of bytes, the buffer's size; it may have a suffix such as K or MB.",
    status=_FAILED,
    permute=False,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Become the command. Status 125 if stdbuf fails itself, 126 or 127 if the command can't be started."""
    opts, words = parsed(k, STDBUF, argv)
    modes = {}
    for variable, text in ((b"_STDBUF_I", opts.input), (b"_STDBUF_O", opts.output), (b"_STDBUF_E", opts.error)):
        if text is None:
            continue
        text = text.lstrip(b" \t")
        if text == b"L":
            if variable == b"_STDBUF_I":
                return refuse(k, b"line buffering stdin is meaningless", _FAILED)
            modes[variable] = text
            continue
        try:
            if text[:1] == b"-":
                raise BadNumber("invalid", text)
            modes[variable] = b"%d" % parse_size(text, suffixes="EGkKMPTYZ0")
        except BadNumber as bad:
            why = b": Value too large for defined data type" if bad.reason == "overflow" else b""
            complain(k, b"invalid mode %s%s" % (quote(text), why))
            return _FAILED
    if not words:
        return refuse(k, b"missing operand", _FAILED)
    if not modes:
        return refuse(k, b"you must specify a buffering mode option", _FAILED)
    k.env.update(modes)
    failure = exec_command(k, words)
    complain(k, b"failed to run command %s: %s" % (quote(words[0]), (failure.strerror or "").encode()))
    return exec_status(failure)
