"""watch: run a command again and again, and show what it writes, a screenful at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    WEXITSTATUS,
    WIFSIGNALED,
    WTERMSIG,
    Command,
    Flag,
    HelpRequested,
    Interrupted,
    SysError,
    UsageError,
    Value,
    broken_down,
    cause,
    complain,
    run_command,
    strftime,
    zone_of,
)

from ..facts.intervals import FOREVER_NS, seconds_ns
from .display import QUIT, RESIZED, Display

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HINT = "\nUsage:\n {prog} [options] command\n\nFor more details see watch(1).\n"
WATCH = Command(
    "watch",
    usage="[options] command",
    summary="Run a command periodically, showing its output in full screen.",
    options=[
        Flag("beep", "b", "beep", help="beep if the command fails"),
        Flag("color", "c", "color", help="let colors through"),
        Value(
            "differences",
            "d",
            "differences",
            metavar="permanent",
            optional=True,
            implied=b"",
            help="highlight what changed",
        ),
        Flag("errexit", "e", "errexit", help="end when the command fails"),
        Flag("chgexit", "g", "chgexit", help="end when its output changes"),
        Value(
            "equexit", "q", "equexit", metavar="CYCLES", help="end when its output hasn't changed for so many cycles"
        ),
        Value("interval", "n", "interval", metavar="SECS", help="seconds between two runs"),
        Flag("precise", "p", "precise", help="run the command at exact intervals"),
        Flag("no_title", "t", "no-title", help="show no heading"),
        Flag("no_wrap", "w", "no-wrap", help="cut long lines"),
        Flag("exec", "x", "exec", help="pass the command to exec, not to sh -c"),
        Flag("help_", "h", hidden=True),
        Flag("version_", "v", hidden=True),
    ],
    hint=_HINT,
    permute=False,
)
_SHORTEST_NS = 100_000_000
_LONGEST_NS = (1 << 31) * 10**9
_KEPT = 1 << 20  # bytes of output that are looked at; the rest is read and dropped
_SGR = re.compile(r"\033\[[0-9;:]*m")
_SEQUENCE = re.compile(r"\033(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|[ -/]+[0-~])")
_COMMAND_FAILED = 8


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Watch. Status 0 after -g or -q or a signal, 8 after -e, 1 if the command line is wrong."""
    opts, words = WATCH.parse(argv)
    if opts.help_ or opts.version_:
        raise HelpRequested((WATCH.help_text if opts.help_ else WATCH.version_text)(opts.prog))
    if not words:
        raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
    if opts.differences not in (None, b"", b"permanent", b"cumulative"):
        raise UsageError(_HINT.encode().replace(b"{prog}", opts.prog), 1)
    text = opts.interval if opts.interval is not None else k.env.get(b"WATCH_INTERVAL", b"2")
    interval = seconds_ns(text.replace(b",", b"."))
    if interval is None:
        complain(k, b"failed to parse argument: '%s': Invalid argument" % text)
        return 1
    cycles = 0
    if opts.equexit is not None:
        if not opts.equexit.isdigit() or not 0 < int(opts.equexit[:10]) < 1 << 31:
            complain(k, b"failed to parse argument: '%s': Invalid argument" % opts.equexit)
            return 1
        cycles = int(opts.equexit[:10])
    interval = min(max(interval, _SHORTEST_NS), _LONGEST_NS)
    with Display(k, keys=False, own_screen=True) as display:
        watched = _Watch(k, opts, words, interval, display)
        status = watched.run(cycles)
    if watched.error is not None:
        complain(k, b"unable to execute '%s': %s" % (words[0], cause(watched.error)))
    return status


class _Watch:
    def __init__(self, k: Syscalls, opts: Any, words: list[bytes], interval: int, display: Display) -> None:
        self.k = k
        self.opts = opts
        self.words = words if opts.exec else [b"/bin/sh", b"-c", b" ".join(words)]
        self.title = b" ".join(words).decode("utf-8", "replace")
        self.interval = interval
        self.display = display
        self.error: SysError | None = None
        self.before: list[list[str]] | None = None
        self.marked: list[list[bool]] = []

    def run(self, cycles: int) -> int:
        k, opts, same = self.k, self.opts, 0
        last: bytes | None = None
        due = k.clock_ns(1)
        while True:
            output, status = self.output()
            if self.error is not None:
                return 1
            self.show(output)
            if status and opts.beep:
                self.display.write(b"\a")
            if status and opts.errexit:
                return _COMMAND_FAILED
            changed = last is not None and output != last
            if changed and opts.chgexit:
                return 0
            same = 0 if changed or last is None else same + 1
            if cycles and same >= cycles:
                return 0
            last = output
            due = due + self.interval if opts.precise else k.clock_ns(1) + self.interval
            while (left := due - k.clock_ns(1)) > 0:
                key = self.display.key(min(left, FOREVER_NS))
                if key == QUIT:
                    return 0
                if key == RESIZED:
                    self.before = None
                    self.show(output)

    def output(self) -> tuple[bytes, int]:
        """Run the command; return what it wrote and its status."""
        k = self.k
        read_end, write_end = k.pipe(cloexec=True)
        fds = {0: 0, 1: write_end, 2: write_end}
        try:
            pid = run_command(k, self.words, lambda path, argv: k.spawn(path, argv, dict(k.env), fds=fds))
        except SysError as error:
            self.error = error
            k.close(read_end)
            k.close(write_end)
            return b"", 1
        k.close(write_end)
        parts, size = [], 0
        while True:
            try:
                data = k.read(read_end, 65536)
            except Interrupted:
                continue
            if not data:
                break
            if size < _KEPT:
                parts.append(data)
                size += len(data)
        k.close(read_end)
        while True:
            try:
                ended = k.wait(pid)
                break
            except Interrupted:
                continue
        assert ended is not None
        status = 128 + WTERMSIG(ended[1]) if WIFSIGNALED(ended[1]) else WEXITSTATUS(ended[1])
        return b"".join(parts)[:_KEPT], status

    # ------------------------------------------------------------ the screen
    def show(self, output: bytes) -> None:
        rows, columns = self.display.size()
        head = [] if self.opts.no_title else [self.heading(columns), ""]
        cells = self.cells(output.decode("utf-8", "replace"), max(rows - len(head), 0), columns)
        lines = [line.encode() for line in head]
        changed = self.changes(cells) if self.opts.differences is not None else None
        for row, line in enumerate(cells):
            text = ""
            lit = False
            for column, cell in enumerate(line):
                new = changed is not None and row < len(changed) and column < len(changed[row]) and changed[row][column]
                if new != lit:
                    text += "\033[7m" if new else "\033[27m"
                    lit = new
                text += cell
            lines.append(
                (text + ("\033[27m" if lit else "") + ("\033[m" if self.opts.color else "")).encode("utf-8", "replace")
            )
        self.before = cells
        self.display.draw(lines)

    def heading(self, columns: int) -> str:
        k = self.k
        seconds = f"Every {self.interval / 1e9:.1f}s: "
        date = strftime(b"%a %b %e %H:%M:%S %Y", broken_down(k.clock_ns(), zone_of(k)))
        right = (k.uname().nodename + b": " + date).decode("utf-8", "replace")
        if columns < len(right):
            return ""
        room = columns - len(right) - 1
        left = (seconds + self.title)[: max(room, 0)]
        if len(seconds + self.title) > room > len(seconds) + 3:
            left = left[: room - 4] + "... "
        shown = "".join(char if char.isprintable() else " " for char in left)
        return f"{shown:<{max(room, 0)}} {right}"

    def cells(self, text: str, rows: int, columns: int) -> list[list[str]]:
        """Return what is on the screen: for each line its cells, each a character with the colors before it."""
        lines: list[list[str]] = [[]]
        pending = ""
        at = 0
        while at < len(text) and len(lines) <= rows:
            char = text[at]
            if char == "\033":
                color = _SGR.match(text, at) if self.opts.color else None
                other = _SEQUENCE.match(text, at)
                pending += color[0] if color is not None else ""
                at = color.end() if color is not None else other.end() if other is not None else at + 1
                continue
            at += 1
            if char == "\n":
                if pending:
                    lines[-1].append(pending)
                    pending = ""
                lines.append([])
            elif char == "\t":
                room = min(8 - len(lines[-1]) % 8, columns - len(lines[-1]))
                lines[-1] += [" "] * max(room, 0)
            elif char.isprintable():
                if len(lines[-1]) >= columns:
                    if self.opts.no_wrap:
                        end = text.find("\n", at)
                        at = len(text) if end < 0 else end
                        continue
                    lines.append([])
                lines[-1].append(pending + char)
                pending = ""
        return lines[:rows]

    def changes(self, cells: list[list[str]]) -> list[list[bool]]:
        """Return which cells differ from the last time; with permanent, from any time."""
        if self.before is None:
            return []
        rows = []
        for row, line in enumerate(cells):
            old = self.before[row] if row < len(self.before) else []
            marks = [column >= len(old) or old[column] != cell for column, cell in enumerate(line)]
            if self.opts.differences:
                was = self.marked[row] if row < len(self.marked) else []
                marks = [mark or (column < len(was) and was[column]) for column, mark in enumerate(marks)]
            rows.append(marks)
        self.marked = rows
        return rows
