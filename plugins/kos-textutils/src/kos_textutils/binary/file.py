"""file: what kind of file each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, UsageError, Value, Writer, cause, parsed

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

FILE = Command(
    "file",
    usage="[OPTION]... FILE...",
    summary="Determine type of FILEs.",
    options=[
        Flag("brief", "b", "brief", help="do not prepend filenames to output lines"),
        Value("names", "f", "files-from", metavar="FILE", help="read the filenames to be examined from FILE"),
        Value(
            "separator", "F", "separator", metavar="STRING", default=b":", help="use STRING as separator instead of `:'"
        ),
        Flag(
            "mime",
            "i",
            "mime",
            value="both",
            default="",
            help="output MIME type strings (--mime-type and --mime-encoding)",
        ),
        Flag("mime", "mime-type", value="type", help="output the MIME type"),
        Flag("mime", "mime-encoding", value="encoding", help="output the MIME encoding"),
        Flag("follow", "L", "dereference", help="follow symlinks (default if POSIXLY_CORRECT is set)"),
        Flag("follow", "h", "no-dereference", value=False, help="don't follow symlinks (default)"),
        Flag("unpadded", "N", "no-pad", help="do not pad output"),
        Flag("unbuffered", "n", "no-buffer", help="do not buffer output"),
        Flag("nul", "0", "print0", help="terminate filenames with ASCII NUL"),
        Flag("error", "E", help="issue an error for a file that can't be opened, and exit"),
        Flag("special", "s", "special-files", help="treat special (block/char devices) files as ordinary ones"),
    ],
)
_LOOKED_AT = 1 << 20
_KINDS = {
    0o040000: ("directory", "inode/directory"),
    0o010000: ("fifo (named pipe)", "inode/fifo"),
    0o140000: ("socket", "inode/socket"),
    0o020000: ("character special", "inode/chardevice"),
    0o060000: ("block special", "inode/blockdevice"),
}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Write a line for each file. Status 1 for a wrong command line, and with -E for a file that can't be opened."""
    opts, names = parsed(k, FILE, argv)
    if opts.names is not None:
        try:
            fd = 0 if opts.names == b"-" else k.open(opts.names)
            names = k.read_all(fd).splitlines() + names
        except SysError as error:
            raise UsageError(b"%s: cannot open `%s' (%s)\n" % (argv[0], opts.names, cause(error)), 1)
    if not names:
        raise UsageError(FILE.help_text(argv[0]).split(b"\n")[0] + b"\n", 1)
    follow = opts.follow if "follow" in opts.given else b"POSIXLY_CORRECT" in k.env
    out = Writer(k)
    width = max(len(name if name != b"-" else b"/dev/stdin") for name in names)
    for name in names:
        try:
            text, mime, charset = _kind(k, name, follow, opts.special)
        except SysError as error:
            if opts.error:
                out.flush()
                k.write(1, b"%s: ERROR: cannot stat `%s' (%s)\n" % (name, name, cause(error)))
                return 1
            text, mime, charset = f"cannot open `{name.decode('utf-8', 'surrogateescape')}' ({error.strerror})", "", ""
        shown = _shown(opts, text, mime, charset)
        line = shown.encode("utf-8", "surrogateescape") + b"\n"
        if not opts.brief:
            label = b"/dev/stdin" if name == b"-" else name
            mark = b"\0" if opts.nul else b""
            pad = b" " if opts.unpadded or opts.nul else b" " * (width - len(label) + 1)
            line = label + mark + opts.separator + pad + line
        out.write(line)
        if opts.unbuffered:
            out.flush()
        k.tick(16)
    out.flush()
    return 0


def _shown(opts: Any, text: str, mime: str, charset: str) -> str:
    if not opts.mime or not mime:
        return text
    if opts.mime == "type":
        return mime
    if opts.mime == "encoding":
        return charset
    return f"{mime}; charset={charset}"


def _kind(k: Syscalls, name: bytes, follow: bool, special: bool) -> tuple[str, str, str]:
    """Return (description, MIME type, charset). Raises SysError."""
    from .magic import describe

    if name == b"-":
        fd = 0
    else:
        stat = k.stat(name) if follow else k.lstat(name)
        kind = stat.mode & 0o170000
        if kind == 0o120000:
            target = k.readlink(name).decode("utf-8", "surrogateescape")
            try:
                k.stat(name)
            except SysError:
                return f"broken symbolic link to {target}", "inode/symlink", "binary"
            return f"symbolic link to {target}", "inode/symlink", "binary"
        if kind in _KINDS and not (special and kind in (0o020000, 0o060000)):
            text, mime = _KINDS[kind]
            if kind in (0o020000, 0o060000):
                text += f" ({stat.rdev >> 8}/{stat.rdev & 0xFF})"
            for bit, word in ((0o1000, "sticky, "), (0o2000, "setgid, "), (0o4000, "setuid, ")):
                if stat.mode & bit:
                    text = word + text
            return text, mime, "binary"
        if not stat.size and kind == 0o100000:
            return "empty", "inode/x-empty", "binary"
        try:
            fd = k.open(name)
        except SysError as error:
            return (
                "regular file, no read permission" if error.errno == 13 else f"cannot open ({error.strerror})",
                "",
                "",
            )
    data = b""
    while len(data) < _LOOKED_AT and (more := k.read(fd, _LOOKED_AT - len(data))):
        data += more
    is_all = len(data) < _LOOKED_AT
    if fd:
        k.close(fd)
    return describe(data, is_all) if data else ("empty", "inode/x-empty", "binary")
