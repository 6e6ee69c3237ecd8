"""zipinfo, unzip -Z: what is in a zip archive, a line a member. Options: -1 -2 (names alone), -s (the default), -h, -t, -x."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .format import BadZip, Directory
from .lists import Lists, share, shown
from .unzip import Unzip

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE = b"""ZipInfo 3.00 of 20 April 2009, as KOS has it. Original by Info-ZIP.

List name, date/time, attribute, size, compression method, etc., about files
in list (excluding those in xlist) contained in the specified .zip archive(s).

   usage:  zipinfo [-12shtC] file[.zip] [list...] [-x xlist...]
      or:  unzip -Z [-12shtC] file[.zip] [list...] [-x xlist...]
"""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return a status as unzip gives it."""
    return run(k, argv[1:], missing_on=1)


def run(k: Syscalls, words: list[bytes], *, missing_on: int = 2) -> int:
    """List an archive."""
    from kos_kernel.api import compile_glob_bytes

    job = Unzip(k)
    job.name = b"zipinfo"
    job.missing_on = missing_on
    flags: set[str] = set()
    names: list[bytes] = []
    excluded: list[bytes] = []
    excluding = False
    for word in words:
        if word[:1] == b"-" and len(word) > 1:
            letters = word[1:].decode("latin-1")
            excluding = "x" in letters
            if set(letters) - set("12shtCx"):
                job.say(_USAGE)
                return 10
            flags.update(letters)
        else:
            (excluded if excluding else names).append(word)
    if not names:
        k.write(1, _USAGE)
        return 0
    nocase = "C" in flags
    job.patterns = [(name, compile_glob_bytes(name, nocase=nocase)) for name in names[1:]]
    job.excluded = [(name, compile_glob_bytes(name, nocase=nocase)) for name in excluded]
    fd, archive = job.opened(names[0])
    if fd is None:
        return 9
    bare = bool(flags & {"1", "2"})
    explicit = bool(flags & set("12sht"))
    heading = "h" in flags or (not explicit and not job.patterns)
    totals = "t" in flags or (not explicit and not job.patterns)
    members = not explicit or bool(flags & set("12s"))
    lists = Lists(job.out, job.zone)
    count = whole = packed = 0
    seen: set[bytes] = set()
    try:
        directory = Directory(k, fd)
        if heading:
            job.out.write(b"Archive:  %s\n" % archive)
            job.out.write(b"Zip file size: %d bytes, number of entries: %d\n" % (directory.file_size, directory.count))
        for entry in directory.entries():
            if not job.wanted(entry, seen):
                continue
            count += 1
            whole += entry.size
            packed += entry.packed
            if bare:
                job.out.write(shown(entry.name) + b"\n")
            elif members:
                job.out.write(lists.info(entry))
    except BadZip as problem:
        return job.broken(names[0], problem)
    finally:
        job.out.flush()
        k.close(fd)
    if totals:
        tenths = share(whole, packed)
        sign = b"-" if tenths < 0 else b""
        job.out.write(
            b"%d file%s, %d bytes uncompressed, %d bytes compressed:  %s%d.%d%%\n"
            % (count, b"" if count == 1 else b"s", whole, packed, sign, abs(tenths) // 10, abs(tenths) % 10)
        )
    for pattern, _ in job.patterns:
        if pattern not in seen:
            job.say(b"caution: filename not matched:  %s\n" % pattern)
            job.status = 11
    job.out.flush()
    return job.status
