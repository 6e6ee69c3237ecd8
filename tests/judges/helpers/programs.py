"""What the helper programs do. `k` is a machine's system calls or, on the host, the few of them that os has (`HostCalls`)."""

from __future__ import annotations

import os
from typing import Any


def argv(k: Any, words: list[bytes]) -> int:
    """argv.py: print the arguments as a list of Python strings."""
    k.write(1, ("[" + ", ".join(repr(word)[1:] for word in words[1:]) + "]\n").encode())
    return 0


def printenv_each(k: Any, words: list[bytes]) -> int:
    """printenv.py: print the values of variables, a line each; None for one that isn't there."""
    for name in words[1:]:
        k.write(1, k.env.get(name, b"None") + b"\n")
    return 0


def stdout_stderr(k: Any, words: list[bytes]) -> int:
    """stdout_stderr.py: a line on standard output, one on standard error, and a status."""
    out, err, status = [*words[1:4], *(b"STDOUT", b"STDERR", b"0")[len(words) - 1 :]]
    k.write(1, out + b"\n")
    k.write(2, err + b"\n")
    return int(status)


def read_from_fd(k: Any, words: list[bytes]) -> int:
    """read_from_fd.py: print what one read of each descriptor gives."""
    for word in words[1:]:
        try:
            data = k.read(int(word), 1024)
        except OSError as error:
            k.write(2, b"FATAL: Error reading from fd %s: %s\n" % (word, str(error).encode()))
            return 1
        k.write(1, word + b": " + data)
    return 0


def show_fd_table(k: Any, words: list[bytes]) -> int:
    """show_fd_table.py: print the open descriptors and what they are."""
    for name in k.listdir(b"/proc/self/fd"):
        try:
            k.write(1, name + b" " + k.readlink(b"/proc/self/fd/" + name) + b"\n")
        except OSError as error:
            k.write(1, name + b" " + str(error).encode() + b"\n")
    return 0


def recho(k: Any, words: list[bytes]) -> int:
    """recho: print each argument with its number, control characters as ^X."""
    for number, word in enumerate(words[1:], 1):
        text = b"".join(b"^%c" % (byte ^ 64) if byte < 32 or byte == 127 else b"%c" % byte for byte in word)
        k.write(1, b"argv[%d] = <%s>\n" % (number, text))
    return 0


def zecho(k: Any, words: list[bytes]) -> int:
    """zecho: print the arguments, and nothing else is done to them."""
    k.write(1, b" ".join(words[1:]) + b"\n")
    return 0


class HostCalls:
    """The host's system calls that the helpers need."""

    write, read, listdir, readlink = os.write, os.read, os.listdir, os.readlink
    env = getattr(os, "environb", {})
