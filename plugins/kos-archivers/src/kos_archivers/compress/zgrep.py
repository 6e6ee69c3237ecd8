"""zgrep, zegrep, zfgrep and those of bzip2 and xz: grep in files that may be compressed, whatever with.

Options are grep's; those that go through directories aren't supported. Statuses: grep's, 2 if a file couldn't be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError, cause

from .through import exit_status, start, unfold

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_WITH_VALUE = b"ABCDXefm"
_LONG_WITH_VALUE = (b"--after-context", b"--before-context", b"--binary-files", b"--context", b"--devices", b"--file", b"--label",
                    b"--max-count", b"--regexp")  # fmt: skip
_REFUSED = (b"--di", b"--exc", b"--inc", b"--rec", b"--nu")
_USAGE = b"""Usage: %s [OPTION]... [-e] PATTERN [FILE]...
Look for instances of PATTERN in the input FILEs, using their
uncompressed contents if they are compressed.

OPTIONs are the same as for 'grep'.
"""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return grep's status, 2 if a file couldn't be read."""
    called = argv[0].rpartition(b"/")[2]
    options: list[bytes] = []
    operands: list[bytes] = []
    pattern = False
    with_name: bool | None = None
    names_only = ""
    words = argv[1:]
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == b"--":
            operands += words[at:]
            break
        if word[:1] != b"-" or word == b"-":
            operands.append(word)
            continue
        if word.startswith(_REFUSED) and word[:2] == b"--":
            k.write(2, b"%s: %s: option not supported\n" % (argv[0], word))
            return 2
        if word == b"--help":
            k.write(1, _USAGE % called)
            return 0
        if word == b"--version":
            k.write(1, called + b" (KOS)\n")
            return 0
        if word[:2] == b"--":
            options.append(word)
            name = word.partition(b"=")[0]
            pattern = pattern or name.startswith((b"--reg", b"--fil"))
            if name == b"--with-filename":
                with_name = True
                options.pop()
            elif name.startswith(b"--no-f"):
                with_name = False
            elif name.startswith(b"--files-with-"):
                names_only = "l"
            elif name.startswith(b"--files-witho"):
                names_only = "L"
            if b"=" not in word and name in _LONG_WITH_VALUE and at < len(words):
                options.append(words[at])
                at += 1
            continue
        place = 1
        while place < len(word):
            letter = word[place : place + 1]
            place += 1
            if letter in b"drRzZ":
                k.write(2, b"%s: -%s: option not supported\n" % (argv[0], letter))
                return 2
            if letter in _WITH_VALUE:
                value = word[place:]
                if not value:
                    if at >= len(words):
                        k.write(2, b"%s: -%s: option requires an argument\n" % (argv[0], letter))
                        return 2
                    value = words[at]
                    at += 1
                options += [b"-" + letter, value]
                pattern = pattern or letter in b"ef"
                break
            if letter == b"H":
                with_name = True
            elif letter == b"l":
                names_only = "l"
            elif letter == b"L":
                names_only = "L"
            else:
                if letter == b"h":
                    with_name = False
                options.append(b"-" + letter)
    if not pattern:
        if not operands:
            k.write(2, b"%s: missing pattern; try `%s --help' for help\n" % (argv[0], argv[0]))
            return 2
        options += [b"-e", operands.pop(0)]
    if called.endswith(b"egrep"):
        options.insert(0, b"-E")
    elif called.endswith(b"fgrep"):
        options.insert(0, b"-F")
    files = operands or [b"-"]
    if with_name is None and len(files) > 1:
        with_name = True
    if with_name:
        options.insert(0, b"-H")
    result = 1
    for name in files:
        status = one(k, name, options, names_only)
        result = status if status > 1 or (status == 0 and result == 1) else result
        if status >= 128:
            break
    return result


def one(k: Syscalls, name: bytes, options: list[bytes], names_only: str) -> int:
    """Run grep on one file and return the status it gives the run."""
    read_end, write_end = k.pipe(cloexec=True)
    argv = [b"grep", *options]
    fds = {0: read_end, 1: 1, 2: 2}
    if names_only:
        argv.insert(1, b"-q")
    elif name != b"-":
        argv[1:1] = [b"--label", name]
    try:
        pid = start(k, argv, fds)
    except SysError as error:
        k.write(2, b"%s: grep: %s\n" % (k.argv[0], cause(error)))
        return 2
    k.close(read_end)
    failed = unfold(k, name, write_end)
    k.close(write_end)
    ended = k.wait(pid)
    status = exit_status(ended[1]) if ended is not None else 2
    if names_only and status in (0, 1):
        if (status == 0) == (names_only == "l"):
            k.write(1, name + b"\n")
    return 2 if failed and status < 2 else status
