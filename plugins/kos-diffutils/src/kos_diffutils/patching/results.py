"""What a patch leaves behind: the new file or none, its backup, mode and times; what -o collects; the rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, SysError, cause

from .direction import Direction
from .headings import Heading
from .options import Fatal, Settings
from .targets import Targets

if TYPE_CHECKING:
    from kos_kernel.api import Stat


class Results:
    """failed_somewhere: whether anything went wrong in this run, so that its status is 1."""

    def __init__(self, settings: Settings, targets: Targets, way: Direction) -> None:
        self.settings = settings
        self.opts = settings.opts
        self.k = settings.k
        self.say = settings.say
        self.targets = targets
        self.way = way
        self.failed_somewhere = False
        self.output: list[bytes] = []
        self._begun = False  # something is in -r's file

    def store(
        self,
        found: Heading,
        name: bytes,
        outname: bytes,
        before: Stat | None,
        data: bytes,
        count: int,
        failed: int,
        mismatch: bool,
    ) -> None:
        """Put the patched text where it belongs."""
        settings, opts, targets = self.settings, self.opts, self.targets
        if opts.output is not None:
            self.output.append(data)
            return
        backup = opts.backup or (settings.backup_if_mismatch and (mismatch or failed > 0))
        gone = found.nonexistent[not self.way.reverse] == 2
        if not data and (opts.remove_empty or (gone and not settings.posix) or self.way.link):
            if not opts.dry_run:
                if backup:
                    targets.back_up(name)
                targets.remove(name)
            return
        if data and gone and (opts.remove_empty or not settings.posix):
            self.failed_somewhere = True
            backup = opts.backup or settings.backup_if_mismatch
            if not settings.silent:
                self.say(b"Not deleting file %s as content differs from patch\n" % settings.quoted(outname))
        old_mode, new_mode = found.modes[self.way.reverse], found.modes[not self.way.reverse]
        set_mode = bool(new_mode) and old_mode != new_mode
        times = self._times(found, name, before, bool(mismatch or failed)) if opts.times else None
        if opts.dry_run:
            return
        if backup:
            targets.back_up(outname)
        if not (failed < count or set_mode or found.copies or found.renames):
            if backup and before is not None:
                targets.write(outname, data, before.mode, self.way.link, None)
            return
        mode = 0o666 & ~self._umask() if before is None else before.mode
        if set_mode:
            mode = new_mode
        targets.write(outname, data, mode, self.way.link, times)
        if found.renames and name != outname:
            targets.remove(name)

    def _umask(self) -> int:
        mask = self.k.umask(0)
        self.k.umask(mask)
        return mask

    def _times(self, found: Heading, name: bytes, before: Stat | None, mismatch: bool) -> tuple[int, int] | None:
        """Return the times that the patch gives the file, None after a complaint that it doesn't fit."""
        new, old = found.times_ns[not self.way.reverse], found.times_ns[self.way.reverse]
        if new is None:
            return None
        if not self.opts.force:
            quoted = self.settings.quoted(name)
            if (
                before is not None
                and not found.nonexistent[self.way.reverse]
                and old is not None
                and old != before.mtime_ns
            ):
                self.say(b"Not setting time of file %s (time mismatch)\n" % quoted)
                return None
            if mismatch:
                self.say(b"Not setting time of file %s (contents mismatch)\n" % quoted)
                return None
        return new, new

    def report(self, outname: bytes, rejected: list[bytes], failed: int, count: int) -> None:
        """Say how many hunks failed, and save them."""
        opts = self.opts
        self.failed_somewhere = True
        plural = b"" if count == 1 else b"s"
        word = b"ignored" if self.way.skipping else b"FAILED"
        line = b"%d out of %d hunk%s %s" % (failed, count, plural, word)
        if opts.rejects == b"-" or opts.dry_run:
            self.say(line + b"\n")
            return
        place = opts.rejects if opts.rejects is not None else outname + b".rej"
        self.say(line + b" -- saving rejects to file %s\n" % self.settings.quoted(place))
        again = opts.rejects is not None and self._begun
        self._begun = True
        self._put(place, b"".join(rejected), O_APPEND if again else O_TRUNC)

    def give_output(self) -> None:
        """Write what -o collects."""
        data = b"".join(self.output)
        if self.opts.output != b"-":
            if not self.output:
                return
            if self.opts.backup and self.targets.stat(self.opts.output) is not None:
                self.targets.back_up(self.opts.output)
            self._put(self.opts.output, data, O_TRUNC)
            return
        while data:
            data = data[self.k.write(1, data) :]

    def _put(self, name: bytes, data: bytes, flag: int) -> None:
        try:
            fd = self.k.open(name, O_WRONLY | O_CREAT | flag)
            try:
                while data:
                    data = data[self.k.write(fd, data) :]
            finally:
                self.k.close(fd)
        except SysError as error:
            raise Fatal(b"Can't create file %s : %s" % (self.settings.quoted(name), cause(error))) from None
