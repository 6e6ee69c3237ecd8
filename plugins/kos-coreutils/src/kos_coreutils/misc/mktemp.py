"""mktemp: a new file or directory with a name that nobody could guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_RDWR,
    Command,
    FileExists,
    Flag,
    NoSuchFile,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

MKTEMP = Command(
    "mktemp",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [TEMPLATE]",
    summary="Create a temporary file or directory, safely, and print its name.\n"
    "TEMPLATE must contain at least 3 consecutive 'X's in last component.\n"
    "If TEMPLATE is not specified, use tmp.XXXXXXXXXX, and --tmpdir is implied.",
    options=[
        Flag("directory", "d", "directory", help="create a directory, not a file"),
        Flag("dry", "u", "dry-run", help="do not create anything; merely print a name (unsafe)"),
        Flag("quiet", "q", "quiet", help="suppress diagnostics about file/dir-creation failure"),
        Value("suffix", "suffix", metavar="SUFF", help="append SUFF to TEMPLATE; SUFF must not contain a slash"),
        Value("folder", "p", metavar="DIR", help="interpret TEMPLATE relative to DIR"),
        Value("folder", "tmpdir", metavar="DIR", optional=True, implied=b"",
              help="interpret TEMPLATE relative to DIR; if DIR is not specified, use $TMPDIR if set, else /tmp"),
        Flag("component", "t", help="interpret TEMPLATE as a single file name component, relative to a directory"),
    ],
)  # fmt: skip
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TRIES = 1000


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Create it and print its name."""
    opts, words = parsed(k, MKTEMP, argv)
    if len(words) > 1:
        return refuse(k, b"too many templates")
    made = _template(k, opts, words[0] if words else None)
    if made is None:
        return 1
    folder, head, count, tail = made
    what = b"directory" if opts.directory else b"file"
    prefix = folder + (b"" if not folder or folder.endswith(b"/") else b"/")
    for _ in range(_TRIES):
        name = prefix + head + _random(k, count) + tail
        try:
            if opts.dry:
                try:
                    k.lstat(name)
                    continue
                except NoSuchFile:
                    pass
            elif opts.directory:
                k.mkdir(name, 0o700)
            else:
                k.close(k.open(name, O_RDWR | O_CREAT | O_EXCL, 0o600))
        except FileExists:
            continue
        except SysError as error:
            if not opts.quiet:
                template = quote(prefix + head + b"X" * count + tail)
                complain(k, b"failed to create %s via template %s: %s" % (what, template, cause(error)))
            return 1
        out = Writer(k)
        out.write(name + b"\n")
        out.flush()
        return 0
    if not opts.quiet:
        complain(
            k, b"failed to create %s via template %s: File exists" % (what, quote(prefix + head + b"X" * count + tail))
        )
    return 1


def _random(k: Syscalls, count: int) -> bytes:
    """Return random letters and digits, all equally likely."""
    result = bytearray()
    while len(result) < count:
        for byte in k.getrandom(count + 8):
            if byte < 248 and len(result) < count:  # 4 * 62: no letter gets more than its share
                result.append(_LETTERS[byte % 62])
    return bytes(result)


def _template(k: Syscalls, opts: Any, template: bytes | None) -> tuple[bytes, bytes, int, bytes] | None:
    """Return (folder, head, number of X, tail), or None after a complaint."""
    use_folder = opts.folder is not None or opts.component or template is None
    if template is None:
        template = b"tmp.XXXXXXXXXX"
    if opts.suffix is not None:
        if not template.endswith(b"X"):
            complain(k, b"with --suffix, template %s must end in X" % quote(template))
            return None
        body, tail = template, opts.suffix
    else:
        cut = template.rfind(b"X") + 1
        body, tail = (template[:cut], template[cut:]) if cut else (template, b"")
    if b"/" in tail:
        complain(k, b"invalid suffix %s, contains directory separator" % quote(tail))
        return None
    head = body.rstrip(b"X")
    count = len(body) - len(head)
    if count < 3:
        complain(k, b"too few X's in template " + quote(template))
        return None
    folder = b""
    if use_folder:
        variable = k.env.get(b"TMPDIR") or b""
        if opts.component:
            folder = variable or opts.folder or b"/tmp"
            if b"/" in template:
                complain(k, b"invalid template, %s, contains directory separator" % quote(template))
                return None
        else:
            folder = opts.folder or variable or b"/tmp"
            if template.startswith(b"/"):
                complain(k, b"invalid template, %s; with --tmpdir, it may not be absolute" % quote(template))
                return None
    return folder, head, count, tail
