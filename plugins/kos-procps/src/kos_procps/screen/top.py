"""top: the processes that use the machine, now and every few seconds; a screen with keys, or plain text with -b."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    Command,
    Flag,
    HelpRequested,
    Interrupted,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    signal_number,
)

from ..facts.intervals import seconds_ns
from ..facts.processes import Machine, Process
from .display import QUIT, RESIZED, Display, size_of
from .topfacts import FIELDS, Sample
from .toplines import Columns, View, chosen, help_lines, summary_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

TOP = Command(
    "top",
    usage="[options]",
    summary="Show the processes that use the machine most.",
    options=[
        Flag("batch", "b", "batch-mode", help="plain text, without keys"),
        Flag("commands", "c", "cmdline-toggle", help="show command lines"),
        Value("delay", "d", "delay", metavar="SECS", help="time between updates (3)"),
        Value("unit", "E", "scale-summary-mem", metavar="SCALE", help="unit of memory in the summary: k, m, g, t, p"),
        Flag("threads", "H", "threads-show", help="threads; each process has one"),
        Flag("idle", "i", "idle-toggle", help="leave out idle processes"),
        Value("count", "n", "iterations", metavar="NUMBER", help="end after so many updates"),
        Flag("fields", "O", "list-fields", help="list the names of fields"),
        Value("sort", "o", "sort-override", metavar="FIELD", help="sort by this; -FIELD the smallest first"),
        Value("pids", "p", "pid", metavar="PID,...", repeat=True, help="only these processes"),
        Flag("secure", "s", "secure-mode", help="no signals, nice values or delays by keys"),
        Value("user", "u", "filter-only-euser", metavar="USER", help="only USER's processes, by effective user"),
        Value("any_user", "U", "filter-any-user", metavar="USER", help="by any of the users of a process"),
        Value("width", "w", "width", metavar="COLUMNS", optional=True, implied=b"", help="width of the lines"),
        Flag("each_cpu", "1", "single-cpu-toggle", help="show each CPU"),
        Flag("help_", "h", hidden=True),
        Flag("version_", "V", hidden=True),
    ],
    hint="\nUsage:\n {prog} [options]\n\nFor more details see top(1).\n",
)
_WIDEST = 512
_FOREVER_NS = (1 << 31) * 10**9


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show them. Status 1 if the command line is wrong or there is no terminal to show them on."""
    opts, words = TOP.parse(_with_width(argv))
    if opts.help_ or opts.version_:
        raise HelpRequested((TOP.help_text if opts.help_ else TOP.version_text)(opts.prog))
    if words:
        complain(k, b"unknown option '%s'" % words[0])
        return 1
    if opts.fields:
        raise HelpRequested("".join(name + "\n" for name in FIELDS).encode())
    try:
        top = _Top(k, opts)
    except _Wrong as wrong:
        complain(k, wrong.args[0])
        return 1
    try:
        if opts.batch:
            return top.batch()
        try:
            k.tcgetattr(0)
            k.tcgetattr(1)
        except SysError:
            complain(k, b"failed tty get")
            return 1
        return top.on_screen()
    except SysError as error:
        complain(k, b"failed /proc open: " + cause(error))
        return 1


def _with_width(argv: list[bytes]) -> list[bytes]:
    """Return the command line with the number after -w attached to it: top takes it either way."""
    words: list[bytes] = []
    for word in argv:
        if words and words[-1] in (b"-w", b"--width") and word.isdigit():
            words[-1] += word if words[-1] == b"-w" else b"=" + word
        else:
            words.append(word)
    return words


class _Wrong(Exception):
    pass


class _Top:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.machine = Machine(k)
        self.view = View()
        self.sample: Sample | None = None
        self.message = ""
        view = self.view
        view.commands, view.active_only, view.each_cpu, view.threads = (
            opts.commands,
            opts.idle,
            opts.each_cpu,
            opts.threads,
        )
        delay = seconds_ns(opts.delay) if opts.delay is not None else 3 * 10**9
        if delay is None:
            raise _Wrong(b"bad delay interval '%s'" % opts.delay)
        self.delay_ns = min(delay, _FOREVER_NS)
        self.left = self.count()
        self.width = self.wanted_width()
        if opts.unit is not None:
            if opts.unit not in (b"k", b"m", b"g", b"t", b"p"):
                raise _Wrong(b"bad memory scaling arg '%s'" % opts.unit)
            view.unit = opts.unit.decode()
        if opts.sort is not None:
            name = opts.sort.decode("utf-8", "replace")
            bare = name[1:] if name[:1] in ("+", "-") else name
            if bare not in FIELDS:
                raise _Wrong(b"unrecognized field name '%s'" % bare.encode())
            view.sort, view.backwards = bare, not name.startswith("-")
        if opts.pids:
            view.pids = frozenset(self.pid(item) for item in b",".join(opts.pids).split(b","))
        if opts.user is not None or opts.any_user is not None:
            view.user = self.user_test(opts.user if opts.user is not None else opts.any_user, any_id=opts.user is None)

    def count(self) -> int | None:
        text = self.opts.count
        if text is None:
            return None
        if not text.isdigit() or not 0 < int(text[:12]) < 1 << 31:
            raise _Wrong(b"bad iterations argument '%s'" % text)
        return int(text)

    def wanted_width(self) -> int | None:
        text = self.opts.width
        if text is None:
            return None
        if text and not (text.isdigit() and 3 <= int(text[:6]) <= _WIDEST):
            raise _Wrong(b"bad width arg '%s'" % text)
        return int(text) if text else _WIDEST

    def pid(self, item: bytes) -> int:
        if not item.isdigit() or len(item) > 10:
            raise _Wrong(b"bad pid '%s'" % item)
        return int(item) or self.k.getpid()

    def user_test(self, text: bytes, *, any_id: bool) -> Callable[[Process], bool]:
        """Return the test for one user's processes; !USER means everybody else's. Raises _Wrong for nobody's name."""
        name = text.removeprefix(b"!")
        uid = int(name) if name.isdigit() and len(name) < 11 else self.machine.people.uid(name)
        if uid is None:
            raise _Wrong(b"Invalid user")
        unwanted = text.startswith(b"!")

        def theirs(p: Process) -> bool:
            return (uid in (p.uid, p.euid, p.suid, p.fuid) if any_id else p.euid == uid) != unwanted

        return theirs

    def look(self) -> Sample:
        sample = Sample(self.k, self.machine, self.sample)
        if self.sample is not None:
            self.sample.before = None  # no chain of all looks ever taken
        self.sample = sample
        return sample

    # ------------------------------------------------------------ plain text
    def batch(self) -> int:
        k = self.k
        out = Writer(k)
        width = self.width or size_of(k)[1]
        first = True
        while True:
            sample = self.look()
            if not first:
                out.write(b"\n")
            first = False
            columns = Columns(self.view, sample, width)
            lines = [line[:width] for line in summary_lines(k, self.view, sample)]
            lines += ["", columns.heading(), *(columns.line(p) for p in chosen(self.view, sample))]
            out.write("".join(line + "\n" for line in lines).encode("utf-8", "replace"))
            out.flush()
            if self.left is not None:
                self.left -= 1
                if self.left <= 0:
                    return 0
            k.sleep_ns(self.delay_ns)

    # ------------------------------------------------------------ the screen
    def on_screen(self) -> int:
        with Display(self.k) as display:
            self.display = display
            while True:
                self.look()
                self.draw()
                if self.left is not None:
                    self.left -= 1
                    if self.left <= 0:
                        return 0
                if not self.keys_until(self.k.clock_ns(1) + self.delay_ns):
                    return 0

    def draw(self, prompt: str = "") -> None:
        sample = self.sample
        assert sample is not None
        rows, width = self.display.size()
        width = min(self.width or width, width)
        head = [line[:width].rstrip() for line in summary_lines(self.k, self.view, sample)]
        self.prompt_row = len(head)
        columns = Columns(self.view, sample, width)
        found = chosen(self.view, sample)
        self.view.first = max(min(self.view.first, len(found) - 1), 0)
        room = max(rows - len(head) - 2, 0)
        if self.view.most:
            room = min(room, self.view.most)
        self.room = room
        shown = found[self.view.first : self.view.first + room]
        lines = [line.encode("utf-8", "replace") for line in head]
        lines.append((prompt or self.message)[:width].encode("utf-8", "replace"))
        self.message = ""
        lines.append(b"\033[7m%s\033[m" % columns.heading().ljust(width).encode())
        for p in shown:
            text = columns.line(p).encode("utf-8", "replace")
            lines.append(b"\033[1m%s\033[m" % text if p.state == "R" else text)
        self.display.draw(lines)
        self.first_pid = shown[0].pid if shown else 0

    def keys_until(self, deadline: int) -> bool:
        """Act on keys until the time comes for another look; False to end."""
        while (left := deadline - self.k.clock_ns(1)) > 0:
            key = self.display.key(left)
            if key in (QUIT, "q"):
                return False
            if key == RESIZED:
                self.draw()
            elif key in (" ", "\r", "\n"):
                return True
            elif key and not self.act(key):
                return False
        return True

    def act(self, key: str) -> bool:
        """Do what a key asks for; False to end."""
        view = self.view
        sorts = {"P": "%CPU", "M": "%MEM", "N": "PID", "T": "TIME+"}
        if key in sorts:
            view.sort, view.backwards = sorts[key], True
        elif key == "R":
            view.backwards = not view.backwards
        elif key == "c":
            view.commands = not view.commands
        elif key == "i":
            view.active_only = not view.active_only
        elif key == "1":
            view.each_cpu = not view.each_cpu
        elif key == "H":
            view.threads = not view.threads
        elif key == "l":
            view.load_line = not view.load_line
        elif key == "t":
            view.cpu_lines = not view.cpu_lines
        elif key == "m":
            view.memory_lines = not view.memory_lines
        elif key == "E":
            view.unit = {"k": "m", "m": "g", "g": "t", "t": "p", "p": "k"}[view.unit]
        elif key in ("<up>", "<down>", "<page-up>", "<page-down>", "<home>", "<end>"):
            self.scroll(key)
        elif key in ("h", "?"):
            return self.help()
        elif key in ("k", "r", "d", "s", "u", "n", "#"):
            if self.opts.secure and key in "krds":
                self.message = " Unavailable in secure mode"
            elif not self.ask(key):
                return False
        else:
            self.message = " Unknown command - try 'h' for help"
        self.draw()
        return True

    def scroll(self, key: str) -> None:
        assert self.sample is not None
        step = {"<up>": -1, "<down>": 1, "<page-up>": -self.room, "<page-down>": self.room}
        if key in step:
            self.view.first = max(self.view.first + step[key], 0)
        else:
            self.view.first = 0 if key == "<home>" else max(len(chosen(self.view, self.sample)) - self.room, 0)

    def help(self) -> bool:
        rows, width = self.display.size()
        self.display.draw([line[:width].encode() for line in help_lines(self.delay_ns / 1e9, self.opts.secure)][:rows])
        while (key := self.display.key(_FOREVER_NS)) in ("", RESIZED):
            pass
        if key == QUIT:
            return False
        self.draw()
        return True

    # ------------------------------------------------------------ questions
    def answer(self, question: str) -> str | None:
        """Return what is typed after a question, in the line above the headings; None after Escape or the end."""
        typed = ""
        while True:
            self.draw(question + " " + typed)
            self.display.write(b"\033[%d;%dH\033[?25h" % (self.prompt_row + 1, len(question) + len(typed) + 2))
            key = self.display.key(_FOREVER_NS)
            self.display.write(b"\033[?25l")
            if key in ("\r", "\n"):
                return typed.strip()
            if key in ("<escape>", QUIT, "\x04"):
                return None
            if key in ("\x7f", "\b"):
                typed = typed[:-1]
            elif key == "\x15":
                typed = ""
            elif len(key) == 1 and key.isprintable() and len(typed) < 64:
                typed += key

    def ask(self, key: str) -> bool:
        if key in "kr":
            self.ask_process(key)
        elif key in "ds":
            typed = self.answer(f"Change delay from {self.delay_ns / 1e9:.1f} to")
            delay = seconds_ns(typed.encode()) if typed else None
            if delay is not None:
                self.delay_ns = min(delay, _FOREVER_NS)
            elif typed:
                self.message = " Unacceptable floating point"
        elif key == "u":
            typed = self.answer("Which user (blank for all)")
            if typed is not None:
                try:
                    self.view.user = self.user_test(typed.encode(), any_id=False) if typed else None
                except _Wrong as wrong:
                    self.message = " " + wrong.args[0].decode()
        else:
            typed = self.answer(f"Maximum tasks = {self.view.most}, change to (0 is unlimited)")
            if typed:
                if typed.isascii() and typed.isdigit() and len(typed) < 10:
                    self.view.most = int(typed)
                else:
                    self.message = " Unacceptable integer"
        return True

    def ask_process(self, key: str) -> None:
        what = "signal/kill" if key == "k" else "renice"
        typed = self.answer(f"PID to {what} [default pid = {self.first_pid}]")
        if typed is None:
            return
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 11):
            self.message = " Unacceptable integer"
            return
        pid = int(typed) if typed else self.first_pid
        second = self.answer(f"Send pid {pid} signal [15/sigterm]" if key == "k" else f"Renice PID {pid} to value")
        if second is None or (key == "r" and not second):
            return
        try:
            if key == "k":
                number = signal_number(second.encode() if second else b"15")
                if number is None:
                    self.message = " Invalid signal"
                elif number:
                    self.k.kill(pid, number)
            else:
                digits = second.lstrip("-")
                if not (digits.isascii() and digits.isdigit() and len(digits) < 6):
                    self.message = " Unacceptable integer"
                else:
                    self.k.setpriority(pid, int(second))
        except Interrupted:
            pass
        except SysError as error:
            verb = "Failed signal pid" if key == "k" else "Failed renice of PID"
            self.message = f" {verb} '{pid}': {error.strerror}"
