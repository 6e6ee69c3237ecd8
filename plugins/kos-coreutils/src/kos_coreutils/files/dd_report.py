"""What dd tells on standard error: records in and out, bytes, time, speed."""

from __future__ import annotations

from .console import Console

_UNITS = ("", "k", "M", "G", "T", "P", "E")


def rounded(size: float, base: int) -> str:
    """Return a number of bytes to two digits or in whole units, rounded to the nearest: 4.2 MB, 118 MiB, 512 B."""
    power = 0
    value = float(size)
    while value >= base and power < len(_UNITS) - 1:
        value /= base
        power += 1
    if power and value < 9.95:
        text = f"{value:.1f}"
    else:
        text = f"{value:.0f}"
        if int(text) >= base and power < len(_UNITS) - 1:
            power, text = power + 1, "1.0"
    if not power:
        return f"{text} B"
    if base == 1024:
        return f"{text} {_UNITS[power].upper()}iB"
    return f"{text} {_UNITS[power]}B"


class Report:
    """The counts of one run."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.whole_in = self.part_in = self.whole_out = self.part_out = 0
        self.truncated = 0
        self.bytes_out = 0
        self.started_ns = 0
        self._shown_ns = 0
        self._line = 0

    def show(self, now_ns: int, status: str) -> None:
        """Write all that is to be told. status: "noxfer" leaves the last line out."""
        self.con.flush()
        text = ""
        if self._line:
            text, self._line = "\n", 0
        text += f"{self.whole_in}+{self.part_in} records in\n{self.whole_out}+{self.part_out} records out\n"
        if self.truncated:
            text += f"{self.truncated} truncated record{'' if self.truncated == 1 else 's'}\n"
        if status != "noxfer":
            text += self.transfer(now_ns) + "\n"
        self.con.k.write(2, text.encode())

    def transfer(self, now_ns: int) -> str:
        """Return the line about bytes, time and speed."""
        size, elapsed = self.bytes_out, (now_ns - self.started_ns) / 1e9
        speed = f"{rounded(size / elapsed, 1000)}/s" if elapsed > 0 else "Infinity B/s"
        plural = "" if size == 1 else "s"
        si, binary = rounded(size, 1000), rounded(size, 1024)
        if size < 1000:
            return f"{size} byte{plural} copied, {elapsed:g} s, {speed}"
        if size < 1024:
            return f"{size} bytes ({si}) copied, {elapsed:g} s, {speed}"
        return f"{size} bytes ({si}, {binary}) copied, {elapsed:g} s, {speed}"

    def progress(self, now_ns: int) -> None:
        """Rewrite the line about bytes, at most once a second."""
        if now_ns - max(self._shown_ns, self.started_ns) < 1_000_000_000:
            return
        self._shown_ns = now_ns
        line = self.transfer(now_ns)
        self.con.k.write(2, f"\r{line.ljust(self._line)}".encode())
        self._line = len(line)
