"""Which way round a patch is taken and whether it's passed over: what the options decide, and what the user is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .headings import Heading
from .options import Fatal, Settings

if TYPE_CHECKING:
    from kos_kernel.api import Stat


class Direction:
    """reverse: the patch is taken backwards; skipping: its hunks are only counted; link: it's about a symbolic link."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.opts = settings.opts
        self.say = settings.say
        self.reverse = bool(settings.opts.reverse)
        self.skipping = False
        self.link = False

    def begin(self) -> None:
        """Forget what was decided for the patch before."""
        self.reverse = bool(self.opts.reverse)
        self.skipping = False

    def maybe_reverse(self, found: Heading, name: bytes, there: Stat | None) -> bool:
        """Tell whether the patch looks the wrong way round; ask what to do then."""
        nonexistent, empty = there is None, there is None or there.size == 0
        if empty and found.nonexistent[self.reverse ^ nonexistent] == 1:
            if found.nonexistent[(not self.reverse) ^ nonexistent] == 2:
                return False
        if not (int(not empty) < found.nonexistent[self.reverse ^ empty]):
            return False
        verb = b"delete" if nonexistent else b"empty out" if empty else b"create"
        state = b"does not exist" if nonexistent else b"is already empty" if empty else b"already exists"
        when = b", when reversed," if self.reverse else b""
        text = b"The next patch%s would %s the file %s,\nwhich %s!"
        if self.ok_to_reverse(text % (when, verb, self.settings.quoted(name), state)):
            self.reverse = not self.reverse
        return True

    def ok_to_reverse(self, text: bytes) -> bool:
        """Tell whether the patch is to be turned round; it may be decided that it's skipped."""
        opts, silent = self.opts, self.settings.silent
        if opts.forward or not (opts.force and silent):
            self.say(text)
        if opts.forward:
            self.say(b"  Skipping patch.\n")
            self.skipping = True
            return False
        if opts.force:
            if not silent:
                self.say(b"  Applying it anyway.\n")
            return False
        if opts.batch:
            self.say(b"  Ignoring -R.\n" if self.reverse else b"  Assuming -R.\n")
            return True
        if self.settings.ask(b"  Ignore -R? [n] " if self.reverse else b"  Assume -R? [n] ").startswith(b"y"):
            return True
        if not self.settings.ask(b"Apply anyway? [n] ").startswith(b"y"):
            if not silent:
                self.say(b"Skipping patch.\n")
            self.skipping = True
        return False

    def check_revision(self, revision: bytes, data: bytes) -> None:
        """Look for the word that "Prereq:" wants in the file. Raises Fatal if it's missing and nobody says go on."""
        shown = self.settings.quoted(revision)
        if revision in data.split():
            if self.settings.verbose:
                self.say(b"Good.  This file appears to be the %s version.\n" % shown)
        elif self.opts.force:
            if not self.settings.silent:
                text = b"Warning: this file doesn't appear to be the %s version -- patching anyway.\n"
                self.say(text % shown)
        elif self.opts.batch:
            raise Fatal(b"This file doesn't appear to be the %s version -- aborting." % shown)
        else:
            text = b"This file doesn't appear to be the %s version -- patch anyway? [n] "
            if not self.settings.ask(text % shown).startswith(b"y"):
                raise Fatal(b"aborted")
