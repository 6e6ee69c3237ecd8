"""diff: what differs between two files, or between the files of two directories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    HelpRequested,
    PatternLimit,
    SysError,
    Writer,
    cause,
    compile_glob_bytes,
    complain,
    parsed,
    quote,
)

from .diff_options import DIFF, Settings, option_words
from .naming import shell_quoted
from .pairs import Pairs

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if nothing differs, 1 if something does, 2 for trouble."""
    opts, operands = parsed(k, DIFF, argv)
    if opts.show_version:
        raise HelpRequested(DIFF.version_text(opts.prog))
    settings = Settings(k, opts)
    if len(opts.labels) > 2:
        raise DIFF.error(opts, "too many file label options", hint=False)
    if opts.from_file is not None and opts.to_file is not None:
        raise DIFF.error(opts, "--from-file and --to-file both specified", hint=False)
    if opts.from_file is not None:
        pairs = [(opts.from_file, name) for name in operands]
    elif opts.to_file is not None:
        pairs = [(name, opts.to_file) for name in operands]
    else:
        if len(operands) < 2:
            raise DIFF.error(opts, b"missing operand after " + quote(operands[0] if operands else argv[-1]))
        if len(operands) > 2:
            raise DIFF.error(opts, b"extra operand " + quote(operands[2]))
        pairs = [(operands[0], operands[1])]
    patterns = list(opts.excluded)
    for name in opts.excluded_from:
        try:
            patterns += _patterns_in(k, name)
        except SysError as error:
            complain(k, name + b": " + cause(error))
            return 2
    words = option_words(argv, b"POSIXLY_CORRECT" not in k.env)
    switches = b"".join(b" " + shell_quoted(word) for word in words)
    globs = [compile_glob_bytes(pattern, nocase=opts.fold_names) for pattern in patterns]
    out = Writer(k, 1, complaint=b"standard output", status=2)
    work = Pairs(k, out, settings, switches, globs)
    status = 0
    for old, new in pairs:
        try:
            status = max(status, work.compare(old, new))
        except PatternLimit as error:
            out.flush()
            complain(k, str(error).encode())
            status = 2
    out.flush()
    return status


def _patterns_in(k: Syscalls, name: bytes) -> list[bytes]:
    fd = 0 if name == b"-" else k.open(name)
    try:
        lines = k.read_all(fd).split(b"\n")
    finally:
        if fd:
            k.close(fd)
    return [stripped for line in lines if (stripped := line.rstrip(b" \t\r\f\v"))]
