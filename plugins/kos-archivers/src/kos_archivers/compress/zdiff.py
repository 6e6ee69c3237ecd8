"""zdiff, zcmp and those of bzip2 and xz: diff or cmp of files that may be compressed, whatever with.

With one file, FILE.gz is compared with FILE. Options go to diff or cmp. Statuses: theirs, 2 if a file couldn't be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError, cause

from .through import exit_status, start, unfold

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_WITH_VALUE = (b"-C", b"-D", b"-F", b"-I", b"-S", b"-U", b"-W", b"-X", b"-x")
_SUFFIXES = (b".gz", b"-gz", b".z", b"-z", b".Z", b"-Z", b".tgz", b".taz", b".bz2", b".xz", b".lzma", b".zst")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if the files are the same, 1 if they differ, 2 after an error."""
    called = argv[0].rpartition(b"/")[2]
    command = b"cmp" if called.endswith(b"cmp") else b"diff"
    options: list[bytes] = []
    files: list[bytes] = []
    words = argv[1:]
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == b"--":
            files += words[at:]
            break
        if word == b"--help":
            k.write(
                1,
                b"Usage: %s [OPTION]... FILE1 [FILE2]\nCompare FILE1 to FILE2, uncompressing them if need be.\n"
                % called,
            )
            return 0
        if word == b"--version":
            k.write(1, called + b" (KOS)\n")
            return 0
        if word[:1] == b"-" and word != b"-":
            options.append(word)
            if word in _WITH_VALUE:
                if at >= len(words):
                    k.write(2, b"%s: %s: option requires an argument -- %s\n" % (argv[0], word, word))
                    return 2
                options.append(words[at])
                at += 1
        else:
            files.append(word)
    if not files:
        k.write(2, argv[0] + b": missing operand\n")
        return 2
    if len(files) > 2:
        k.write(2, b"%s: extra operand '%s'\n" % (argv[0], files[2]))
        return 2
    if len(files) == 1:
        suffix = next((suffix for suffix in _SUFFIXES if files[0].endswith(suffix)), None)
        if suffix is None:
            k.write(2, b"%s: %s: unknown compressed file extension\n" % (argv[0], files[0]))
            return 2
        files.append(files[0][: -len(suffix)] + (b".tar" if suffix in (b".tgz", b".taz") else b""))
    for name in files:
        if name != b"-":
            try:
                k.close(k.open(name))
            except SysError as error:
                k.write(2, b"%s: %s: %s\n" % (argv[0], name, cause(error)))
                return 2
    return compare(k, command, options, files)


def compare(k: Syscalls, command: bytes, options: list[bytes], files: list[bytes]) -> int:
    """Run diff or cmp with pipes in place of compressed files; each is unfolded by a child of its own."""
    names: list[bytes] = []
    fds: dict[int, int] = {0: 0, 1: 1, 2: 2}
    pids: list[int] = []
    ends: list[int] = []
    for name in files:
        if name != b"-" and not name.endswith(_SUFFIXES):
            names.append(name)
            continue
        read_end, write_end = k.pipe(cloexec=True)
        pids.append(k.fork_call(unfold, name, 1, fds={0: 0, 1: write_end, 2: 2}))
        k.close(write_end)
        ends.append(read_end)
        if fds[0] == 0:
            fds[0] = read_end
            names.append(b"-")
        else:
            fds[5] = read_end
            names.append(b"/dev/fd/5")
    try:
        pid = start(k, [command, *options, b"--", *names], fds)
    except SysError as error:
        k.write(2, b"%s: %s: %s\n" % (k.argv[0], command, cause(error)))
        pid = -1
    for end in ends:
        k.close(end)
    status = 2
    if pid > 0:
        ended = k.wait(pid)
        status = exit_status(ended[1]) if ended is not None else 2
    failed = False
    for child in pids:
        ended = k.wait(child)
        failed = failed or ended is None or exit_status(ended[1]) != 0
    return 2 if failed else status
