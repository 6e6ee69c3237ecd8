"""pwdx: the working directory of processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, NoSuchFile, SysError, UsageError, Writer, cause

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PWDX = Command(
    "pwdx",
    usage="[options] pid...",
    summary="Print the working directory of each process.",
    hint="\nUsage:\n {prog} [options] pid...\n\nFor more details see pwdx(1).\n",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print a line for each process. Status 1 if one couldn't be looked at."""
    opts, words = PWDX.parse(argv)
    if not words:
        raise UsageError(PWDX.hint.encode().replace(b"{prog}", opts.prog), 1)
    out = Writer(k)
    status = 0
    for word in words:
        digits = word.removeprefix(b"/proc/")
        if not digits.isdigit() or len(digits) > 10 or not int(digits):
            out.flush()
            raise PWDX.error(opts, b"invalid process id: " + word, hint=False)
        try:
            out.write(b"%s: %s\n" % (word, k.readlink(b"/proc/%s/cwd" % digits)))
        except SysError as error:
            out.flush()
            text = b"No such process" if isinstance(error, NoSuchFile) else cause(error)
            k.write(2, b"%s: %s\n" % (word, text))
            status = 1
    out.flush()
    return status
