"""What programs do with their operands, and which of them run another command.

One line a program. What isn't here gets its operands as mode "argument" where they look like paths (have a slash).
"""

from __future__ import annotations

from typing import NamedTuple


class Role(NamedTuple):
    """What a program does with its words.

    operands: the mode of each operand ("read", "write", ...), "" for operands that are no files.
    last: the mode of the last one if it differs and there are at least two. skip: how many operands come before the files.
    values: one-letter options with a value; longs: long options whose value is the next word.
    skipped_by: options that stand for those `skip` operands (grep -e). files: options whose value is a file, and its mode.
    in_place: options that turn "read" into "write" (sed -i).
    """

    operands: str
    last: str = ""
    skip: int = 0
    values: str = ""
    longs: frozenset[str] = frozenset()
    skipped_by: frozenset[str] = frozenset()
    files: dict[str, str] = {}
    in_place: frozenset[str] = frozenset()


def _all(mode: str, names: str, values: str = "") -> dict[str, Role]:
    return {name: Role(mode, values=values) for name in names.split()}


_PATTERN = Role(
    "read", skip=1, values="efmABCdD", skipped_by=frozenset(["-e", "-f", "--regexp", "--file"]), files={"-f": "read"}
)
_OWNER = Role("write", skip=1, longs=frozenset(["--from"]), skipped_by=frozenset(["--reference"]))

ROLES: dict[str, Role] = {
    **_all("read", "cat tac nl rev strings zcat bzcat xzcat less more file readlink realpath stat cmp md5sum sha1sum"),
    **_all(
        "read", "sha224sum sha256sum sha384sum sha512sum b2sum cksum sum wc source-highlight expand unexpand gunzip"
    ),
    **_all("read", "head tail", "nc"),
    **_all("read", "cut", "bcdf"),
    **_all("read", "paste", "d"),
    **_all("read", "fold", "w"),
    **_all("read", "od hexdump xxd", "AjNtw"),
    **_all("read", "comm"),
    **_all("read", "join", "12aeotvj"),
    **_all("read", "diff", "UCLxXI"),
    **_all("read", "base64 base32", "w"),
    **_all("read", "column", "sntoc"),
    **_all("read", "pr", "hlowNDS"),
    **_all("directory", "ls dir vdir tree du", "IwTBdt"),
    "uniq": Role("read", last="write", values="fsw"),
    "sort": Role("read", values="koStT", files={"-o": "write", "--output": "write"}),
    "split": Role("read", skip=0, values="abClntN"),
    "grep": _PATTERN,
    "egrep": _PATTERN,
    "fgrep": _PATTERN,
    "zgrep": _PATTERN,
    "sed": Role(
        "read",
        skip=1,
        values="efl",
        skipped_by=frozenset(["-e", "-f", "--expression", "--file"]),
        files={"-f": "read"},
        in_place=frozenset(["-i", "--in-place"]),
    ),
    "awk": Role("read", skip=1, values="vfF", skipped_by=frozenset(["-f"]), files={"-f": "read"}),
    "jq": Role("read", skip=1, values="fL", skipped_by=frozenset(["-f", "--from-file"]), files={"-f": "read"}),
    **_all("write", "rm rmdir unlink shred tee fallocate"),
    **_all("write", "mkdir mkfifo", "m"),
    "mknod": Role("write", values="m"),
    "touch": Role("write", values="drt", files={"-r": "read", "--reference": "read"}),
    "truncate": Role("write", values="sr", files={"-r": "read"}),
    "gzip": Role("write"),
    "bzip2": Role("write"),
    "xz": Role("write"),
    "cp": Role("read", last="write", values="tS", files={"-t": "write", "--target-directory": "write"}),
    "mv": Role("write", last="write", values="tS", files={"-t": "write", "--target-directory": "write"}),
    "ln": Role("read", last="write", values="tS", files={"-t": "write", "--target-directory": "write"}),
    "install": Role("read", last="write", values="tSgmo", files={"-t": "write", "--target-directory": "write"}),
    "rsync": Role("read", last="write", values="e"),
    "chmod": Role("write", skip=1, skipped_by=frozenset(["--reference"])),
    "chown": _OWNER,
    "chgrp": _OWNER,
    "cd": Role("directory"),
    "pushd": Role("directory"),
    "tar": Role(
        "", values="fCbgTX", files={"-f": "read-write", "--file": "read-write", "-C": "directory", "-T": "read"}
    ),
    "mount": Role("", last="directory", values="oOtLU"),
    "umount": Role("directory", values="tO"),
    **_all("", "echo printf true false : sleep seq basename dirname date expr kill test [ yes tr export local declare"),
    **_all("", "typeset readonly read set shopt unset let return exit break continue shift wait trap type hash alias"),
    **_all("", "unalias jobs fg bg umask ulimit times getopts uname hostname id whoami"),
}
"""Names that aren't here: operands with a slash are mode "argument"."""


class Wrapper(NamedTuple):
    """A program that runs the command in its operands.

    values: its one-letter options with a value. longs: its long ones. skip: operands before the command.
    assigns: NAME=VALUE may stand before the command. adds: it adds arguments that only a run can tell.
    asks: options with which it runs nothing.
    """

    values: str = ""
    longs: frozenset[str] = frozenset()
    skip: int = 0
    assigns: bool = False
    adds: bool = False
    asks: frozenset[str] = frozenset()


WRAPPERS: dict[str, Wrapper] = {
    "builtin": Wrapper(),
    "command": Wrapper(asks=frozenset(["-v", "-V"])),
    "exec": Wrapper("a"),
    "env": Wrapper("uCS", frozenset(["--unset", "--chdir", "--split-string"]), assigns=True),
    "sudo": Wrapper(
        "ugpCchrtTUDR",
        frozenset(["--user", "--group", "--prompt", "--chdir", "--host", "--role", "--type", "--chroot"]),
        assigns=True,
        asks=frozenset(["-l", "-v", "-k", "-K", "-V"]),
    ),
    "doas": Wrapper("uC"),
    "nice": Wrapper("n", frozenset(["--adjustment"])),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "stdbuf": Wrapper("ioe", frozenset(["--input", "--output", "--error"])),
    "time": Wrapper("of", frozenset(["--output", "--format"])),
    "timeout": Wrapper("ks", frozenset(["--kill-after", "--signal"]), skip=1),
    "ionice": Wrapper("cnp", frozenset(["--class", "--classdata", "--pid"])),
    "chroot": Wrapper(skip=1),
    "flock": Wrapper("wEc", frozenset(["--timeout", "--conflict-exit-code", "--command"]), skip=1),
    "strace": Wrapper("abeoOpPsSuEI"),
    "xargs": Wrapper(
        "EILPadns",
        frozenset(["--arg-file", "--delimiter", "--max-args", "--max-procs", "--max-chars", "--process-slot-var"]),
        adds=True,
    ),
}
SHELLS = frozenset("sh bash dash ash ksh zsh kaede".split())
SHELL_VALUES = "oO"
READS_DIRECTORY = frozenset(["find"])
FILE_TESTS = frozenset("abcdefghkprsuwxGLNOS")
DECLARING = frozenset("declare typeset local export readonly".split())
