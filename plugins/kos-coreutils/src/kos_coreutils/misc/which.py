"""which: where a command would be found along PATH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Writer, is_executable, search_path

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print where each command is, as Debian's which does. Status 1 if one isn't found, 2 for a wrong option.

    -a: print all places.
    """
    words = argv[1:]
    every = False
    while words and words[0][:1] == b"-" and len(words[0]) > 1:
        word = words.pop(0)
        if word == b"--":
            break
        for letter in word[1:]:
            if letter == 0x61:
                every = True
            else:
                k.write(2, b"Illegal option -%c\n" % letter)
                k.write(1, b"Usage: %s [-a] args\n" % argv[0])
                return 2
    if not words:
        return 1
    out = Writer(k)
    status = 0
    for name in words:
        found = False
        places = [name] if b"/" in name else [folder + b"/" + name for folder in search_path(k)]
        for path in places if name else []:
            if is_executable(k, path):
                found = True
                out.write(path + b"\n")
                if not every:
                    break
        if not found:
            status = 1
    out.flush()
    return status
