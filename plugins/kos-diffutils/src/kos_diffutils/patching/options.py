"""patch's command line, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, UsageError, Value, quotef

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

PATCH = Command(
    "patch",
    like="2.7.6",
    usage="[OPTION]... [ORIGFILE [PATCHFILE]]",
    summary="Apply a diff file to an original.",
    status=2,
    hint="{prog}: Try '{prog} --help' for more information.\n",
    options=[
        Value("strip", "p", "strip", metavar="NUM", help="strip NUM leading components from file names"),
        Value("fuzz", "F", "fuzz", metavar="LINES", help="set the fuzz factor to LINES for inexact matching"),
        Flag("loose", "l", "ignore-whitespace", help="ignore white space changes between patch and input"),
        Flag("form", "c", "context", value="context", help="interpret the patch as a context difference"),
        Flag("form", "e", "ed", value="ed", help="interpret the patch as an ed script"),
        Flag("form", "n", "normal", value="normal", help="interpret the patch as a normal difference"),
        Flag("form", "u", "unified", value="unified", help="interpret the patch as a unified difference"),
        Flag("forward", "N", "forward", help="ignore patches that appear to be reversed or already applied"),
        Flag("reverse", "R", "reverse", help="assume patches were created with old and new files swapped"),
        Value("input", "i", "input", metavar="PATCHFILE", help="read patch from PATCHFILE instead of stdin"),
        Value("output", "o", "output", metavar="FILE", help="output patched files to FILE"),
        Value("rejects", "r", "reject-file", metavar="FILE", help="output rejects to FILE"),
        Value("ifdef", "D", "ifdef", metavar="NAME", help="make merged if-then-else output using NAME"),
        Flag("remove_empty", "E", "remove-empty-files", help="remove output files that are empty after patching"),
        Flag("times", "Z", "set-utc", value="utc", help="set times of patched files, assuming diff uses UTC (GMT)"),
        Flag("times", "T", "set-time", value="local", help="likewise, assuming local time"),
        Value("quoting", "quoting-style", metavar="WORD",
            help="output file names using quoting style WORD: literal, shell,\nshell-always, c or escape",
        ),
        Flag("backup", "b", "backup", help="back up the original contents of each file"),
        Flag("mismatch", "backup-if-mismatch", default=None, help="back up if the patch does not match exactly"),
        Flag("mismatch", "no-backup-if-mismatch", value=False, default=None, help="back up mismatches only if otherwise requested"),
        Value("control", "V", "version-control", metavar="STYLE", help="use STYLE version control: simple, numbered or existing"),
        Value("prefix", "B", "prefix", metavar="PREFIX", help="prepend PREFIX to backup file names"),
        Value("base_prefix", "Y", "basename-prefix", metavar="PREFIX", help="prepend PREFIX to backup file basenames"),
        Value("suffix", "z", "suffix", metavar="SUFFIX", help="append SUFFIX to backup file names"),
        Flag("batch", "t", "batch", help="ask no questions; skip bad-Prereq patches; assume reversed"),
        Flag("force", "f", "force", help="like -t, but ignore bad-Prereq patches, and assume unreversed"),
        Flag("voice", "s", "quiet", "silent", value="silent", help="work silently unless an error occurs"),
        Flag("voice", "verbose", value="verbose", help="output extra information about the work being done"),
        Flag("dry_run", "dry-run", help="do not actually change any files; just print what would happen"),
        Flag("posix", "posix", help="conform to the POSIX standard"),
        Value("directory", "d", "directory", metavar="DIR", help="change the working directory to DIR first"),
        Value("reject_format", "reject-format", metavar="FORMAT", help="create 'context' or 'unified' rejects"),
        Flag("binary", "binary", help="read and write data in binary mode"),
        Value("read_only", "read-only", metavar="BEHAVIOR",
            help="how to handle read-only input files: 'ignore' that they\nare read-only, 'warn' (default), or 'fail'",
        ),
        Flag("show_version", "v", help="output version information and exit"),
    ],
    epilog="Exit status is 0 if all hunks were applied, 1 if some were not, 2 for trouble.",
)  # fmt: skip

_STYLES = (b"none", b"off", b"simple", b"never", b"existing", b"nil", b"numbered", b"t")


class Fatal(Exception):
    """What ends patch with status 2; the text stands after "patch: **** "."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Settings:
    """What the options mean, and the voice: `say` on standard output (on error's if the files go there), `ask`."""

    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.silent = opts.voice == "silent"
        self.verbose = opts.voice == "verbose"
        self.posix = opts.posix or b"POSIXLY_CORRECT" in k.env
        self.strip = -1 if opts.strip is None else self._number(opts.strip, b"strip count")
        self.fuzz = 2 if opts.fuzz is None else self._number(opts.fuzz, b"fuzz factor")
        self.backup_if_mismatch = (not self.posix) if opts.mismatch is None else bool(opts.mismatch)
        self.numbered = self._version_control()
        self.reject_format = self._one_of(opts.reject_format, (b"context", b"unified"), b"--reject-format")
        self.read_only = self._one_of(opts.read_only, (b"ignore", b"warn", b"fail"), b"--read-only") or b"warn"
        self._quoting = self._quoting_style()
        self._voice = 2 if opts.output == b"-" else 1

    def say(self, text: bytes) -> None:
        """Write the text at once, so that it keeps its place among the messages of others."""
        try:
            while text:
                text = text[self.k.write(self._voice, text) :]
        except SysError:
            raise Fatal(b"write error") from None

    def ask(self, question: bytes) -> bytes:
        """Return the answer from the terminal, b"" if there's none."""
        self.say(question)
        try:
            fd = self.k.open(b"/dev/tty")
        except SysError:
            self.say(b"\n")
            return b""
        try:
            answer = self.k.read_until(fd, b"\n")
        except SysError:
            answer = b""
        finally:
            self.k.close(fd)
        if not answer:
            self.say(b"EOF\n")
        return answer.rstrip(b"\n")

    def quoted(self, name: bytes) -> bytes:
        """Return the name as --quoting-style wants it."""
        from ..naming import c_quoted

        style = self._quoting
        if style == b"literal":
            return name
        if style == b"shell":
            return quotef(name)
        if style == b"shell-always":
            return b"'" + name.replace(b"'", b"'\\''") + b"'"
        inner = c_quoted(b" " + name)[2:-1].replace(b"?", b"?")
        return b'"' + inner + b'"' if style == b"c" else inner.replace(b'\\"', b'"')

    def backup_name(self, name: bytes) -> bytes:
        """Return where the old contents of the file go."""
        opts = self.opts
        folder, slash, base = name.rpartition(b"/")
        if self.numbered is not None:
            try:
                taken = [_version(entry, base) for entry in self.k.listdir(folder or (b"/" if slash else b"."))]
            except SysError:
                taken = []
            highest = max(taken, default=0)
            if highest or self.numbered:
                return name + b".~%d~" % (highest + 1)
        if opts.prefix is None and opts.base_prefix is None and opts.suffix is None:
            return name + (self.k.env.get(b"SIMPLE_BACKUP_SUFFIX") or b".orig")
        return (opts.prefix or b"") + folder + slash + (opts.base_prefix or b"") + base + (opts.suffix or b"")

    def _number(self, text: bytes, what: bytes) -> int:
        digits = text.removeprefix(b"+").lstrip()
        if digits.removeprefix(b"-").isdigit() and digits.startswith(b"-"):
            raise Fatal(what + b" " + quotef(text) + b" is negative")
        if not digits.isdigit():
            raise Fatal(what + b" " + quotef(text) + b" is not a number")
        return min(int(digits[:18]), 1 << 40)

    def _version_control(self) -> bool | None:
        """Return True for numbered backups, False for numbered ones where there are such, None for simple ones."""
        opts = self.opts
        if opts.prefix is not None or opts.base_prefix is not None or opts.suffix is not None:
            for text, name in ((opts.prefix, b"prefix"), (opts.base_prefix, b"prefix"), (opts.suffix, b"suffix")):
                if text == b"":
                    raise Fatal(b"backup " + name + b" is empty")
        style = opts.control
        if style is None:
            style = self.k.env.get(b"PATCH_VERSION_CONTROL") or self.k.env.get(b"VERSION_CONTROL")
            if opts.prefix is not None or opts.base_prefix is not None or opts.suffix is not None:
                return None
        if not style:
            return False
        found = [name for name in _STYLES if name.startswith(style)]
        if not found or (len(found) > 1 and style not in found):
            raise UsageError(self.opts.prog + b": invalid argument '" + style + b"' for 'version control style'\n", 2)
        one = style if style in found else found[0]
        return None if one in (b"none", b"off", b"simple", b"never") else one in (b"numbered", b"t")

    def _one_of(self, given: bytes | None, words: tuple[bytes, ...], option: bytes) -> bytes | None:
        if given is None or given in words:
            return given
        if option == b"--quoting-style":
            raise PATCH.error(self.opts, b"invalid argument '" + given + b"' for 'quoting style'")
        raise UsageError(PATCH.hint.replace("{prog}", "patch").encode(), 2)

    def _quoting_style(self) -> bytes:
        styles = (b"literal", b"shell", b"shell-always", b"c", b"escape")
        given = self.opts.quoting
        if given is None:
            given = self.k.env.get(b"QUOTING_STYLE")
            return given if given in styles else b"shell"
        return self._one_of(given, styles, b"--quoting-style") or b"shell"


def _version(entry: bytes, base: bytes) -> int:
    if not entry.startswith(base + b".~") or not entry.endswith(b"~"):
        return 0
    digits = entry[len(base) + 2 : -1]
    return int(digits[:18]) if digits.isdigit() else 0
