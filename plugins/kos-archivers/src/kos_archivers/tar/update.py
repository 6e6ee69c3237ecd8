"""-r, -u, -A, --delete: changing an archive in place. Only one that isn't compressed, and (but for --delete) not a pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, O_CREAT, O_RDWR, NoSuchFile, SysError, cause

from .headers import BLOCK
from .opening import Sink, archive_name, open_source
from .options import usage
from .reading import Members
from .run import Fatal

if TYPE_CHECKING:
    from .patterns import Selection
    from .run import Tar
    from .source import Source


def reopened(tar: Tar) -> tuple[Source, bytes]:
    """Open an archive that is to be changed, made if it isn't there. Raises Fatal."""
    name = archive_name(tar)
    if name == b"-":
        raise usage(tar.name, b"Options '-Aru' are incompatible with '-f -'")
    try:
        tar.k.stat(name)
    except NoSuchFile:
        try:
            tar.k.close(tar.k.open(name, O_RDWR | O_CREAT, 0o666))
        except SysError as error:
            raise Fatal(b"%s: Cannot open: %s" % (tar.shown(name), cause(error))) from None
    except SysError:
        pass
    return _open(tar, name), name


def _open(tar: Tar, name: bytes) -> Source:
    """Open it for reading and writing; an empty file is an archive without members."""
    from .source import Source

    k = tar.k
    try:
        if k.stat(name).size == 0:
            return Source(tar, k.open(name, O_RDWR), None, "")
    except SysError as error:
        raise Fatal(b"%s: Cannot open: %s" % (tar.shown(name), cause(error))) from None
    return open_source(tar, plain=True)


def at_end(tar: Tar, note: Callable[[bytes, int], None] | None) -> Sink:
    """Return a sink that goes on behind the last member. note: told (name, mtime in ns) of each member there is."""
    source, name = reopened(tar)
    members = Members(tar, source)
    for member in members:
        if note is not None:
            note(member.name, member.mtime_ns)
    end = members.end
    tar.k.lseek(source.fd, end)
    return Sink(tar, source.fd, None, name, end)


def newer_than(tar: Tar) -> tuple[Callable[[bytes, int], None], Callable[[bytes, int], bool]]:
    """Return (note, skip) for -u: files that the archive has as new as they are aren't added."""
    known: dict[bytes, int] = {}

    def note(name: bytes, mtime_ns: int) -> None:
        if len(known) % 1024 == 0:
            tar.k.charge(1024 * 200)
        known[name] = max(mtime_ns, known.get(name, mtime_ns))

    def skip(name: bytes, mtime_ns: int) -> bool:
        stored = known.get(tar.safer(name))
        return stored is not None and mtime_ns // 10**9 <= stored // 10**9

    return note, skip


def concatenate(tar: Tar, names: list[bytes]) -> None:
    """Append other archives' members to an archive (-A)."""
    sink = at_end(tar, None)
    for name in names:
        options = tar.o
        before, options.file = options.file, [name]
        try:
            source = open_source(tar)
        except Fatal as fatal:
            if fatal.text is None:
                raise
            tar.error(fatal.text)
            continue
        finally:
            options.file = before
        members = Members(tar, source)
        end = 0
        for _ in members:
            members.pass_over()
            end = source.position
        source.finish()
        tar.k.lseek(source.fd, 0)
        while end > 0:
            data = tar.k.read(source.fd, min(end, CHUNK))
            if not data:
                raise Fatal(b"Unexpected EOF in archive")
            sink.write(data)
            end -= len(data)
        tar.k.close(source.fd)
    sink.finish()


def delete(tar: Tar, selection: Selection) -> None:
    """Remove members (--delete): what stays moves forward, and the archive is cut. A pipe is copied."""
    name = archive_name(tar)
    k = tar.k
    source = open_source(tar, plain=name != b"-")
    if name == b"-":
        _filtered(tar, source, selection)
        return
    members = Members(tar, source)
    write_at = 0
    pieces: list[tuple[int, int]] = []  # what stays: (start, end)
    for member in members:
        start = members.start
        members.pass_over()
        if selection.find(member.name) is not None:
            continue
        if pieces and pieces[-1][1] == start:
            pieces[-1] = (pieces[-1][0], source.position)
        else:
            pieces.append((start, source.position))
    for start, end in pieces:
        if start != write_at:
            at = start
            while at < end:
                data = k.pread(source.fd, min(CHUNK, end - at), at)
                if not data:
                    raise Fatal(b"Unexpected EOF in archive")
                k.pwrite(source.fd, data, write_at)
                at += len(data)
                write_at += len(data)
        else:
            write_at = end
    k.lseek(source.fd, write_at)
    sink = Sink(tar, source.fd, None, name, write_at)
    sink.finish()
    k.ftruncate(source.fd, sink.written)


def _filtered(tar: Tar, source: Source, selection: Selection) -> None:
    """Copy standard input to standard output without some members."""
    sink = Sink(tar, 1, None, b"-")
    source.copy_to(sink.write)
    members = Members(tar, source)
    for member in members:
        source.keep(selection.find(member.name) is None)
        members.pass_over()
        source.settle()
    sink.finish()
    source.finish()


__all__ = ["BLOCK", "at_end", "concatenate", "delete", "newer_than"]
