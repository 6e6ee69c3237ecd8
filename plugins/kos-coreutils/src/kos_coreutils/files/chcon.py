"""chcon: the SELinux context of files. The kernel has no SELinux, so each file gets the error that GNU's gets there."""

from __future__ import annotations

from kos_kernel.api import Command, Flag, Syscalls, SysError, Value, complain, parsed, quote, quoteaf, refuse

CHCON = Command(
    "chcon",
    like="(GNU coreutils) 9.1",
    usage=(
        "[OPTION]... CONTEXT FILE...",
        "[OPTION]... [-u USER] [-r ROLE] [-l RANGE] [-t TYPE] FILE...",
        "[OPTION]... --reference=RFILE FILE...",
    ),
    summary="Change the SELinux security context of each FILE to CONTEXT.\n"
    "With --reference, change the security context of each FILE to that of RFILE.",
    options=[
        Flag("follow", "dereference", default=None, help="affect the referent of each symbolic link (this is the default)"),
        Flag("follow", "h", "no-dereference", value=False, default=None, help="affect symbolic links themselves"),
        Value("user", "u", "user", metavar="USER", help="set user USER in the target security context"),
        Value("role", "r", "role", metavar="ROLE", help="set role ROLE in the target security context"),
        Value("type", "t", "type", metavar="TYPE", help="set type TYPE in the target security context"),
        Value("range", "l", "range", metavar="RANGE", help="set range RANGE in the target security context"),
        Flag("preserve", "no-preserve-root", value=False, help="do not treat '/' specially (the default)"),
        Flag("preserve", "preserve-root", help="fail to operate recursively on '/'"),
        Value("reference", "reference", metavar="RFILE", help="use RFILE's security context rather than a CONTEXT value"),
        Flag("recursive", "R", "recursive", help="operate on files and directories recursively"),
        Flag("verbose", "v", "verbose", help="output a diagnostic for every file processed"),
        Flag("traverse", "H", value="H", default="P", help="if an argument is a symbolic link to a directory, traverse it"),
        Flag("traverse", "L", value="L", default="P", help="traverse every symbolic link to a directory encountered"),
        Flag("traverse", "P", value="P", default="P", help="do not traverse any symbolic links (default)"),
    ],
    epilog="There is no SELinux in this kernel: every change is refused.",
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Refuse, file by file; status 1."""
    opts, words = parsed(k, CHCON, argv)
    if opts.recursive and opts.traverse == "P" and opts.follow:
        complain(k, b"-R --dereference requires either -H or -L")
        return 1
    parts = any(part is not None for part in (opts.user, opts.role, opts.type, opts.range))
    least = 1 if parts or opts.reference is not None else 2
    if len(words) < least:
        return refuse(k, b"missing operand after " + quote(words[-1]) if words else b"missing operand")
    if opts.reference is not None and parts:
        return refuse(k, b"conflicting security context specifiers given")
    if opts.reference is not None:
        complain(k, b"failed to get security context of %s: %s" % (quoteaf(opts.reference), _why(k, opts.reference)))
        return 1
    for name in words if parts else words[1:]:
        why = _why(k, name)
        if why == b"Operation not supported":
            if parts:
                complain(k, b"can't apply partial context to unlabeled file " + quoteaf(name))
            else:
                complain(k, b"failed to create security context: %s: Invalid argument" % quote(words[0]))
        else:
            complain(k, b"cannot access %s: %s" % (quoteaf(name), why))
    return 1


def _why(k: Syscalls, name: bytes) -> bytes:
    try:
        k.stat(name)
    except SysError as error:
        return (error.strerror or "").encode()
    return b"Operation not supported"
