"""Times: formats and zones compared with the host's date, and dates in words."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from kos_coreutils.misc.datetext import read as read_date
from kos_kernel import Machine
from kos_kernel.api import UTC, broken_down, civil_from_days, days_from_civil, strftime, zone_named

FORMAT = (
    "%a %A %b %B %c|%C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %N %3N %p %P %q %r %R %s %S %T %u %U %V %w %W %x %X %y %Y "
    "%z %:z %::z %:::z %Z %-d %_d %05d %^a %#p %10Y %-j %_H %^10B %010a %+4Y"
)
MOMENTS = [0, 1, 951782400, 1078012799, 1234567890, 1700000000, 1711846800, 1729990800, 2**31, 4102444800, 4133980799]
SUNDAY = 1_700_395_200_000_000_000  # 2023-11-19 12:00:00 UTC


class NoFiles:
    """Enough of the system calls for a zone that no file describes."""

    env: dict[bytes, bytes] = {}

    def open(self, path: bytes) -> int:
        """Find nothing."""
        from kos_kernel.api import NoSuchFile

        raise NoSuchFile(path)


@pytest.mark.skipif(shutil.which("date") is None, reason="compares with the host's date")
@pytest.mark.parametrize(
    "zone",
    ["UTC0", "EST5EDT", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-5:30", "AEST-10AEDT,M10.1.0,M4.1.0/3", "XXX3:30", ""],
)
def test_every_directive_in_every_zone_is_as_gnu_date_has_it(zone: str) -> None:
    ours = zone_named(NoFiles(), zone.encode())  # type: ignore[arg-type]
    text = "".join(f"@{moment}\n" for moment in MOMENTS)
    done = subprocess.run(
        ["date", "-f", "-", "+" + FORMAT],
        input=text.encode(),
        env={"TZ": zone, "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    for moment, expected in zip(MOMENTS, done.stdout.split(b"\n"), strict=False):
        when = broken_down(moment * 10**9, ours)
        assert strftime(FORMAT.encode(), when) == expected
        assert ours.seconds_at(*when[:6]) == moment


def test_days_and_dates_are_inverse_over_four_hundred_years() -> None:
    for day in range(-150_000, 150_000, 7):
        assert days_from_civil(*civil_from_days(day)) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@1.5", "1970-01-01 00:00:01.5"),
        ("2024-02-29", "2024-02-29 00:00:00"),
        ("2024-02-29T12:30:05.25Z", "2024-02-29 12:30:05.25"),
        ("2024-02-29 12:30 +0200", "2024-02-29 10:30:00"),
        ("29 Feb 2024 1pm", "2024-02-29 13:00:00"),
        ("Feb 29, 2024", "2024-02-29 00:00:00"),
        ("2/29/2024", "2024-02-29 00:00:00"),
        ("20240229 1230", "2024-02-29 12:30:00"),
        ("now", "2023-11-19 12:00:00"),
        ("yesterday", "2023-11-18 12:00:00"),
        ("tomorrow 08:00", "2023-11-20 08:00:00"),
        ("3 days ago", "2023-11-16 12:00:00"),
        ("next month", "2023-12-19 12:00:00"),
        ("2 weeks", "2023-12-03 12:00:00"),
        ("monday", "2023-11-20 00:00:00"),
        ("next sunday", "2023-11-26 00:00:00"),
        ("last friday", "2023-11-17 00:00:00"),
        ("-1 hour", "2023-11-19 11:00:00"),
    ],
)
def test_a_date_in_words_means_what_gnu_says(text: str, expected: str) -> None:
    ns = read_date(text.encode(), SUNDAY, UTC)
    assert ns is not None
    whole, _, fraction = expected.partition(".")
    assert strftime(b"%F %T", broken_down(ns, UTC)).decode() == whole
    assert ns % 10**9 == int(fraction.ljust(9, "0") or 0)


@pytest.mark.parametrize(
    "text", ["foo", "2024-02-30", "2024-13-01", "25:00", "12:60", "next", "5 5 5 5", "@", "é", "13pm"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert read_date(text.encode(), SUNDAY, UTC) is None


def test_a_machine_without_zone_files_takes_unknown_zones_for_utc() -> None:
    with Machine() as m:
        m.write_file("/tmp/f", b"")
        m.exec(["touch", "-d", "2001-02-03 04:05:06", "/tmp/f"], env={"TZ": "Europe/Nowhere"}).check()
        assert m.stat("/tmp/f").mtime_ns == 981_173_106_000_000_000


@pytest.mark.skipif(shutil.which("date") is None, reason="compares with the host's date")
@pytest.mark.parametrize(
    ("zone", "moment"), [("UTC0", 1_700_000_000), ("XXX-5:30", -62_000_000_000), ("ABC+3:15:20", 253_402_400_000)]
)
def test_every_flag_width_and_modifier_before_every_letter_is_as_gnu_date_has_it(zone: str, moment: int) -> None:
    forms = [
        f"%{flags}{width}{modifier}{letter}"
        for letter in [*"aAbBcCdDeFgGhHIjklmMnNpPqrRsSTtuUVwWxXyYzZ", ":z", "::z", ":::z"]
        for flags in ("", "-", "_", "0", "^", "#", "+", "-_", "0_", "^#", "_+")
        for width in ("", "1", "3", "5", "12")
        for modifier in (("", "E", "O") if not flags and ":" not in letter and letter not in "qz" else ("",))
        if not (letter == "N" and flags[-1:] == "-" and not width)  # which date takes for %9N
    ]
    ns = moment * 10**9 + 12_300_000
    seconds, fraction = divmod(abs(ns), 10**9)
    done = subprocess.run(
        ["date", "-d", f"@{'-' if ns < 0 else ''}{seconds}.{fraction:09d}", "+" + "\1".join(forms)],
        env={"TZ": zone, "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    when = broken_down(ns, zone_named(NoFiles(), zone.encode()))  # type: ignore[arg-type]
    expected = dict(zip(forms, done.stdout[:-1].split(b"\1"), strict=True))
    assert {form: strftime(form.encode(), when) for form in forms} == expected
