"""env: run a command in a changed environment, or show the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import (
    COMMAND_NOT_FOUND,
    NSIG,
    SIG_BLOCK,
    SIG_DFL,
    SIG_IGN,
    SIGIO,
    SIGKILL,
    SIGSTOP,
    Command,
    Flag,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    exec_command,
    exec_status,
    parsed,
    quote,
    quoteaf,
    refuse,
    signal_name,
    signal_number,
)  # fmt: skip

if TYPE_CHECKING:
    from kos_kernel.api import Handler, Syscalls

_FAILED = 125
ENV = Command(
    "env",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]",
    summary="Set each NAME to VALUE in the environment and run COMMAND.",
    options=[
        Flag("ignore", "i", "ignore-environment", help="start with an empty environment"),
        Flag("zero", "0", "null", help="end each output line with NUL, not newline"),
        Value("unset", "u", "unset", metavar="NAME", repeat=True, help="remove variable from the environment"),
        Value("chdir", "C", "chdir", metavar="DIR", help="change working directory to DIR"),
        Value("split", "S", "split-string", metavar="S", help="process and split S into separate arguments; used on shebang lines"),
        Value("block", "block-signal", metavar="SIG", optional=True, implied=b"", repeat=True, help="block delivery of SIG signal(s)"),
        Value("handlers", "default-signal", metavar="SIG", optional=True, implied=(SIG_DFL, b""), repeat=True,
              convert=lambda text: (SIG_DFL, text),
              help="reset handling of SIG signal(s) to the default"),
        Value("handlers", "ignore-signal", metavar="SIG", optional=True, implied=(SIG_IGN, b""), repeat=True,
              convert=lambda text: (SIG_IGN, text),
              help="set handling of SIG signal(s) to do nothing"),
        Flag("listing", "list-signal-handling", help="list non default signal handling to stderr"),
        Flag("verbose", "v", "debug", help="print verbose information for each processing step"),
    ],
    epilog="A mere - implies -i.  If no COMMAND, print the resulting environment.\n\n"
    "SIG may be a signal name like 'PIPE', or a signal number like '13'.",
    status=_FAILED,
    permute=False,
)  # fmt: skip


class _BadSplit(Exception):
    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


_PLAIN_ESCAPES = {
    0x66: b"\f",
    0x6E: b"\n",
    0x72: b"\r",
    0x74: b"\t",
    0x76: b"\v",
    0x23: b"#",
    0x24: b"$",
    0x5C: b"\\",
    0x22: b'"',
    0x27: b"'",
}


def split_string(text: bytes, env: dict[bytes, bytes]) -> list[bytes]:
    """Return the words of an -S string: quotes, backslash escapes, ${NAME}, comments. Raises _BadSplit."""
    words: list[bytes] = []
    word: bytearray | None = None
    quoted = 0
    at = 0
    while at < len(text):
        byte = text[at]
        at += 1
        if byte in b"'\"" and quoted in (0, byte):
            word = bytearray() if word is None else word
            quoted = 0 if quoted else byte
            continue
        if byte in b" \t\n\v\f\r" and not quoted:
            if word is not None:
                words.append(bytes(word))
                word = None
            continue
        if byte == 0x23 and word is None and not quoted:  # a comment
            break
        if byte == 0x5C and quoted == 0x27 and text[at : at + 1] not in (b"'", b"\\"):
            word = bytearray() if word is None else word
            word.append(byte)
            continue
        if byte == 0x5C:
            kind = text[at] if at < len(text) else -1
            at += 1
            if kind == -1:
                raise _BadSplit(b"invalid backslash at end of string in -S")
            if kind == 0x63:  # c: the rest is nothing
                if quoted == 0x22:
                    raise _BadSplit(b"'\\c' must not appear in double-quoted -S string")
                break
            if kind == 0x5F:  # _: a space, within double quotes; else a separator
                if not quoted:
                    if word is not None:
                        words.append(bytes(word))
                        word = None
                    continue
                word = bytearray() if word is None else word
                word += b" "
                continue
            if kind not in _PLAIN_ESCAPES:
                raise _BadSplit(b"invalid sequence '\\%c' in -S" % kind)
            word = bytearray() if word is None else word
            word += _PLAIN_ESCAPES[kind]
            continue
        if byte == 0x24 and quoted != 0x27:
            found = re.compile(rb"\{([A-Za-z_][A-Za-z0-9_]*)\}").match(text, at)
            if found is None:
                raise _BadSplit(b"only ${VARNAME} expansion is supported, error at: " + text[at - 1 :])
            at = found.end()
            value = env.get(found[1])
            if value is not None:
                word = bytearray() if word is None else word
                word += value
            continue
        word = bytearray() if word is None else word
        word.append(byte)
    if quoted:
        raise _BadSplit(b"no terminating quote in -S string")
    if word is not None:
        words.append(bytes(word))
    return words


def _with_split(k: Syscalls, argv: list[bytes]) -> list[bytes]:
    """Return argv with the words of a first -S (also in -vS, as #! lines write it) in its place."""
    index = 1
    while index < len(argv):
        word = argv[index]
        found = re.fullmatch(rb"-([0iv]*)S(.*)", word, re.DOTALL)
        if found is not None:
            text, skip = found[2], 1
            if not text:
                if index + 1 == len(argv):
                    return argv  # the parser says that the argument is missing
                text, skip = argv[index + 1], 2
        elif word.startswith(b"--split-string="):
            text, skip = word[15:], 1
        elif word == b"--split-string" and index + 1 < len(argv):
            text, skip = argv[index + 1], 2
        elif word in (b"-u", b"-C", b"--unset", b"--chdir"):
            index += 2
            continue
        elif word[:1] == b"-" and word not in (b"-", b"--"):
            index += 1
            continue
        else:
            return argv
        lead = [b"-" + found[1]] if found is not None and found[1] else []
        argv = [*argv[:index], *lead, *split_string(text.lstrip(b" \t\n\v\f\r"), k.env), *argv[index + skip :]]
        index += len(lead)
    return argv


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run a command, or print the environment. Status 125 if env fails itself, 126 and 127 as a shell's."""
    try:
        argv = _with_split(k, argv)
    except _BadSplit as bad:
        complain(k, bad.message)
        return _FAILED
    opts, words = parsed(k, ENV, argv)
    env = dict(k.env)
    if words[:1] == [b"-"]:
        opts.ignore = True
        del words[0]
    if opts.ignore:
        env = {}
    for name in opts.unset:
        if not name or b"=" in name:
            complain(k, b"cannot unset %s: Invalid argument" % quote(name))
            return _FAILED
        env.pop(name, None)
    while words and b"=" in words[0]:
        name, _, value = words.pop(0).partition(b"=")
        if not name:
            complain(k, b"cannot set %s: Invalid argument" % quote(name))
            return _FAILED
        env[name] = value
    if opts.zero and words:
        return refuse(k, b"cannot specify --null (-0) with command", _FAILED)
    if opts.chdir is not None and not words:
        return refuse(k, b"must specify command with --chdir (-C)", _FAILED)
    if not words:
        end = b"\0" if opts.zero else b"\n"
        out = Writer(k, status=_FAILED)
        out.write(b"".join([b"%s=%s%s" % (name, value, end) for name, value in env.items()]))
        out.flush()
        return 0
    _signals(k, opts.handlers, opts.block)
    if opts.listing:
        _list_signals(k)
    if opts.chdir is not None:
        try:
            k.chdir(opts.chdir)
        except SysError as error:
            complain(k, b"cannot change directory to %s: %s" % (quoteaf(opts.chdir), cause(error)))
            return _FAILED
    if opts.verbose:
        k.write(2, b"executing: %s\n" % words[0])
        k.write(2, b"".join([b"   arg[%d]= %s\n" % (number, quote(word)) for number, word in enumerate(words)]))
    k.env.clear()
    k.env.update(env)
    failure = exec_command(k, words)
    complain(k, b"%s: %s" % (quote(words[0]), cause(failure)))
    status = exec_status(failure)
    if status == COMMAND_NOT_FOUND and b" " in words[0]:
        complain(k, b"use -[v]S to pass options in shebang lines")
    return status


def _signals(k: Syscalls, handlers: list[tuple[Handler, bytes]], block: list[bytes]) -> None:
    for handler, text in handlers:  # of two that name one signal the later one counts
        for number in _listed(k, [text]):
            if number not in (SIGKILL, SIGSTOP):
                k.sigaction(number, handler)
    blocked = set(_listed(k, block))
    if blocked:
        k.sigmask(SIG_BLOCK, blocked)


def _list_signals(k: Syscalls) -> None:
    """Write the signals that are blocked or ignored to descriptor 2."""
    blocked = k.sigmask(SIG_BLOCK, ())
    for number in range(1, NSIG):
        ignored = False
        if number not in (SIGKILL, SIGSTOP):
            handler = k.sigaction(number, SIG_IGN)
            k.sigaction(number, handler)
            ignored = handler is SIG_IGN or handler == SIG_IGN
        states = [name for name, holds in ((b"BLOCK", number in blocked), (b"IGNORE", ignored)) if holds]
        name = "POLL" if number == SIGIO else signal_name(number)  # as coreutils calls it, and only coreutils
        if states and name:
            k.write(2, b"%-10s (%2d): %s\n" % (name.encode(), number, b",".join(states)))


def _listed(k: Syscalls, texts: list[bytes]) -> list[int]:
    """Return the signals of comma separated lists; an empty one is all signals."""
    numbers: list[int] = []
    for text in texts:
        if not text:
            numbers += range(1, NSIG)
        for name in filter(None, text.split(b",")):
            number = signal_number(name)
            if number is None or number == 0:
                k.exit(refuse(k, b"%s: invalid signal" % quote(name), _FAILED))
            else:
                numbers.append(number)
    return numbers
