"""What every command does where a file is missing, is a directory, can't be written, or the disk is full."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine

# command lines that read FILE
READERS = {
    "base32": "base32 FILE", "base64": "base64 FILE", "basenc": "basenc --base16 FILE", "b2sum": "b2sum FILE",
    "cat": "cat FILE", "cksum": "cksum FILE", "comm": "comm FILE /etc/passwd", "csplit": "csplit FILE 2", "cut": "cut -c1 FILE",
    "date": "date -f FILE", "dd": "dd if=FILE", "dircolors": "dircolors -b FILE", "expand": "expand FILE", "fmt": "fmt FILE",
    "fold": "fold FILE", "grep": "grep x FILE", "head": "head FILE", "join": "join FILE /etc/passwd", "md5sum": "md5sum FILE",
    "nl": "nl FILE", "od": "od FILE", "paste": "paste FILE", "pr": "pr FILE", "rev": "rev FILE", "sed": "sed p FILE",
    "sha1sum": "sha1sum FILE", "sha256sum": "sha256sum FILE", "sha512sum": "sha512sum FILE", "shuf": "shuf FILE",
    "sort": "sort FILE", "split": "split FILE", "sum": "sum FILE", "tac": "tac FILE", "tail": "tail FILE", "tsort": "tsort FILE",
    "unexpand": "unexpand FILE", "uniq": "uniq FILE", "wc": "wc FILE", "xargs": "xargs -a FILE echo",
}  # fmt: skip
# command lines that write a little to standard output
WRITERS = (
    "base64 f", "basename x", "cat f", "cksum f", "cut -c1 f", "date", "df", "dir", "dircolors -b", "dirname x", "du", "echo x",
    "env", "expand f", "expr 1", "factor 12", "fmt f", "fold f", "head f", "hostid", "id", "ls", "md5sum f", "nl f", "nproc",
    "numfmt 1", "od f", "paste f", "pr f", "printenv PATH", "printf x", "pwd", "readlink l", "realpath f", "rev f", "sed p f",
    "seq 3", "shuf f", "sort f", "stat f", "sum f", "tac f", "tail f", "tr a b <f", "tsort f", "uname", "uniq f", "vdir",
    "wc f", "who -q", "yes",
)  # fmt: skip
# command lines that change files
CHANGERS = (
    "chmod 600 f", "chown 0 f", "chgrp 0 f", "cp f g", "csplit f 1", "dd if=f of=g", "install f g", "ln f g", "ln -s f g", "link f g",
    "mkdir g", "mkfifo g", "mknod g p", "mktemp XXXXX", "mv f g", "rm f", "rmdir d", "sed -i s/a/b/ f", "shuf -o g f", "sort -o g f",
    "split f", "tee g <f", "touch f", "touch g", "truncate -s 0 f", "unlink f",
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[Machine]:
    with Machine() as machine:
        machine.run(
            "mkdir -p /w/d /ro; cd /w; printf 'a b\n' >f; ln -s f l; cp f /ro; mkdir /ro/d; mount -t tmpfs none /mnt"
        )
        machine.run("cp -r /w/. /mnt; mount -o remount,ro /mnt")
        yield machine


def bare(line: str) -> str:
    """Return a line in which the program runs, not the shell's builtin."""
    return "enable -n echo printf test pwd kill 2>/dev/null; " + line


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_missing_file_is_named_with_the_reason(world: Machine, name: str) -> None:
    done = world.run(READERS[name].replace("FILE", "/w/missing"), cwd="/w")
    assert done.status in (1, 2)
    assert done.stderr.startswith(f"{name}: ".encode())
    assert b"/w/missing" in done.stderr
    assert b"No such file or directory" in done.stderr


@pytest.mark.parametrize("name", sorted(set(READERS) - {"du", "sort", "date"}))
def test_a_directory_isnt_read_as_a_file(world: Machine, name: str) -> None:
    done = world.fork().run(READERS[name].replace("FILE", "/w/d"), cwd="/w")
    assert done.status != 0
    assert done.stderr.startswith(f"{name}: ".encode())
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("line", WRITERS)
def test_a_full_disk_is_a_write_error(world: Machine, line: str) -> None:
    done = world.fork().run(bare(f"{line} >/dev/full"), cwd="/w")
    assert done.status != 0
    assert b"No space left on device" in done.stderr
    assert done.stderr.startswith(line.split()[0].encode() + b": ")


@pytest.mark.parametrize("line", CHANGERS)
def test_a_read_only_file_system_is_named_as_the_reason(world: Machine, line: str) -> None:
    done = world.run(line, cwd="/mnt")
    assert done.status != 0
    assert b"Read-only file system" in done.stderr
    assert done.stderr.startswith(line.split()[0].encode() + b": ")
