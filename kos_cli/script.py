"""A script of the host in the machine: read here, shown there under the name it was called by.

`kos run docs/report.sh` makes the file docs/report.sh in the machine, relative to where the shell starts, and runs
`bash docs/report.sh`; so $0, BASH_SOURCE and messages are what they are on the host. It is only ever written to a filesystem of
the machine's own: never to a folder of the host, and never over a file that is there. Where it can't be, the shell gets the
text by -c, and everything but the name of functions in messages is the same.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from kos_kernel.errors import SysError

from .errors import CommandError

if TYPE_CHECKING:
    from kos_kernel import Machine


def read_script(name: str) -> bytes:
    """Return the text of a script of the host. Raises CommandError, with a shell's status, if it can't be read or is no script."""
    try:
        with open(name, "rb") as file:
            text = file.read()
    except OSError as error:
        status = 127 if isinstance(error, FileNotFoundError) else 126
        raise CommandError(f"can't read {name}: {error.strerror}", status) from None
    if b"\0" in text.partition(b"\n")[0]:
        raise CommandError(f"{name} is a binary file, not a script", 126)
    return text


def show_script(machine: Machine, folder: bytes, name: bytes, text: bytes) -> bool:
    """Make the script a file of the machine, relative to `folder`; False if it can't be without touching what isn't its own."""
    path = posixpath.normpath(posixpath.join(folder, name))
    kernel = machine._open()
    try:
        if machine.exists(path):
            return machine.read_file(path) == text
        if not _is_its_own(kernel, posixpath.dirname(path)):
            return False
        machine.write_file(path, text, 0o755)
    except OSError:
        return False
    return True


def _is_its_own(kernel: Any, folder: bytes) -> bool:
    """Tell whether what is written to a folder (or would be, once it is made) stays in the machine: a fork would copy it."""
    while True:
        try:
            policy: str = kernel.init.fs.at(folder).inode.fs.fork_policy
        except SysError:
            if folder in (b"/", b""):
                return False
            folder = posixpath.dirname(folder)
            continue
        return policy == "cow"


def home_of(machine: Machine, user: str | None) -> bytes:
    """Return where a process of this user starts."""
    from kos_kernel.launch import find_user

    home = find_user(machine._open(), user).home
    return home if machine.exists(home) else b"/"
