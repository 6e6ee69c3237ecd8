"""patch: take differences from a patch and put them into files.

One patch after the other is found in the input (headings.py), its file looked for (targets.py), its hunks read (formats.py),
placed and applied (placing.py). A file is replaced when its last hunk has been read, so a patch that breaks off leaves it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import HelpRequested, SysError, cause, complain, parsed

from .options import PATCH, Fatal, Settings
from .session import Session

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if all hunks were applied, 1 if some were not, 2 for trouble."""
    opts, names = parsed(k, PATCH, argv)
    if opts.show_version:
        raise HelpRequested(PATCH.version_text(opts.prog))
    try:
        settings = Settings(k, opts)
        if len(names) > 2:
            raise PATCH.error(opts, names[2] + b": extra operand")
        if opts.directory is not None:
            try:
                k.chdir(opts.directory)
            except SysError as error:
                raise Fatal(
                    b"Can't change to directory %s : %s" % (settings.quoted(opts.directory), cause(error))
                ) from None
        source = names[1] if len(names) > 1 else opts.input
        return Session(settings, names[0] if names else None, _whole(k, settings, source)).run()
    except Fatal as error:
        complain(k, b"**** " + error.text)
        return 2


def _whole(k: Syscalls, settings: Settings, name: bytes | None) -> list[bytes]:
    """Return the lines of the patch."""
    fd = 0
    if name not in (None, b"-"):
        assert name is not None
        try:
            fd = k.open(name)
        except SysError as error:
            raise Fatal(b"Can't open patch file %s : %s" % (settings.quoted(name), cause(error))) from None
    try:
        data = k.read_all(fd)
    except SysError as error:
        raise Fatal(b"read error : " + cause(error)) from None
    k.charge(2 * len(data) + 60 * data.count(b"\n"))  # the lines stay until the end
    lines = data.split(b"\n")
    last = lines.pop()
    found = [line + b"\n" for line in lines]
    return [*found, last + b"\n"] if last else found
