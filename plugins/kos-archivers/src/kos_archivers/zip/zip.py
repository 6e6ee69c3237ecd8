"""zip: makes and changes zip archives. Source: Info-ZIP's Zip 3.0.

A new archive is written beside the old one and takes its place at the end. Statuses: 0, 3 a damaged archive, 12 nothing to do,
14 writing failed, 16 a bad command line, 18 a file couldn't be opened. Not there: encryption, splitting, repairs, comments,
line-end conversion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError, Writer, cause, compile_glob_bytes

from ..stamps import zone_of
from .archive import Archive, Input
from .format import BadZip

if TYPE_CHECKING:
    from kos_kernel.api import GlobBytes, Syscalls

USAGE = b"""Zip 3.0 as KOS has it. Original by Info-ZIP. Usage:
zip [-options] [-n suffixes] [zipfile list] [-xi list]
  The default action is to add or replace zipfile entries from list, which
  can include the special name - to compress standard input.
  If zipfile and list are omitted, zip compresses stdin to stdout.
  -f   freshen: only changed files  -u   update: only changed or new files
  -d   delete entries in zipfile    -m   move into zipfile (delete OS files)
  -r   recurse into directories     -j   junk (don't record) directory names
  -0   store only                   -1   compress faster
  -9   compress better              -q   quiet operation
  -v   verbose operation            -@   read names from stdin
  -x   exclude the following names  -i   include only the following names
  -D   do not add directory entries -T   test zipfile integrity
  -X   eXclude eXtra file attributes
  -y   store symbolic links as the link instead of the referenced file
  -n   don't compress these suffixes
"""
_LONG = {
    b"recurse-paths": "r", b"quiet": "q", b"junk-paths": "j", b"delete": "d", b"update": "u", b"freshen": "f", b"move": "m",
    b"exclude": "x", b"include": "i", b"verbose": "v", b"symlinks": "y", b"no-dir-entries": "D", b"no-extra": "X",
    b"test": "T", b"suffixes": "n", b"names-stdin": "@", b"help": "h",
}  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return a status as zip gives it."""
    return Zip(k).run(argv[1:])


class Stop(Exception):
    """The run is over. status: its status; text: what to say after "zip error: "."""

    def __init__(self, status: int, text: bytes) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


class Zip:
    """One run."""

    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.flags: set[str] = set()
        self.level = 6
        self.stored_suffixes: list[bytes] = [b".Z", b".zip", b".zoo", b".arc", b".lzh", b".arj"]
        self.include: list[bytes] = []
        self.exclude: list[bytes] = []
        self.words: list[bytes] = []
        self.status = 0
        self.passed_over = False
        self.out = Writer(k, 1)
        self.zone = zone_of(k)
        self._globs: tuple[list[GlobBytes], list[GlobBytes]] = ([], [])

    def say(self, text: bytes) -> None:
        """Print what the run says: to standard output, unless the archive goes there."""
        if self.words[:1] != [b"-"]:
            self.out.write(text)
            return
        try:
            self.k.write(2, text)
        except SysError:
            pass

    def warn(self, text: bytes) -> None:
        self.say(b"\tzip warning: " + text + b"\n")

    def run(self, words: list[bytes]) -> int:
        try:
            self.options(words)
            if "h" in self.flags or (not words and self.k.isatty(1)):
                self.k.write(1, USAGE)
                return 0
            self.work()
        except Stop as stop:
            self.say(b"\nzip error: " + stop.text + b"\n")
            self.out.flush()
            return stop.status
        self.out.flush()
        return self.status

    def options(self, words: list[bytes]) -> None:
        """Read the command line. Raises Stop."""
        target: list[bytes] | None = None  # where -x and -i put what follows
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            if word == b"@" and target is not None:
                target = None
                continue
            if word == b"-" or word[:1] != b"-":
                (self.words if target is None else target).append(word)
                continue
            target = None
            if word == b"--":
                self.words += words[at:]
                break
            letters = word[1:]
            if word[:2] == b"--":
                name, _, value = word[2:].partition(b"=")
                letter = _LONG.get(name)
                if letter is None:
                    raise Stop(16, b"Invalid command arguments (long option '%s' not supported)" % name)
                letters = letter.encode() + value
            place = 0
            while place < len(letters):
                letter = chr(letters[place])
                place += 1
                if letter in "xi":
                    target = self.exclude if letter == "x" else self.include
                    if letters[place:]:
                        target.append(letters[place:])
                    elif at >= len(words) or words[at][:1] == b"-":
                        what = (
                            b"exclude files matching patterns"
                            if letter == "x"
                            else b"include only files matching patterns"
                        )
                        raise Stop(
                            16,
                            b"Invalid command arguments (option '%s' (%s) requires a value)" % (letter.encode(), what),
                        )
                    break
                if letter == "n":
                    value = letters[place:]
                    if not value:
                        if at >= len(words):
                            raise Stop(16, b"Invalid command arguments (option requires a value: n)")
                        value = words[at]
                        at += 1
                    self.stored_suffixes = [suffix for suffix in value.replace(b",", b":").split(b":") if suffix]
                    break
                if letter.isdigit():
                    self.level = int(letter)
                elif letter in "rqjdufmvyDXT@h":
                    self.flags.add(letter)
                elif letter in "eP":
                    raise Stop(16, b"Invalid command arguments (encryption not supported)")
                else:
                    raise Stop(16, b"Invalid command arguments (short option '%s' not supported)" % letter.encode())
        if len(self.flags & set("dfu")) > 1:
            raise Stop(16, b"Invalid command arguments (specify just one action)")
        self._globs = (
            [compile_glob_bytes(pattern) for pattern in self.include],
            [compile_glob_bytes(pattern) for pattern in self.exclude],
        )

    def chosen(self, name: bytes) -> bool:
        """Tell whether -i and -x let a name in."""
        include, exclude = self._globs
        if include and not any(glob.matches(name) for glob in include):
            return False
        return not any(glob.matches(name) for glob in exclude)

    def work(self) -> None:
        """Do it. Raises Stop."""
        if not self.words:
            self.words = [b"-", b"-"]  # standard input to standard output
        name, names = self.words[0], self.words[1:]
        if name != b"-" and b"." not in name.rpartition(b"/")[2]:
            name += b".zip"
        if "@" in self.flags:
            names += [line for line in self.k.read_all(0).split(b"\n") if line]
        archive = Archive(self, name)
        try:
            archive.load()
        except BadZip as problem:
            if problem.kind in ("end", "eof"):
                self.warn(b"missing end signature--probably not a zip file (did you")
                self.warn(b"remember to use binary mode when you transferred it?)")
                self.warn(b"(if you are trying to read a damaged archive try -F)")
            raise Stop(3, b"Zip file structure invalid (%s)" % name) from None
        except SysError as error:
            raise Stop(18, b"Could not open for reading: %s (%s)" % (name, cause(error))) from None
        if self.flags & set("dfu") and archive.is_new:
            self.warn(name + b" not found or empty")
        if "d" in self.flags:
            if archive.is_new:
                raise Stop(12, b"Nothing to do! (%s)" % name)
            self.delete(archive, names)
            return
        if "T" in self.flags and not names and not archive.is_new:
            self.test(name)
            return
        inputs = self.inputs(archive, names)
        if not inputs and not ("u" in self.flags or "f" in self.flags):
            raise Stop(12, b"Nothing to do! (%s)" % name)
        done = archive.update(inputs)
        if done is None:
            return
        if "T" in self.flags:
            self.test(name)
        if "m" in self.flags:
            self.remove(inputs)

    def delete(self, archive: Archive, names: list[bytes]) -> None:
        gone: list[bytes] = []
        for name in names:
            glob = compile_glob_bytes(name)
            found = [
                entry.name
                for entry in archive.entries
                if (glob.matches(entry.name) or entry.name == name) and self.chosen(entry.name)
            ]
            if not found:
                self.warn(b"name not matched: " + name)
            gone += found
        if not gone:
            raise Stop(12, b"Nothing to do! (%s)" % archive.name)
        archive.delete(set(gone))

    def inputs(self, archive: Archive, names: list[bytes]) -> list[Input]:
        """Return the files that are meant, in order, each once."""
        if not names and "f" in self.flags:
            names = [entry.name for entry in archive.entries]
        found: list[Input] = []
        seen: set[bytes] = set()
        held = 0
        for name in names:
            count = 0
            waiting = [name]
            while waiting:
                path = waiting.pop()
                one = self.input(path)
                if one is None:
                    count += self.passed_over
                    continue
                count += 1
                if one.name and one.name not in seen and self.chosen(one.name):
                    if not (one.directory and ("D" in self.flags or "j" in self.flags)):
                        seen.add(one.name)
                        found.append(one)
                        held += 600
                        if held > 1 << 18:
                            self.k.charge(held)
                            held = 0
                if one.directory and "r" in self.flags:
                    try:
                        entries = self.k.listdir(path)
                    except SysError:
                        self.warn(b"could not open for reading: " + path)
                        self.status = 18
                        continue
                    lead = b"" if path == b"." else path if path.endswith(b"/") else path + b"/"
                    waiting += [lead + entry for entry in reversed(entries)]
            if not count:
                self.warn(b"name not matched: " + name)
        return [one for one in found if not archive.is_itself(one)]

    def input(self, path: bytes) -> Input | None:
        """Return a file to be added, or None: passed_over tells whether it was there all the same."""
        self.passed_over = False
        if path == b"-":
            return Input(b"-", b"-", None)
        try:
            link = "y" in self.flags
            stat = self.k.lstat(path) if link else self.k.stat(path)
        except SysError:
            return None
        kind = stat.mode & 0o170000
        name = path
        while name.startswith((b"/", b"./")):
            name = name[1:] if name[:1] == b"/" else name[2:]
        if name == b".":
            name = b""
        if "j" in self.flags:
            name = name.rstrip(b"/").rpartition(b"/")[2]
        if kind == 0o040000:
            if name and not name.endswith(b"/"):
                name += b"/"
        elif kind not in (0o100000, 0o120000):
            if kind == 0o010000:
                self.passed_over = True
                self.warn(b"ignoring FIFO (Named Pipe) - use -FI to read: " + path)
            return None
        return Input(path, name, stat)

    def test(self, name: bytes) -> None:
        """Read the new archive once more (-T)."""
        from .format import BadMember, Directory, MemberReader

        fd = self.k.open(name)
        try:
            for entry in Directory(self.k, fd).entries():
                reader = MemberReader(self.k, fd, entry)
                while reader.read():
                    pass
        except (BadMember, BadZip):
            raise Stop(
                8, b"Zip file invalid, could not spawn unzip, or wrong unzip (original files unmodified)"
            ) from None
        finally:
            self.k.close(fd)
        if "q" not in self.flags:
            self.out.write(b"test of %s OK\n" % name)

    def remove(self, inputs: list[Input]) -> None:
        """Remove the files that are in the archive now (-m); directories last, if they are empty."""
        for one in reversed(inputs):
            try:
                if one.directory:
                    self.k.rmdir(one.path)
                elif one.path != b"-":
                    self.k.unlink(one.path)
            except SysError:
                if not one.directory:
                    self.warn(b"error deleting " + one.path)
