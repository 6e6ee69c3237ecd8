"""tar: archives in GNU's, POSIX's and older formats. Source: GNU tar 1.34.

Statuses: 0, 1 something differs or changed, 2 an error, 64 a command line that can't be parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import O_CREAT, O_TRUNC, O_WRONLY, OutOfMemory, SysError, Writer, cause, parsed

from . import modes
from .names import Names
from .options import TAR, unbundled, usage
from .run import FAILURE, Fatal, Tar
from .transform import LINK, MEMBER, SYMLINK, BadTransform, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

    from .headers import Member
    from .patterns import Selection

_FORMATS = {b"gnu": "gnu", b"oldgnu": "oldgnu", b"pax": "pax", b"posix": "pax", b"ustar": "ustar", b"v7": "v7"}
_WARNINGS = (
    "all alone-zero-block bad-dumpdir cachedir contiguous-cast file-changed file-ignored file-removed file-shrank "
    "file-unchanged filename-with-nuls ignore-archive ignore-newer new-directory rename-directory symlink-cast timestamp "
    "unknown-cast unknown-keyword xdev decompress-program existing-file xattr-write record-size failed-read"
).split()
_SIZES = {b"": 1, b"c": 1, b"b": 512, b"B": 1024, b"k": 1024, b"K": 1024, b"M": 1 << 20, b"G": 1 << 30, b"w": 2}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, 1 if something differs, 2 after an error."""
    options, names = parsed(k, TAR, unbundled(argv))
    if options.usage:
        k.write(1, TAR.help_text(argv[0]))
        return 0
    if options.show_defaults:
        k.write(1, b"--format=gnu -f- -b20 --quoting-style=escape\n")
        return 0
    tar = Tar(k, options)
    try:
        action = settle(tar, names)
        run(tar, action)
    except Fatal as fatal:
        flush(tar)
        if fatal.text is not None:
            tar.say(fatal.text)
        tar.say(b"Error is not recoverable: exiting now")
        return FAILURE
    except OutOfMemory:
        tar.say(b"memory exhausted")
        return FAILURE
    flush(tar)
    if tar.status == FAILURE:
        tar.say(b"Exiting with failure status due to previous errors")
    return tar.status


def flush(tar: Tar) -> None:
    tar.out.flush()
    tar.listing.flush()


def number(text: bytes) -> int | None:
    """Return a number, or None if it is none that makes sense."""
    return int(text) if text.isdigit() and len(text) < 18 else None


def settle(tar: Tar, names: list[bytes]) -> str:
    """Read the options into the run's settings; return the operation. Raises UsageError and Fatal."""
    o, k = tar.o, tar.k
    prog = tar.name
    distinct = set(o.actions)
    if o.recursive_unlink:
        o.old_files = "unlink"
    if not distinct:
        raise usage(prog, b"You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
    if len(distinct) > 1:
        raise usage(prog, b"You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option")
    action: str = o.actions[0]
    if len(o.file) > 1:
        raise usage(prog, b"Multiple archive files require '-M' option")
    if o.program is not None and not o.program.split():
        raise usage(prog, b"Conflicting compression options")
    if len(set(o.compress)) + (o.program is not None) > 1:
        raise usage(prog, b"Conflicting compression options")
    if o.compress or o.program is not None:
        if action in ("r", "u", "delete"):
            raise usage(prog, b"Cannot update compressed archives")
        if action == "A":
            raise usage(prog, b"Cannot concatenate compressed archives")
    tar.verbose = o.verbose + (action == "t")
    form: bytes | None = o.format
    if o.old_o and action == "c":
        form = b"v7"
    if form is not None and form not in _FORMATS:
        raise usage(prog, b"%s: Invalid archive format" % tar.shown(form))
    tar.form = _FORMATS[form] if form else "pax" if o.pax_options else "gnu"
    if o.pax_options and tar.form != "pax":
        raise usage(prog, b"--pax-option can be used only on POSIX archives")
    if o.xattrs and action in "cru":
        if form is not None and tar.form != "pax":
            raise usage(prog, b"--xattrs can be used only on POSIX archives")
        tar.form = "pax"
    if o.sparse_version is not None:
        if o.sparse_version not in (b"1.0", b"1"):
            raise usage(prog, b"%s: Invalid sparse version value" % tar.shown(o.sparse_version))
        o.sparse = True
    if o.sparse and tar.form in ("v7", "ustar"):
        o.sparse = False
    settle_numbers(tar, action)
    for text in o.transform:
        try:
            tar.transforms += parse(text)
        except BadTransform as problem:
            raise usage(prog, problem.text) from None
    for word in o.warning:
        text = word.decode("latin-1")
        name = text.removeprefix("no-")
        if text == "none":
            tar.quiet.update(_WARNINGS)
        elif name not in _WARNINGS:
            lines = b"\n".join([b"  - '%s'" % known.encode() for known in _WARNINGS])
            text = b"invalid argument '%s' for '--warning'\nValid arguments are:\n%s" % (word, lines)
            raise TAR.error(prog, text, hint=False, status=2)
        elif text == "all":
            tar.quiet.clear()
        elif text.startswith("no-"):
            tar.quiet.update(_WARNINGS if name == "all" else [name])
        else:
            tar.quiet.discard(name)
    tar.listing = Writer(k, 1)
    to_stdout = action in ("c", "r", "u") and (not o.file or o.file[-1] == b"-") or (action == "x" and o.stdout)
    if o.index_file is not None:
        try:
            tar.listing = Writer(k, k.open(o.index_file, O_WRONLY | O_CREAT | O_TRUNC, 0o666))
        except SysError as error:
            raise Fatal(b"%s: Cannot open: %s" % (tar.shown(o.index_file), cause(error))) from None
    elif to_stdout:
        tar.listing = Writer(k, 2)
    else:
        tar.listing = tar.out
    found = Names(tar)
    found.read(o.words)
    tar.excluded = found.excluded
    tar.names = found
    if action == "c" and not found.any:
        raise usage(prog, b"Cowardly refusing to create an empty archive")
    if o.occurrence is not None:
        if action not in ("x", "t", "d", "delete"):
            raise usage(prog, b"--occurrence cannot be used with %s" % _spelled(action))
        if not found.any:
            raise usage(prog, b"--occurrence is meaningless without a file list")
    return action


def _spelled(action: str) -> bytes:
    return {"A": b"--catenate", "c": b"--create", "r": b"--append", "u": b"--update"}.get(action, action.encode())


def settle_numbers(tar: Tar, action: str) -> None:
    """Read the options that hold numbers, dates, modes and owners."""
    o, prog = tar.o, tar.name
    if o.blocking is not None:
        blocks = number(o.blocking)
        if not blocks or blocks > 1 << 20:
            raise usage(prog, b"%s: Invalid blocking factor" % tar.shown(o.blocking))
        tar.record_size = blocks * 512
    if o.record_size is not None:
        digits = o.record_size.rstrip(b"cbBkKMGw")
        size = number(digits)
        unit = _SIZES.get(o.record_size[len(digits) :])
        if not size or unit is None or size * unit > 1 << 29:
            raise usage(prog, b"%s: Invalid record size" % tar.shown(o.record_size))
        if size * unit % 512:
            raise usage(prog, b"Record size must be a multiple of 512.")
        tar.record_size = size * unit
    if o.strip is not None:
        count = number(o.strip)
        if count is None:
            raise usage(prog, b"%s: Invalid number of elements" % tar.shown(o.strip))
        tar.strip = min(count, 1 << 20)
    if o.checkpoint is not None:
        count = number(o.checkpoint)
        if count is None:
            raise Fatal(b"--checkpoint value is not an integer")
        tar.checkpoint_bytes = count * tar.record_size
    if o.occurrence is not None and not number(o.occurrence):
        raise Fatal(b"%s: Invalid number" % tar.shown(o.occurrence))
    if o.mode is not None and modes.parse(o.mode, tar.umask) is None:
        raise Fatal(b"Invalid mode given on option")
    from .dates import date_ns

    if o.mtime is not None:
        tar.mtime_ns = date_ns(tar, o.mtime)
        treated(tar, b"--mtime", o.mtime, tar.mtime_ns)
    elif o.clamp:
        raise usage(prog, b"--clamp-mtime needs a date specified using --mtime")
    if o.newer is not None:
        tar.newer_ns = date_ns(tar, o.newer)
        treated(tar, b"--after-date" if o.newer_ctime else b"--newer-mtime", o.newer, tar.newer_ns)


def treated(tar: Tar, option: bytes, text: bytes, ns: int) -> None:
    """Say with -v how a date was understood, unless it was written so."""
    from ..stamps import zone_of
    from .listing import Lister

    if tar.verbose and text[:1] not in (b"/", b"."):
        before, tar.o.full_time = tar.o.full_time, True
        shown = Lister(tar, zone_of(tar.k)).time(ns)
        tar.o.full_time = before
        if shown != text:
            tar.warn(b"Option %s: Treating date '%s' as %s" % (option, text, shown))


def run(tar: Tar, action: str) -> None:
    """Do what was asked for."""
    from ..stamps import zone_of
    from .listing import Lister

    lister = Lister(tar, zone_of(tar.k))
    if action in ("c", "r", "u"):
        create(tar, action, lister)
        return
    from .patterns import Selection

    occurrence = int(tar.o.occurrence) if tar.o.occurrence is not None else None
    selection = Selection(tar.names.wanted, occurrence)
    if action == "A":
        from .update import concatenate

        concatenate(tar, [file.name for file in tar.names.files])
        return
    if action == "delete":
        from .update import delete

        delete(tar, selection)
    else:
        read(tar, action, lister, selection)
    not_found(tar, selection)


def create(tar: Tar, action: str, lister: object) -> None:
    """-c, -r, -u."""
    from .create import Creator
    from .opening import open_sink
    from .update import at_end, newer_than

    skip = None
    began = tar.k.clock_ns(1)
    if action == "c":
        sink = open_sink(tar)
    elif action == "r":
        sink = at_end(tar, None)
    else:
        note, skip = newer_than(tar)
        sink = at_end(tar, note)
    before = sink.written
    creator = Creator(tar, sink, lister, skip)  # type: ignore[arg-type]
    o = tar.o
    mode = modes.parse(o.mode, tar.umask) if o.mode is not None else None
    creator.force(mode, owner(tar, o.owner, tar.accounts.uid), owner(tar, o.group, tar.accounts.gid))
    creator.run(tar.names.files)
    tar.names.check_order()
    sink.finish()
    if o.totals:
        totals(tar, b"Total bytes written", sink.written - before, began)


def owner(tar: Tar, text: bytes | None, look: Callable[[bytes], int | None]) -> tuple[int | None, bytes] | None:
    """Return what --owner or --group means: (number or None, name or b""). NAME, NUMBER, NAME:NUMBER or :NUMBER."""
    if text is None:
        return None
    name, colon, digits = text.partition(b":")
    if not colon and not text[:1].isdigit():
        return look(text), text
    if not colon:
        name, digits = b"", text
    value = number(digits.removeprefix(b"+"))
    if value is None or value > 0xFFFFFFFF:
        raise Fatal(b"%s: Invalid owner or group ID" % tar.shown(digits))
    return value, name


def totals(tar: Tar, what: bytes, size: int, began_ns: int) -> None:
    """Print the line of --totals."""
    from kos_kernel.api import human

    flush(tar)
    seconds = max((tar.k.clock_ns(1) - began_ns) / 1e9, 1e-9)
    rate = b"?/s" if seconds <= 1e-9 else human(int(size / seconds)).encode() + b"iB/s"
    shown = human(size)
    tar.k.write(2, b"%s: %d (%siB, %s)\n" % (what, size, shown.encode(), rate))


def read(tar: Tar, action: str, lister: object, selection: Selection) -> None:
    """-t, -x, -d."""
    from .opening import open_source
    from .reading import Members

    began = tar.k.clock_ns(1)
    source = open_source(tar)
    members = Members(tar, source)
    if action == "x":
        from .extract import Extractor

        extractor = Extractor(tar, members, lister)  # type: ignore[arg-type]
        take = extractor.take
        top_level(tar)
    elif action == "d":
        from .compare import Comparer

        take = Comparer(tar, members, lister).take  # type: ignore[arg-type]
    else:
        take = lister.show  # type: ignore[attr-defined]
    last = len(tar.folders) - 1
    every = not tar.names.any
    for member in members:
        stripped = member.name.rstrip(b"/") or member.name[:1]
        if not every:
            one = selection.find(member.name)
            if one is None:
                omitted(tar, member)
                continue
            tar.go(one.folder)
        else:
            tar.go(last)
        if tar.newer_ns is not None and member.mtime_ns < tar.newer_ns or tar.excluded.matches(stripped):
            omitted(tar, member)
            continue
        rename(tar, member)
        take(member)
        tar.k.tick()
    if action == "x":
        extractor.finish()
    source.finish()
    if tar.o.totals:
        size = -(-source.position // tar.record_size) * tar.record_size
        totals(tar, b"Total bytes read", size, began)


def omitted(tar: Tar, member: Member) -> None:
    if tar.o.omitted and member.type == b"5":
        tar.warn(b"%s: Omitting" % tar.shown(member.name))


def rename(tar: Tar, member: Member) -> None:
    """Give a member the name it gets as a file, and its link's."""
    member.name = tar.stripped(tar.safer(tar.transformed(member.name, MEMBER)))
    if tar.o.one_top_level is not None:
        member.name = below(tar.o.one_top_level, member.name)
    if member.type == b"2":
        member.link = tar.transformed(member.link, SYMLINK)
    elif member.type == b"1":
        member.link = tar.stripped(tar.safer(tar.transformed(member.link, LINK), link=True))
        if tar.o.one_top_level is not None:
            member.link = below(tar.o.one_top_level, member.link)
    member.name = member.name.rstrip(b"/") if member.name.strip(b"/") else member.name
    if tar.o.show_transformed:
        member.original, member.original_link = member.name, member.link
        if member.directory_slash:
            member.original += b"/"


def below(top: bytes, name: bytes) -> bytes:
    """Return a name below the directory of --one-top-level; what is there already stays."""
    plain = name
    while plain.startswith(b"./"):
        plain = plain[2:].lstrip(b"/")
    if plain in (b"", b"."):
        return top
    return plain if plain == top or plain.startswith(top + b"/") else top + b"/" + plain


def top_level(tar: Tar) -> None:
    """Find out the directory of --one-top-level from the archive's name, if none is given."""
    o = tar.o
    if o.one_top_level is None:
        return
    if not o.one_top_level:
        name = (o.file[-1] if o.file else b"").rpartition(b"/")[2]
        for suffix in (b".gz", b".bz2", b".xz", b".zst", b".lzma", b".Z"):
            name = name.removesuffix(suffix)
        stem = name
        for suffix in (b".tar", b".tgz", b".tbz", b".tbz2", b".tz2", b".txz", b".tzst", b".taz", b".tlz"):
            if stem.endswith(suffix):
                stem = stem[: -len(suffix)]
                break
        if not stem or stem == b"-":
            raise usage(
                tar.name, b"Cannot deduce top-level directory name; please set it explicitly with --one-top-level=DIR"
            )
        o.one_top_level = stem


def not_found(tar: Tar, selection: Selection) -> None:
    """Complain of operands that no member fitted."""
    flush(tar)
    missing = selection.missing()
    for one in missing:
        if one.found == 0:
            if any(char in one.given for char in b"*?[") and one.undecided and not tar.globs_told:
                tar.globs_told = True
                tar.warn(b"Pattern matching characters used in file names")
                tar.warn(b"Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning")
            tar.error(b"%s: Not found in archive" % tar.shown(one.given))
        else:
            tar.error(b"%s: Required occurrence not found in archive" % tar.shown(one.given))
