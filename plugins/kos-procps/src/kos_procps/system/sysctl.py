"""sysctl: the kernel's parameters, which are the files below /proc/sys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_TRUNC,
    O_WRONLY,
    S_IFDIR,
    S_IFMT,
    Command,
    Flag,
    HelpRequested,
    PatternError,
    PatternLimit,
    Regex,
    SysError,
    UsageError,
    Value,
    Writer,
    cause,
    compile_regex,
    complain,
    read_whole,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "\nUsage:\n {prog} [options] [variable[=value] ...]\n\nFor more details see sysctl(8).\n"
_ROOT = b"/proc/sys/"
_CONFIGURED = (b"/etc/sysctl.d", b"/run/sysctl.d", b"/usr/local/lib/sysctl.d", b"/usr/lib/sysctl.d", b"/lib/sysctl.d")
SYSCTL = Command(
    "sysctl",
    usage="[options] [variable[=value] ...]",
    summary="Show and set the kernel's parameters.",
    options=[
        Flag("all", "a", "A", "X", "all", help="show all variables"),
        Flag("deprecated", "deprecated", help="with the deprecated ones; there are none"),
        Flag("dry", "dry-run", help="show what would be written, write nothing"),
        Flag("binary", "b", "binary", help="show the value without a newline"),
        Flag("ignore", "e", "ignore", help="don't complain of unknown variables"),
        Flag("names", "N", "names", help="show names without values"),
        Flag("values", "n", "values", help="show values without names"),
        Value(
            "files",
            "p",
            "f",
            "load",
            metavar="FILE",
            optional=True,
            implied=b"/etc/sysctl.conf",
            help="set what a file says",
        ),
        Flag("system", "system", help="set what the files of all system directories say"),
        Value("pattern", "r", "pattern", metavar="REGEX", help="only variables whose names match"),
        Flag("quiet", "q", "quiet", help="don't show what is set"),
        Flag("write", "w", "write", help="all operands set something"),
        Flag("ignored", "o", "x", hidden=True),
        Flag("help_", "h", "d", hidden=True),
        Flag("version_", "V", hidden=True),
    ],
    hint=_HINT,
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show or set. Status 1 if something wasn't there or couldn't be set."""
    opts, words = SYSCTL.parse(argv)
    if opts.help_ or opts.version_:
        raise HelpRequested((SYSCTL.help_text if opts.help_ else SYSCTL.version_text)(opts.prog))
    return _Sysctl(k, opts).run(words)


class _Sysctl:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.out = Writer(k)
        self.status = 0
        self.regex: Regex | None = None
        if opts.pattern is not None:
            try:
                self.regex = compile_regex(opts.pattern, syntax="ere")
            except PatternError as error:
                raise UsageError(opts.prog + b": " + str(error).encode() + b"\n", 1) from None

    def complain(self, text: bytes) -> None:
        self.out.flush()
        complain(self.k, text)
        self.status = 1

    def run(self, words: list[bytes]) -> int:
        opts = self.opts
        if opts.all:
            if words:
                raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
            self.show_below(b"")
        elif opts.files is not None:
            for path in words or [opts.files]:
                self.load(path)
        elif opts.system:
            self.load_all()
        elif not words:
            raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
        else:
            for word in words:
                name, equals, value = word.partition(b"=")
                if equals:
                    self.set(name.strip(), value.strip())
                elif opts.write:
                    self.complain(b"command line(0): invalid syntax, continuing...")
                else:
                    self.show(name.strip())
        self.out.flush()
        return self.status

    def path(self, name: bytes) -> bytes:
        """Return the file of a variable: kernel.hostname or kernel/hostname."""
        dot, slash = name.find(b"."), name.find(b"/")
        if dot >= 0 and (slash < 0 or dot < slash):
            name = name.translate(bytes.maketrans(b"./", b"/."))
        return _ROOT + b"/".join(part for part in name.split(b"/") if part not in (b"", b".", b".."))

    def name_of(self, path: bytes) -> bytes:
        return path.removeprefix(_ROOT).translate(bytes.maketrans(b"/.", b"./"))

    def show(self, name: bytes) -> None:
        path = self.path(name)
        try:
            mode = self.k.stat(path).mode
        except SysError as error:
            if not self.opts.ignore:
                self.complain(b"cannot stat %s: %s" % (path, cause(error)))
            return
        if mode & S_IFMT == S_IFDIR:
            self.show_below(path.removeprefix(_ROOT))
        else:
            self.show_file(path)

    def show_below(self, folder: bytes) -> None:
        """Show all variables below a directory."""
        stack = [_ROOT + folder]
        while stack:
            path = stack.pop()
            try:
                if self.k.stat(path).mode & S_IFMT == S_IFDIR:
                    stack += [path.rstrip(b"/") + b"/" + name for name in sorted(self.k.listdir(path), reverse=True)]
                    continue
            except SysError as error:
                self.complain(b"cannot stat %s: %s" % (path, cause(error)))
                continue
            self.show_file(path)

    def show_file(self, path: bytes) -> None:
        opts, name = self.opts, self.name_of(path)
        try:
            if self.regex is not None and self.regex.search(name) is None:
                return
        except PatternLimit as error:
            raise UsageError(opts.prog + b": " + str(error).encode() + b"\n", 1) from None
        if opts.names:
            self.out.write(name + b"\n")
            return
        try:
            text = read_whole(self.k, path)
        except SysError as error:
            self.complain(b"%s '%s'" % ((b"permission denied on key" if error.errno == 13 else b"reading key"), name))
            return
        if opts.binary:
            self.out.write(text.removesuffix(b"\n"))
            return
        for line in text.splitlines() or [b""]:
            self.out.write((b"" if opts.values else name + b" = ") + line + b"\n")

    def set(self, name: bytes, value: bytes) -> None:
        opts, path = self.opts, self.path(name)
        ignore = opts.ignore or name.startswith(b"-")
        if name.startswith(b"-"):
            name, path = name[1:], self.path(name[1:])
        try:
            mode = self.k.stat(path).mode
            if mode & S_IFMT == S_IFDIR:
                self.complain(b'setting key "%s": Is a directory' % name)
                return
        except SysError as error:
            if not ignore:
                self.complain(b"cannot stat %s: %s" % (path, cause(error)))
            return
        shown = self.name_of(path)
        if not opts.dry:
            try:
                if not mode & 0o222:
                    self.complain(b'setting key "%s": Permission denied' % shown)
                    return
                fd = self.k.open(path, O_WRONLY | O_TRUNC)
                try:
                    self.k.write(fd, value + b"\n")
                finally:
                    self.k.close(fd)
            except SysError as error:
                if not ignore:
                    self.complain(b'setting key "%s": %s' % (shown, cause(error)))
                return
        if not opts.quiet:
            self.out.write(
                shown + b"\n" if opts.names else value + b"\n" if opts.values else shown + b" = " + value + b"\n"
            )

    def load(self, path: bytes) -> None:
        """Set what a file's lines NAME = VALUE say."""
        try:
            text = read_whole(self.k, b"/dev/stdin" if path == b"-" else path)
        except SysError as error:
            self.complain(b'cannot open "%s": %s' % (path, cause(error)))
            return
        for number, line in enumerate(text.splitlines(), 1):
            line = line.strip()
            if not line or line[:1] in (b"#", b";"):
                continue
            name, equals, value = line.partition(b"=")
            if not equals:
                self.complain(b"%s(%d): invalid syntax, continuing..." % (path, number))
                continue
            if self.regex is None or self.regex.search(name.strip()) is not None:
                self.set(name.strip(), value.strip())

    def load_all(self) -> None:
        seen: dict[bytes, bytes] = {}
        for folder in _CONFIGURED:
            try:
                for name in self.k.listdir(folder):
                    if name.endswith(b".conf"):
                        seen.setdefault(name, folder + b"/" + name)
            except SysError:
                continue
        paths = [seen[name] for name in sorted(seen)]
        try:
            self.k.stat(b"/etc/sysctl.conf")
            paths.append(b"/etc/sysctl.conf")
        except SysError:
            pass
        for path in paths:
            if not self.opts.quiet:
                self.out.write(b"* Applying %s ...\n" % path)
            self.load(path)
