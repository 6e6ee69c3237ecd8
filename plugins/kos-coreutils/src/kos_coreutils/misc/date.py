"""date: the time, now or any other, in any format.

Reading is datetext.py, formatting files/stamps.py, which ls uses too. The machine's clock can't be set from inside: -s and
MMDDhhmm end as they do for somebody who isn't allowed to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    UTC,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    Zone,
    broken_down,
    cause,
    complain,
    parsed,
    quote,
    quotef,
    refuse,
    strftime,
    zone_named,
    zone_of,
)

from .datetext import read

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_ISO = {
    "date": b"%Y-%m-%d",
    "hours": b"%Y-%m-%dT%H%:z",
    "minutes": b"%Y-%m-%dT%H:%M%:z",
    "seconds": b"%Y-%m-%dT%H:%M:%S%:z",
    "ns": b"%Y-%m-%dT%H:%M:%S,%N%:z",
}
_ISO_CHOICES = {name: _ISO[name] for name in ("hours", "minutes", "date", "seconds", "ns")}
_RFC_3339 = {"date": b"%Y-%m-%d", "seconds": b"%Y-%m-%d %H:%M:%S%:z", "ns": b"%Y-%m-%d %H:%M:%S.%N%:z"}
_RFC_EMAIL = b"%a, %d %b %Y %H:%M:%S %z"
_DEFAULT = b"%a %b %e %H:%M:%S %Z %Y"
DATE = Command(
    "date",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... [+FORMAT]", "[-u|--utc|--universal] [MMDDhhmm[[CC]YY][.ss]]"),
    summary="Display date and time in the given FORMAT.\nWith -s, or with [MMDDhhmm[[CC]YY][.ss]], set the date and time.",
    options=[
        Value("text", "d", "date", metavar="STRING", help="display time described by STRING, not 'now'"),
        Flag("debug", "debug", help="annotate the parsed date to stderr"),
        Value("file", "f", "file", metavar="DATEFILE", help="like --date; once for each line of DATEFILE"),
        Value("formats", "I", "iso-8601", metavar="FMT", optional=True, implied=_ISO["date"], choices=_ISO_CHOICES, repeat=True,
              help="output date/time in ISO 8601 format.  FMT='date' for date only (the default), 'hours', 'minutes',"
              " 'seconds', or 'ns' for date and time to the indicated precision"),
        Flag("formats", "R", "rfc-email", "rfc-822", "rfc-2822", value=_RFC_EMAIL, repeat=True,
             help="output date and time in RFC 5322 format"),
        Value("formats", "rfc-3339", metavar="FMT", choices=_RFC_3339, repeat=True,
              help="output date/time in RFC 3339 format.  FMT='date', 'seconds', or 'ns'"),
        Flag("resolution", "resolution", help="output the available resolution of timestamps"),
        Value("reference", "r", "reference", metavar="FILE", help="display the last modification time of FILE"),
        Value("set", "s", "set", metavar="STRING", help="set time described by STRING"),
        Flag("utc", "u", "utc", "universal", help="print or set Coordinated Universal Time (UTC)"),
    ],
)  # fmt: skip
_ZONE_PREFIX = re.compile(rb'[ \t\n\v\f\r]*TZ="((?:[^"\\]|\\.)*)"')
_SETTING = re.compile(rb"([0-9]{8}(?:[0-9]{2}){0,2})(?:\.([0-9]{2}))?\Z")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print a time. Status 1 if a date can't be read, or a file, or the clock be set."""
    opts, words = parsed(k, DATE, argv)
    sources = sum(source is not None for source in (opts.text, opts.file, opts.reference)) + opts.resolution
    if sources > 1:
        return refuse(k, b"the options to specify dates for printing are mutually exclusive")
    if sources and opts.set is not None:
        return refuse(k, b"the options to print and set the time may not be used together")
    formats = list(opts.formats)
    setting = None
    if words:
        if len(words) > 1:
            return refuse(k, b"extra operand " + quote(words[1]))
        word = words[0]
        if word[:1] == b"+":
            formats.append(word[1:])
        elif sources or opts.set is not None:
            return refuse(
                k,
                b"the argument %s lacks a leading '+';\nwhen using an option to specify date(s), any non-option\n"
                b"argument must be a format string beginning with '+'" % quote(word),
            )
        else:
            setting = word
    if len(formats) > 1:
        complain(k, b"multiple output formats specified")
        return 1
    return _Printer(k, opts, formats[0] if formats else _DEFAULT).run(setting)


class _Printer:
    def __init__(self, k: Syscalls, opts: Any, form: bytes) -> None:
        self.k = k
        self.opts = opts
        self.form = re.sub(
            rb"%(?:%|-N)", lambda found: found[0].replace(b"-", b""), form
        )  # %-N: to the clock's resolution, which is a nanosecond
        self.zone = UTC if opts.utc else zone_of(k)
        self.now = k.clock_ns()
        self.out = Writer(k)

    def run(self, setting: bytes | None) -> int:
        k, opts = self.k, self.opts
        if opts.file is not None:
            return self.lines(opts.file)
        if opts.resolution:
            self.out.write(b"0.000000001\n" if self.form == _DEFAULT else b"")
            if self.form != _DEFAULT:
                self.show(1, self.zone)
            self.out.flush()
            return 0
        if opts.reference is not None:
            try:
                when = k.stat(opts.reference).mtime_ns
            except SysError as error:
                complain(k, quotef(opts.reference) + b": " + cause(error))
                return 1
            self.show(when, self.zone)
            self.out.flush()
            return 0
        text = opts.set if opts.set is not None else opts.text
        if setting is not None:
            text = _as_text(setting)
            if text is None:
                complain(k, b"invalid date " + quote(setting))
                return 1
        if text is None:
            self.show(self.now, self.zone)
            self.out.flush()
            return 0
        status = 0
        moment = self.read(text)
        if moment is None:
            complain(k, b"invalid date " + quote(text if setting is None else setting))
            return 1
        if opts.set is not None or setting is not None:
            complain(k, b"cannot set date: Operation not permitted")
            status = 1
        self.show(moment, self.zone)
        self.out.flush()
        return status

    def read(self, text: bytes) -> int | None:
        """Return the moment that a text describes. TZ="..." in front: what it says is said in that zone."""
        zone = self.zone
        found = _ZONE_PREFIX.match(text)
        if found is not None:
            zone = zone_named(self.k, re.sub(rb"\\(.)", rb"\1", found[1]))
            text = text[found.end() :]
        if not self.opts.debug:
            return read(text, self.now, zone)
        notes: list[str] = []
        moment = read(text, self.now, zone, notes)
        if moment is not None:
            seconds, fraction = divmod(moment, 10**9)
            notes.append(f"final: {seconds}.{fraction:09d} (epoch-seconds)")
            notes.append("final: " + strftime(b"%F %T (UTC)", broken_down(moment, UTC)).decode())
            notes.append("final: " + strftime(b"%F %T (UTC%:z)", broken_down(moment, zone)).decode())
        self.out.flush()
        for note in notes:
            complain(self.k, note.encode())
        return moment

    def show(self, moment_ns: int, zone: Zone) -> None:
        self.out.write(strftime(self.form, broken_down(moment_ns, zone)) + b"\n")

    def lines(self, source: bytes) -> int:
        """Print the date that each line of a file describes."""
        k = self.k
        try:
            fd = 0 if source == b"-" else k.open(source)
            reader = Reader(k, fd, tied=self.out)
            status = 0
            while line := reader.line():
                text = line.removesuffix(b"\n")
                moment = self.read(text)
                if moment is None:
                    self.out.flush()
                    complain(k, b"invalid date " + quote(text))
                    status = 1
                else:
                    self.show(moment, self.zone)
        except SysError as error:
            complain(k, quotef(source) + b": " + cause(error))
            return 1
        self.out.flush()
        return status


def _as_text(word: bytes) -> bytes | None:
    """Return MMDDhhmm[[CC]YY][.ss] as a date that datetext understands; None if it's none. Without a year: this one."""
    found = _SETTING.match(word)
    if found is None:
        return None
    digits, seconds = found.groups()
    month, day, hour, minute, year = (digits[at : at + 2] for at in (0, 2, 4, 6, 8))
    if len(digits) == 12:
        year = digits[8:]
    elif year:
        year = (b"19" if int(year) > 68 else b"20") + year
    clock = b"%s:%s:%s" % (hour, minute, seconds or b"00")
    return b"%s-%s-%s %s" % (year, month, day, clock) if year else b"%s/%s %s" % (month, day, clock)
