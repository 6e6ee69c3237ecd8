"""One run of patch: what happens to each patch of the input, and what is said about it."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from kos_kernel.api import W_OK, SysError, cause, zone_of

from .direction import Direction
from .edscript import run_script
from .formats import Source, next_hunk
from .headings import NEW, OLD, Heading, Zone, find
from .hunks import Hunk
from .options import Fatal, Settings
from .placing import Text
from .rejects import rejected
from .results import Results
from .targets import Targets

if TYPE_CHECKING:
    from kos_kernel.api import Stat

_CALLED = {
    "context": b"a new-style context diff",
    "unified": b"a unified diff",
    "normal": b"a normal diff",
    "ed": b"an ed script",
    "binary": b"a git binary diff",
}


class Session:
    """Holds what outlives one patch: the direction, the output of -o and -r, whether anything failed."""

    def __init__(self, settings: Settings, name: bytes | None, lines: list[bytes]) -> None:
        self.settings = settings
        self.opts = settings.opts
        self.k = settings.k
        self.say = settings.say
        self.targets = Targets(settings)
        self.source = Source(lines)
        self.given = name
        self.way = Direction(settings)
        self.results = Results(settings, self.targets, self.way)

    def run(self) -> int:
        """Return 0 or 1."""
        first = True
        while (found := self._another(first)) is not None:
            first = False
            self.way.begin()
            name = self._file_for(found)
            if name is not None:
                self._one(found, name)
            else:
                self._pass_over(found)
            if self.given is not None and self.settings.posix:
                break
        if self.opts.output is not None and not self.opts.dry_run:
            self.results.give_output()
        return int(self.results.failed_somewhere)

    # ---------------------------------------------------------------- finding
    def _another(self, first: bool) -> Heading | None:
        source, verbose = self.source, self.settings.verbose
        if source.at >= len(source.lines):
            if verbose and not first:
                self.say(b"done\n")
            return None
        if verbose:
            self.say(b"Hmm...")
        at = source.at
        found = find(source, self.settings.strip, self.opts.form or None, self._zone(), self.given is not None)
        if found is None:
            if first:
                if verbose:
                    self.say(b"  I can't seem to find a patch in there anywhere.\n")
                raise Fatal(b"Only garbage was found in the patch input.")
            if verbose:
                self.say(b"  Ignoring the trailing garbage.\ndone\n")
            return None
        if verbose:
            self.say(b"  %sooks like %s to me...\n" % (b"L" if first else b"The next patch l", _CALLED[found.form]))
        found.strip_cr = found.strip_cr and not self.opts.binary
        if not self.settings.silent:
            if found.indent:
                plural = b"" if found.indent == 1 else b"s"
                self.say(b"(Patch is indented %d space%s.)\n" % (found.indent, plural))
            if found.strip_cr:
                self.say(b"(Stripping trailing CRs from patch; use --binary to disable.)\n")
        self._lead = source.lines[at : found.start]
        source.at, source.indent, source.strip_cr = found.start, found.indent, found.strip_cr
        if found.form == "context":
            self._look_ahead(found)
        return found

    def _look_ahead(self, found: Heading) -> None:
        """See from the first hunk which side is empty: a context diff says it in the middle of the hunk."""
        source = self.source
        hunk = next_hunk(source, "context")
        source.at = found.start
        for side, lines in ((OLD, hunk.old if hunk else []), (NEW, hunk.new if hunk else [])):
            if hunk is not None and not lines:
                found.nonexistent[side] = 1 + (found.times_ns[side] == 0)

    def _zone(self) -> Zone | None:
        """Return what reads the headings' times: None where they aren't set."""
        if not self.opts.times:
            return None
        if self.opts.times == "utc":
            return lambda seconds: 0
        rule = zone_of(self.k)
        return lambda seconds: rule.offset(seconds)[0]

    def _file_for(self, found: Heading) -> bytes | None:
        """Return the file to patch; None after it was said that there's none."""
        if self.given is not None:
            self._show_lead(self.settings.verbose)
            return self.given
        name, creatable = self.targets.best(found, self.settings.posix, self.way.reverse)
        if (found.renames or found.copies) and name is None:
            return None
        if name is not None and not (found.git and found.nonexistent == [2, 2]):
            self.way.maybe_reverse(found, name, self.targets.stat(name))
        elif (
            creatable is not None
            and found.nonexistent[not self.way.reverse]
            and self.way.maybe_reverse(found, creatable, None)
        ):
            name = creatable
        if self.way.skipping:
            return None
        if name is not None:
            self._show_lead(self.settings.verbose)
            return name
        if not self.settings.silent:
            self.say(b"can't find file to patch at input line %d\n" % (found.start + 1))
            if found.form not in ("ed", "normal"):
                guess = b"should have used the" if self.settings.strip < 0 else b"used the wrong"
                self.say(b"Perhaps you %s -p or --strip option?\n" % guess)
        self._show_lead(True)
        while True:
            if self.opts.force or self.opts.batch:
                self.say(b"No file to patch.  Skipping patch.\n")
                return None
            answer = self.settings.ask(b"File to patch: ")
            if answer:
                try:
                    self.k.stat(answer)
                    return answer
                except SysError as error:
                    self.say(b"%s: %s\n" % (self.settings.quoted(answer), cause(error)))
            if not self.settings.ask(b"Skip this patch? [y] ").startswith(b"n"):
                if not self.settings.silent:
                    self.say(b"Skipping patch.\n")
                return None

    def _show_lead(self, wanted: bool) -> None:
        if wanted and self._lead:
            bar = b"--------------------------\n"
            body = b"".join(b"|" + line for line in self._lead)
            self.say(b"The text leading up to this was:\n" + bar + body + bar)

    # ---------------------------------------------------------------- one patch
    def _pass_over(self, found: Heading) -> None:
        """Read a patch that has no file, and count its hunks as failed."""
        count = 0
        if found.form == "ed":
            run_script(self.source, None)
            self.results.failed_somewhere = True
            return
        if found.form == "binary":
            self.source.at += 1
            self.results.failed_somewhere = True
            return
        while next_hunk(self.source, found.form) is not None:
            count += 1
        if count:
            self.results.failed_somewhere = True
            self.say(b"%d out of %d hunk%s ignored\n" % (count, count, b"" if count == 1 else b"s"))

    def _one(self, found: Heading, name: bytes) -> None:
        settings, opts, targets = self.settings, self.opts, self.targets
        moved = found.renames or found.copies
        target = name
        if moved and self.given is None:
            target = found.names[OLD if self.way.reverse else NEW] or name
        outname = opts.output if opts.output is not None else target
        before = targets.stat(name)
        if before is not None and modes.S_ISLNK(before.mode) and not self._is_link(found):
            followed = self._followed(name) if self.given is not None and settings.posix else None
            before = followed or before
        self.way.link = self._is_link(found)
        if before is not None and not self.way.skipping:
            wanted = modes.S_ISLNK if self.way.link else modes.S_ISREG
            if not wanted(before.mode):
                what = b"symbolic link" if self.way.link else b"regular file"
                self.say(b"File %s is not a %s -- refusing to patch\n" % (settings.quoted(name), what))
                self.way.skipping = True
                self.results.failed_somewhere = True
        if not self.way.skipping:
            self._check_writable(name, before)
        if found.form == "binary":
            if not self.way.skipping:
                self.say(b"File %s: git binary diffs are not supported.\n" % settings.quoted(outname))
            self.way.skipping = True
            self.results.failed_somewhere = True
            self.source.at += 1
            return
        if found.form == "ed":
            if not self.way.skipping and settings.verbose:
                self._announce(found, name, outname)
            data = None if self.way.skipping else targets.read(name, before)
            result = run_script(self.source, None if data is None else _lines(data))
            if result is None:
                self.results.failed_somewhere = True
                return
            self.results.store(found, name, outname, before, b"".join(result), 1, 0, False)
            return
        data = b"" if self.way.skipping else targets.read(name, before)
        held = len(data) + 60 * data.count(b"\n")
        self.k.charge(held)
        try:
            self._hunks(found, name, outname, before, data)
        finally:
            self.k.charge(-held)

    def _announce(self, found: Heading, name: bytes, outname: bytes) -> None:
        if self.settings.silent:
            return
        quoted = self.settings.quoted
        what = b"symbolic link" if self.way.link else b"file"
        line = b"%s %s %s" % (b"checking" if self.opts.dry_run else b"patching", what, quoted(outname))
        if outname != name:
            how = b"copied" if found.copies else b"renamed" if found.renames else b"read"
            line += b" (%s from %s)" % (how, quoted(name))
        self.say(line + b"\n")

    def _is_link(self, found: Heading) -> bool:
        mode = found.modes[NEW] or found.modes[OLD]
        return modes.S_ISLNK(mode)

    def _followed(self, name: bytes) -> Stat | None:
        try:
            return self.k.stat(name)
        except SysError:
            return None

    def _check_writable(self, name: bytes, before: Stat | None) -> None:
        behaviour = self.settings.read_only
        if behaviour == b"ignore" or before is None or modes.S_ISLNK(before.mode):
            return
        try:
            self.k.access(name, W_OK)
        except SysError:
            start = b"File %s is read-only; " % self.settings.quoted(name)
            if behaviour == b"warn":
                self.say(start + b"trying to patch anyway\n")
            else:
                self.say(start + b"refusing to patch\n")
                self.way.skipping = self.results.failed_somewhere = True

    def _hunks(self, found: Heading, name: bytes, outname: bytes, before: Stat | None, data: bytes) -> None:
        settings = self.settings
        if found.prerequisite is not None and not self.way.skipping:
            self.way.check_revision(found.prerequisite, data)
        text = Text(_lines(data), self.opts.ifdef)
        if not self.way.skipping:
            self._announce(found, name, outname)
            if settings.verbose:
                self.say(b"Using Plan A...\n")
        rejects: list[bytes] = []
        count = failed = 0
        mismatch = False
        while (hunk := next_hunk(self.source, found.form)) is not None:
            self.k.tick()
            if self.way.reverse:
                hunk = hunk.swapped()
            count += 1
            where = fuzz = 0
            if not self.way.skipping:
                where, fuzz, hunk, wrong = self._place(text, hunk, count == 1)
                mismatch |= wrong
            shown = (where or hunk.first) + text.grown
            creating = where == 1 and found.nonexistent[self.way.reverse] == 2 and bool(data)
            applied = bool(where) and not (self.way.skipping or creating)
            if applied and not text.apply(hunk, where):
                self.say(b"misordered hunks! output would be garbled\n")
                applied = False
            if not applied:
                rejects.append(rejected(settings, self.way.reverse, found, hunk, text.grown, first=not failed))
                failed += 1
                if settings.verbose or not (self.way.skipping or settings.silent):
                    line = b"Hunk #%d %s at %d" % (count, b"ignored" if self.way.skipping else b"FAILED", shown)
                    if not self.way.skipping and self._endings_differ(text, hunk):
                        line += b" (different line endings)"
                    self.say(line + b".\n")
                continue
            if settings.verbose or (not settings.silent and (fuzz or text.offset)):
                line = b"Hunk #%d succeeded at %d" % (count, shown)
                if fuzz:
                    line += b" with fuzz %d" % fuzz
                if text.offset:
                    line += b" (offset %d line%s)" % (text.offset, b"" if text.offset == 1 else b"s")
                self.say(line + b".\n")
        if not self.way.skipping:
            self.results.store(found, name, outname, before, text.finish(), count, failed, mismatch)
        if failed:
            self.results.report(outname, rejects, failed, count)

    def _place(self, text: Text, hunk: Hunk, first: bool) -> tuple[int, int, Hunk, bool]:
        """Return where the hunk fits (0: nowhere), with how much fuzz, the hunk as it was taken, and whether that's a mismatch."""
        most = min(self.settings.fuzz, max(hunk.prefix, hunk.suffix))
        loose, tick = bool(self.opts.loose), self.k.tick
        fuzz = 0
        anyway = bool(self.opts.force)
        mismatch = False
        while True:
            where = text.locate(hunk, fuzz, loose, tick)
            if not where or fuzz or text.offset:
                mismatch = True
            if where:
                return where, fuzz, hunk, mismatch
            if first and not anyway and self.way.reverse == bool(self.opts.reverse):
                other = hunk.swapped()
                offset = text.offset
                if text.locate(other, fuzz, loose, tick):
                    word = b"Unreversed" if self.way.reverse else b"Reversed (or previously applied)"
                    if self.way.ok_to_reverse(word + b" patch detected!"):
                        self.way.reverse = not self.way.reverse
                        return hunk_place(text, other, fuzz, loose, tick, offset), fuzz, other, mismatch
                    text.offset = offset
                    anyway = True
                    if self.way.skipping:
                        return 0, fuzz, hunk, mismatch
                    continue
            fuzz += 1
            if fuzz > most:
                return 0, fuzz, hunk, mismatch

    def _endings_differ(self, text: Text, hunk: Hunk) -> bool:
        """Tell whether only the lines' ends (CR LF and LF) keep the hunk from fitting."""
        ours = text.lines[0] if text.lines else b""
        theirs = hunk.old[0][1] if hunk.old else b""
        return bool(ours and theirs) and ours.endswith(b"\r\n") != theirs.endswith(b"\r\n")


def hunk_place(text: Text, hunk: Hunk, fuzz: int, loose: bool, tick: object, offset: int) -> int:
    """Return where a hunk that was found before is found again, the offset counted once."""
    text.offset = offset
    return text.locate(hunk, fuzz, loose, tick)  # type: ignore[arg-type]


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) if b"\r" not in data and b"\v" not in data else _split(data)


def _split(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    last = parts.pop()
    found = [part + b"\n" for part in parts]
    return [*found, last] if last else found
