"""ed: the command line, the loop over commands, errors and signals.

Status 0; 1 for a file that couldn't be read, a command that failed, or a wrong command line; 2 for an end of input that would have
lost the buffer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    S_IFMT,
    S_IFREG,
    SIG_IGN,
    SIGHUP,
    SIGINT,
    SIGQUIT,
    Command,
    Flag,
    OutOfMemory,
    SysError,
    Value,
)

from . import globally
from .commands import COMMANDS, checked, read_file
from .errors import EdError, Modified, Quit
from .files import write_lines
from .printing import print_lines
from .script import Text
from .session import HangUp, Session

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

ED = Command(
    "ed",
    usage="[OPTION]... [FILE]",
    summary="Edit FILE line by line, by commands from standard input.",
    options=[
        Flag("help_", "h", hidden=True),
        Flag("version_", "V", hidden=True),
        Flag("extended", "E", "extended-regexp", help="use extended regular expressions"),
        Flag("traditional", "G", "traditional", help="run in compatibility mode"),
        Flag("loose", "l", "loose-exit-status", help="exit with 0 status even if a command fails"),
        Value("prompt", "p", "prompt", metavar="STRING", help="use STRING as an interactive prompt"),
        Flag("quiet", "q", "quiet", "silent", help="suppress diagnostics written to stderr"),
        Flag("restricted", "r", "restricted", help="run in restricted mode"),
        Flag("script", "s", "script", help="suppress byte counts and '!' prompt"),
        Flag("verbose", "v", "verbose", help="be verbose; equivalent to the 'H' command"),
        Flag("strip_cr", "strip-trailing-cr", help="strip carriage returns at end of text lines"),
    ],
    epilog="If FILE begins with a '!', read the output of a shell command.\n",
    like="1.19",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Edit a file."""
    return _run(k, argv, restricted=False)


def restricted(k: Syscalls, argv: list[bytes]) -> int:
    """Edit a file of the working directory, without the shell."""
    return _run(k, argv, restricted=True)


def _run(k: Syscalls, argv: list[bytes], *, restricted: bool) -> int:
    from kos_kernel.api import HelpRequested

    opts, names = ED.parse(argv)
    if opts.help_ or opts.version_:
        raise HelpRequested((ED.help_text if opts.help_ else ED.version_text)(opts.prog))
    return _Editor(k, Session(k, opts, restricted)).run(names[0] if names else None)


class _Editor:
    def __init__(self, k: Syscalls, session: Session) -> None:
        self.k = k
        self.session = session
        self.status = 0
        regular = False
        try:
            regular = k.fstat(0).mode & S_IFMT == S_IFREG
        except SysError:
            pass
        self.from_file = regular

    def run(self, name: bytes | None) -> int:
        session = self.session
        self._watch_signals()
        try:
            if name == b"-":
                session.script = True
            elif name is not None:
                self._first_file(name)
            self._loop()
        except Quit:
            pass
        except HangUp:
            self._save()
            return 1
        session.flush()
        return 0 if session.loose else self.status

    def _watch_signals(self) -> None:
        k, session = self.k, self.session

        def interrupted(signum: int) -> None:
            session.interrupted = True

        def hung_up(signum: int) -> None:
            session.hung_up = True

        k.sigaction(SIGINT, interrupted)
        k.sigaction(SIGQUIT, SIG_IGN)
        k.sigaction(SIGHUP, hung_up)
        try:
            rows, columns = k.get_winsize(0)
        except SysError:
            return
        if rows > 2:
            session.window = rows - 2
        if columns > 8:
            session.columns = columns - 8

    def _first_file(self, name: bytes) -> None:
        session = self.session
        try:
            if name.startswith(b"!"):
                if session.restricted:
                    raise EdError(b"Shell access restricted")
                read_file(session, name, 0)
            else:
                checked(session, name)
                session.name = name
                read_file(session, name, 0)
        except EdError as error:
            session.message = error.text
            if self.from_file:
                self.status = 2
                raise Quit from None
            if error.text != b"Cannot open input file":
                session.say(b"?\n" + (error.text + b"\n" if session.verbose else b""))
                self.status = 1
        session.buffer.journal.forget()
        session.buffer.modified = False

    def _loop(self) -> None:
        session, buffer = self.session, self.session.buffer
        while True:
            try:
                if session.prompting:
                    session.say(session.prompt)
                    session.flush()
                line = session.stdin.line()
                if not line:
                    if not buffer.modified or session.warned:
                        return
                    self.status = 2
                    raise Modified
                session.text = Text(line)
                self.execute(False)
                session.warned = False
            except EdError as error:
                self._failed(error)
            except OutOfMemory:
                self._failed(EdError(b"Memory exhausted"))

    def _failed(self, error: EdError) -> None:
        session = self.session
        session.message = error.text
        session.warned = isinstance(error, Modified)
        session.print_after = b""
        session.say(b"\n?\n" if error.text == b"Interrupt" else b"?\n")
        if self.from_file:
            if session.verbose:
                session.say(b"script, line %d: %s\n" % (session.stdin.lines_read, error.text))
            self.status = max(self.status, 1)
            raise Quit
        if session.verbose:
            session.say(error.text + b"\n")
        self.status = max(self.status, 1)

    def execute(self, in_global: bool) -> None:
        """Run the command that the session's text begins with. Raises EdError or Quit."""
        session = self.session
        session.check_signals()
        text = session.text
        session.print_after = b""
        session.addresses.read(text)
        text.blanks()
        letter = text.take()
        if letter in b"gvGV":
            if in_global:
                raise EdError(b"Cannot nest global commands")
            globally.command(session, letter, self.execute)
            return
        run = COMMANDS.get(letter)
        if run is None:
            raise EdError(b"Unknown command")
        run(session, in_global)
        if session.print_after:
            flags, session.print_after = session.print_after, b""
            if not session.buffer.current:
                raise EdError(b"Invalid address")
            print_lines(session, session.buffer.current, session.buffer.current, flags)

    def _save(self) -> None:
        """Keep what is in the buffer in ed.hup, here or at home."""
        k, buffer = self.k, self.session.buffer
        if not buffer.modified or not buffer.last:
            return
        home = k.env.get(b"HOME", b"")
        for name in (b"ed.hup", home + b"/ed.hup"):
            try:
                write_lines(k, buffer, name, 1, buffer.last, append=False)
                return
            except SysError:
                continue
