"""su and runuser: run a shell, or a command, as another user.

root may become anybody. Others would be asked for a password, and this machine keeps none: only an account whose password is
empty in /etc/passwd lets them in, and the kernel only if su was made setuid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import (
    Command,
    Flag,
    SysError,
    Value,
    cause,
    complain,
    exec_command,
    exec_status,
    read_whole,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USER_PATH = b"/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
_ROOT_PATH = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_OPTIONS = [
    Flag("keep", "m", "p", "preserve-environment", help="don't reset the environment"),
    Value("whitelist", "w", "whitelist-environment", metavar="LIST", help="keep these variables of the environment"),
    Value("group", "g", "group", metavar="GROUP", help="the primary group; root alone may say"),
    Value("extra", "G", "supp-group", metavar="GROUP", repeat=True, help="a supplementary group; root alone may say"),
    Flag("login", "l", "login", help="make the shell a login shell"),
    Value("command", "c", "command", metavar="COMMAND", help="give the shell this with -c"),
    Value("command", "session-command", metavar="COMMAND", hidden=True),
    Flag("fast", "f", "fast", help="give the shell -f"),
    Value("shell", "s", "shell", metavar="SHELL", help="run SHELL if /etc/shells allows it"),
    Flag("pty", "P", "pty", hidden=True),
    Flag("version_", "V", hidden=True),
]
SU = Command(
    "su", usage="[options] [-] [<user> [<argument>...]]", summary="Become USER (root).", options=_OPTIONS, permute=True
)
RUNUSER = Command(
    "runuser",
    usage=["[options] -u <user> [[--] <command>]", "[options] [-] [<user> [<argument>...]]"],
    summary="Run a command as another user, without being asked for anything. For root.",
    options=[Value("user", "u", "user", metavar="USER", help="the user, whose shell isn't asked"), *_OPTIONS],
)


class _User(NamedTuple):
    name: bytes
    password: bytes
    uid: int
    gid: int
    home: bytes
    shell: bytes


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Become the user and run. Status 1 if that may not be; 126, 127 if the shell couldn't be run."""
    runuser = argv[0].rpartition(b"/")[2] == b"runuser"
    opts, words = (RUNUSER if runuser else SU).parse(argv)
    if opts.pty:
        complain(k, b"--pty is not supported")
        return 1
    try:
        return _run(k, opts, words, runuser)
    except _Refused as refused:
        complain(k, refused.args[0])
        return 1


class _Refused(Exception):
    pass


def _run(k: Syscalls, opts: Any, words: list[bytes], runuser: bool) -> int:
    plain = opts.user if runuser else None
    if plain is not None:
        if opts.login or opts.command is not None or opts.shell is not None:
            raise _Refused(b"options --{shell,fast,command,session-command,login} and --user are mutually exclusive")
        if not words:
            raise _Refused(b"no command was specified")
        user = _find(k, plain)
    else:
        if words[:1] == [b"-"]:
            opts.login = True
            words = words[1:]
        user = _find(k, words[0] if words else b"root")
        words = words[1:]
    if runuser and k.getuid() != 0:
        raise _Refused(b"may not be used by non-root users")
    if (opts.group is not None or opts.extra) and k.getuid() != 0:
        raise _Refused(b"only root can specify alternative groups")
    if k.getuid() not in (0, user.uid) and user.password:
        raise _Refused(b"Authentication failure")
    env = dict(k.env)
    shell = opts.shell or (env.get(b"SHELL") if opts.keep else None) or user.shell or b"/bin/sh"
    if opts.shell is not None and k.getuid() != 0 and not _listed(k, user.shell):
        k.write(2, b"%s: using restricted shell %s\n" % (k.argv[0], user.shell))
        shell = user.shell
    _become(k, opts, user)
    if plain is None:
        env = _environment(opts, env, user, shell)
        command = _shell_command(opts, shell, words)
        if opts.login:
            try:
                k.chdir(user.home)
            except SysError as error:
                complain(k, b"warning: cannot change directory to %s: %s" % (user.home, cause(error)))
        try:
            k.exec(shell, command, env)
        except SysError as error:
            complain(k, b"failed to execute %s: %s" % (shell, cause(error)))
            return exec_status(error)
    failure = exec_command(k, words)
    complain(k, b"failed to execute %s: %s" % (words[0], cause(failure)))
    return exec_status(failure)


def _find(k: Syscalls, name: bytes) -> _User:
    try:
        lines = read_whole(k, b"/etc/passwd").split(b"\n")
    except SysError:
        lines = []
    for line in lines:
        fields = line.split(b":")
        if len(fields) >= 7 and fields[0] == name and fields[2].isdigit() and fields[3].isdigit():
            return _User(name, fields[1], int(fields[2]), int(fields[3]), fields[5] or b"/", fields[6] or b"/bin/sh")
    raise _Refused(b"user %s does not exist or the user entry does not contain all the required fields" % name)


def _listed(k: Syscalls, shell: bytes) -> bool:
    try:
        return shell in read_whole(k, b"/etc/shells").split(b"\n")
    except SysError:
        return False


def _gid(k: Syscalls, name: bytes) -> int:
    for fields in _groups(k):
        if name == fields[0] or name == fields[2]:
            return int(fields[2])
    raise _Refused(b"group %s does not exist" % name)


def _groups(k: Syscalls) -> list[list[bytes]]:
    try:
        rows = [line.split(b":") for line in read_whole(k, b"/etc/group").split(b"\n")]
    except SysError:
        return []
    return [row for row in rows if len(row) >= 4 and row[2].isdigit()]


def _become(k: Syscalls, opts: Any, user: _User) -> None:
    gid = user.gid if opts.group is None else _gid(k, opts.group)
    if opts.extra or opts.group is not None:
        groups = [gid, *(_gid(k, name) for name in opts.extra)] if opts.extra else [gid]
    else:
        groups = [gid, *(int(row[2]) for row in _groups(k) if user.name in row[3].split(b","))]
    try:
        if k.geteuid() == 0:
            k.setgroups(list(dict.fromkeys(groups)))
        k.setresgid(gid, gid, gid)
        k.setresuid(user.uid, user.uid, user.uid)
    except SysError as error:
        raise _Refused(b"cannot set user id: " + cause(error)) from None


def _environment(opts: Any, env: dict[bytes, bytes], user: _User, shell: bytes) -> dict[bytes, bytes]:
    if opts.login:
        kept = [b"TERM", *(opts.whitelist.split(b",") if opts.whitelist else [])]
        env = {name: env[name] for name in kept if name in env}
        env[b"PATH"] = _USER_PATH if user.uid else _ROOT_PATH
    elif opts.keep:
        return env
    env[b"HOME"] = user.home
    env[b"SHELL"] = shell
    if opts.login or user.uid:
        env[b"USER"] = env[b"LOGNAME"] = user.name
    return env


def _shell_command(opts: Any, shell: bytes, words: list[bytes]) -> list[bytes]:
    base = shell.rpartition(b"/")[2]
    command = [b"-" + base if opts.login else base]
    if opts.fast:
        command.append(b"-f")
    if opts.command is not None:
        command += [b"-c", opts.command]
    return command + words
