"""One run of ed: what all its commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Charge, SysError, Writer, is_utf8

from .addresses import Addresses
from .buffer import Buffer
from .errors import EdError
from .patterns import Patterns
from .script import Stdin, Text
from .substitute import Substitution

if TYPE_CHECKING:
    from typing import Any

    from kos_kernel.api import Syscalls

    from .script import Source


class Session:
    """See the module's head."""

    def __init__(self, k: Syscalls, opts: Any, restricted: bool) -> None:
        self.k = k
        self.script = bool(opts.script)
        self.quiet = bool(opts.quiet)
        self.verbose = bool(opts.verbose)
        self.loose = bool(opts.loose)
        self.strip_cr = bool(opts.strip_cr)
        self.traditional = bool(opts.traditional)
        self.restricted = restricted or bool(opts.restricted)
        self.prompt = opts.prompt if opts.prompt is not None else b"*"
        self.prompting = opts.prompt is not None
        self.out = Writer(k)
        self.charge = Charge(k)
        self.buffer = Buffer(k)
        self.patterns = Patterns(extended=bool(opts.extended), utf8=is_utf8(k.env))
        self.addresses = Addresses(self.buffer, self.patterns)
        self.substitution = Substitution()
        self.interrupted = False
        self.hung_up = False
        self.stdin = Stdin(k, self.flush, self.check_signals)
        self.source: Source = self.stdin
        self.text = Text(b"\n")
        self.name = b""  # of the file
        self.shell_command: bytes | None = None
        self.message = b""
        self.print_after = b""
        self.window = 22
        self.columns = 72
        self.warned = False  # the command before was refused because of the buffer

    def say(self, text: bytes) -> None:
        """Write to standard output."""
        self.out.write(text)

    def complain(self, text: bytes) -> None:
        """Write to standard error, unless asked to be quiet."""
        self.flush()
        if self.quiet:
            return
        try:
            self.k.write(2, text)
        except SysError:
            pass  # nobody can be told

    def flush(self) -> None:
        """Let the world see what was said."""
        self.out.flush()

    def check_signals(self) -> None:
        """Raise what a signal asks for."""
        if self.hung_up:
            raise HangUp
        if self.interrupted:
            self.interrupted = False
            raise EdError(b"Interrupt")


class HangUp(Exception):
    """SIGHUP came: save what there is, and end."""
