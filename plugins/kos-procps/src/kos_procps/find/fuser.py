"""fuser: which processes use files or filesystems, as psmisc has it. Sockets have no name spaces here (-n tcp, -n udp)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    S_IFBLK,
    S_IFMT,
    SIGKILL,
    SIGNAL_NAMES,
    HelpRequested,
    Reader,
    Stat,
    SysError,
    UsageError,
    cause,
    signal_number,
)

from ..facts.processes import Machine, Process, processes
from .openfiles import OpenFile, files_of

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_USAGE = b"""Usage: fuser [-fIMuvw] [-a|-s] [-c|-m] [-k [-i] [-SIGNAL]] NAME...
       fuser -l
       fuser -V
Show which processes use the named files or filesystems.

  -a,--all              display unused files too
  -i,--interactive      ask before killing (ignored without -k)
  -k,--kill             kill processes accessing the named file
  -l,--list-signals     list available signal names
  -m,--mount            show all processes using the named filesystems or
                        block device
  -M,--ismountpoint     fulfill request only if NAME is a mount point
  -n,--namespace SPACE  search in this name space (file)
  -s,--silent           silent operation
  -SIGNAL               send this signal instead of SIGKILL
  -u,--user             display user IDs
  -v,--verbose          verbose output
  -w,--writeonly        kill only processes with write access
  -V,--version          display version information
"""
_LONG = {
    "all": "a", "interactive": "i", "inode": "I", "kill": "k", "list-signals": "l", "mount": "m", "ismountpoint": "M",
    "silent": "s", "user": "u", "verbose": "v", "writeonly": "w", "version": "V",
}  # fmt: skip
_LETTERS = {"cwd": "c", "rtd": "r", "txt": "e"}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """List users of files. Status 0 if there are any of any file, else 1."""
    return _Fuser(k).run(list(argv[1:]))


class _Fuser:
    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.flags: set[str] = set()
        self.signum = SIGKILL
        self.names: list[bytes] = []

    def wrong(self, text: bytes) -> UsageError:
        return UsageError(b"fuser: " + text + b"\n" + _USAGE, 1)

    def run(self, words: list[bytes]) -> int:
        self.parse(words)
        if "l" in self.flags:
            names = [name.removeprefix("SIG") for name in SIGNAL_NAMES[:31]]
            raise HelpRequested((" ".join(names[:17]) + "\n" + " ".join(names[17:]) + "\n").encode())
        if "V" in self.flags:
            raise HelpRequested(b"fuser (KOS)\n")
        if not self.names:
            raise UsageError(b"No process specification given\n" + _USAGE, 1)
        self.machine = Machine(self.k)
        self.running = [(p, files_of(self.k, p.pid)[0]) for p in processes(self.k)]
        if "v" in self.flags:
            self.k.write(2, b"%*sUSER        PID ACCESS COMMAND\n" % (21, b""))
        used = [self.one(name) for name in self.names]
        return 0 if any(used) else 1

    def parse(self, words: list[bytes]) -> None:
        while words:
            word = words.pop(0)
            if word == b"--":
                self.names += words
                return
            if word[:2] == b"--":
                name = word[2:].decode("utf-8", "replace")
                if name == "namespace":
                    self.space(words.pop(0) if words else b"")
                elif name in _LONG:
                    self.flags.add(_LONG[name])
                else:
                    raise self.wrong(b"Invalid option " + word)
            elif word[:1] == b"-" and len(word) > 1:
                self.cluster(word[1:], words)
            else:
                self.names.append(word)

    def cluster(self, letters: bytes, words: list[bytes]) -> None:
        number = signal_number(letters)
        if number is not None and (letters.isdigit() or letters.isupper()) and letters not in (b"I", b"M", b"V"):
            self.signum = number
            return
        for at, letter in enumerate(letters.decode("latin-1")):
            if letter == "n":
                self.space(letters[at + 1 :] or (words.pop(0) if words else b""))
                return
            if letter in "46":
                raise self.wrong(
                    b"-%s is not supported: there are no sockets of the Internet to search" % letter.encode()
                )
            if letter == "c":
                letter = "m"
            if letter not in "aiIklmMsuvwVf":
                raise self.wrong(b"Invalid option " + letter.encode("latin-1"))
            self.flags.add(letter)

    def space(self, name: bytes) -> None:
        if name in (b"tcp", b"udp"):
            raise self.wrong(b"name space %s is not supported: there are no sockets of the Internet to search" % name)
        if name != b"file":
            raise self.wrong(b"Invalid namespace name")

    def one(self, name: bytes) -> bool:
        """Show who uses one NAME; return whether anybody does."""
        k = self.k
        try:
            there = k.stat(name)
        except SysError as error:
            text = b"Specified filename %s does not exist.\n" % name
            if error.errno != 2:
                text = b"Cannot stat %s: %s\n" % (name, cause(error))
            k.write(2, text)
            return False
        if "M" in self.flags and not self.is_mount_point(name, there):
            k.write(2, b"Specified filename %s is not a mountpoint.\n" % name)
            return False
        users = [(p, access) for p, files in self.running if (access := self.access(files, there))]
        if users or "a" in self.flags or "v" in self.flags:
            self.show(name, users)
        if "k" in self.flags:
            self.kill(users, there)
        return bool(users)

    def is_mount_point(self, name: bytes, there: Stat) -> bool:
        try:
            above = self.k.stat(name.rstrip(b"/") + b"/..")
        except SysError:
            return False
        return above.dev != there.dev or above.ino == there.ino

    def access(self, files: list[OpenFile], there: Stat) -> str:
        """Return how a process uses a file, in fuser's letters; "" if it doesn't."""
        letters = ""
        for file in files:
            if file.stat is None or not self.same(file.stat, there):
                continue
            letter = _LETTERS.get(file.fd) or ("F" if file.mode in "wu" else "f")
            if letter not in letters:
                letters += letter
        return letters

    def same(self, one: Stat, there: Stat) -> bool:
        if "m" in self.flags:
            return one.dev == (there.rdev if there.mode & S_IFMT == S_IFBLK else there.dev)
        return (one.dev, one.ino) == (there.dev, there.ino)

    def show(self, name: bytes, users: list[tuple[Process, str]]) -> None:
        """Print a line: numbers on standard output, everything else on standard error, as fuser does."""
        k = self.k
        if "s" in self.flags:
            return
        if "v" in self.flags:
            k.write(2, b"%-20s" % (name + b":"))
            for place, (p, access) in enumerate(users):
                lead = b"" if not place else b" " * 20
                shown = "F" if "F" in access else "f" if "f" in access else "."
                shown += "".join(letter if letter in access else "." for letter in "rcem")
                user = self.machine.user(p.euid).encode()
                k.write(2, lead + b" %-8s " % user)
                k.write(1, b"%6d" % p.pid)
                k.write(2, b" %-5s  %s\n" % (shown.encode(), p.comm))
            if not users:
                k.write(2, b"\n")
            return
        k.write(2, b"%-20s" % (name + b":"))
        for p, access in users:
            k.write(1, b" %5d" % p.pid)
            k.write(2, "".join(letter for letter in access if letter in "cre").encode())
            if "u" in self.flags:
                k.write(2, b"(%s)" % self.machine.user(p.euid).encode())
        k.write(2, b"\n")

    def kill(self, users: list[tuple[Process, str]], there: Stat) -> None:
        k = self.k
        reader = Reader(k, 0) if "i" in self.flags else None
        for p, access in users:
            if p.pid == k.getpid() or ("w" in self.flags and "F" not in access):
                continue
            if reader is not None:
                k.write(1, b"Kill process %d ? (y/N) " % p.pid)
                if reader.line().strip()[:1].lower() != b"y":
                    continue
            try:
                k.kill(p.pid, self.signum)
            except SysError as error:
                k.write(2, b"Could not kill process %d: %s\n" % (p.pid, cause(error)))
