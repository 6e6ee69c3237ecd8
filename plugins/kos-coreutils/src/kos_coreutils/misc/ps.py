"""ps: the processes, from /proc.

Understands the UNIX options (ps -ef, -p, -u, -o ...) and the BSD ones (ps aux, axo ...), as procps does. What isn't done
(threads, environments, registers, signals) is refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from kos_kernel.api import HelpRequested, SysError, Writer, cause

from .pscolumns import COLUMNS, Column, Machine, Process, processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

_USAGE = b"""
Usage:
 ps [options]

Selection: -A -e (all), -a (with a terminal), -d (no session leaders), a, x, r (running), -p LIST, -C LIST, -u LIST,
 -U LIST, -g LIST, -G LIST, -s LIST, -t LIST, --ppid LIST, -N (the others)
Format: -f -F -l -j u l j, -o FORMAT, -O FORMAT, --sort KEYS, -H f --forest, h --no-headers, -w w
"""
_FORMATS = {
    "": "pid tname time ucmd",
    "bsd": "pid tname stat bsdtime args",
    "-f": "user=UID pid ppid c stime tname time args=CMD",
    "-F": "user=UID pid ppid c sz rss psr stime tname time args=CMD",
    "-l": "flag state uid pid ppid c opri nice addr sz wchan tname time ucmd",
    "-j": "pid pgid sid tname time ucmd",
    "u": "user pid pcpu pmem vsz rss tname stat stime=START bsdtime args",
    "l": "flag uid pid ppid priority nice vsz rss wchan stat tname bsdtime args",
    "j": "ppid pid pgid sid tname tpgid stat uid bsdtime args",
}
_LISTS = "pCuUgGstoOqk"  # options with a value
_REFUSED = {"L": "-L (threads)", "T": "-T (threads)", "m": "-m (threads)", "M": "-M", "Z": "-Z", "e": "e (environment)",
            "s": "s (signals)", "v": "v", "X": "X (registers)", "n": "n", "S": "S", "c": "c", "y": "-y", "P": "-P"}  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the chosen processes. Status 1 if there are none, or the command line is wrong."""
    return _Ps(k, [word.decode("utf-8", "replace") for word in argv[1:]]).run()


class _Ps:
    def __init__(self, k: Syscalls, words: list[str]) -> None:
        self.k = k
        self.words = words
        self.selections: list[Callable[[Process], bool]] = []
        self.bsd = self.every = self.with_terminal = self.without_terminal = self.no_leaders = False
        self.everybody = self.running = self.negated = False
        self.form: str | None = None
        self.columns: list[tuple[Column, str, str]] = []  # column, heading, name
        self.keys: list[tuple[str, bool]] = []
        self.headings = True
        self.forest = False
        self.wide = 0
        self.machine = Machine(k)

    def die(self, message: str) -> NoReturn:
        self.k.write(2, f"error: {message}\n".encode() + _USAGE)
        self.k.exit(1)

    # ------------------------------------------------------------ command line
    def parse(self) -> None:
        words = self.words
        while words:
            word = words.pop(0)
            if word.startswith("--"):
                self.long(word[2:])
            elif word.startswith("-"):
                self.cluster(word[1:], unix=True)
            elif word.isdigit() or "," in word:
                self.select("p", word)
            else:
                self.bsd = True
                self.cluster(word, unix=False)

    def long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if name in ("no-headers", "no-headings", "no-heading", "noheader", "noheaders", "noheading", "noheadings"):
            self.headings = False
        elif name in ("headers", "heading", "headings"):
            self.headings = True
        elif name == "forest":
            self.forest = True
        elif name == "deselect":
            self.negated = True
        elif name in ("help", "version"):
            raise HelpRequested(_USAGE if name == "help" else b"ps from KOS\n")
        elif name in ("pid", "ppid", "sort", "user", "User", "group", "Group", "tty", "sid", "format", "quick-pid", "cols",
                      "columns", "width"):  # fmt: skip
            if not equals:
                if not self.words:
                    self.die("the option needs an argument: --" + name)
                value = self.words.pop(0)
            short = {"pid": "p", "quick-pid": "p", "user": "u", "User": "U", "group": "g", "Group": "G", "tty": "t", "sid": "s",
                     "ppid": "ppid"}.get(name)  # fmt: skip
            if name == "sort":
                self.sort_by(value)
            elif name == "format":
                self.add_columns(value)
            elif short is None:
                self.wide = int(value) if value.isdigit() else 0
            else:
                self.select(short, value)
        else:
            self.die("unknown gnu long option")

    def cluster(self, letters: str, *, unix: bool) -> None:
        at = 0
        while at < len(letters):
            letter = letters[at]
            at += 1
            if letter in (_LISTS if unix else "pUtoOkq"):
                value = letters[at:]
                at = len(letters)
                if not value:
                    if not self.words:
                        self.die(
                            "list of process IDs must follow " + letter
                            if letter in "pq"
                            else "list must follow " + letter
                        )
                    value = self.words.pop(0)
                self.valued(letter, value, unix)
            else:
                self.flag(letter, unix)

    def valued(self, letter: str, value: str, unix: bool) -> None:
        if letter == "o":
            self.add_columns(value)
        elif letter == "O":
            self.add_columns("pid," + value + ",state,tname,time,command")
        elif letter == "k":
            self.sort_by(value)
        elif letter == "U" and not unix:
            self.select("u", value)
        else:
            self.select("p" if letter == "q" else letter, value)

    def flag(self, letter: str, unix: bool) -> None:
        if unix and letter in "AeadNfFljHwV":
            if letter in "Ae":
                self.every = True
            elif letter == "a":
                self.with_terminal = self.no_leaders = self.everybody = True
            elif letter == "d":
                self.every = self.no_leaders = True
            elif letter == "N":
                self.negated = True
            elif letter == "H":
                self.forest = True
            elif letter == "w":
                self.wide += 132
            elif letter == "V":
                raise HelpRequested(b"ps from KOS\n")
            else:
                self.form = "-F" if letter == "F" or (letter == "f" and self.form == "-F") else "-" + letter
        elif not unix and letter in "axrulfjhwgTV":
            if letter == "a":
                self.everybody = True
            elif letter == "x":
                self.without_terminal = True
            elif letter == "r":
                self.running = True
            elif letter == "f":
                self.forest = True
            elif letter == "h":
                self.headings = False
            elif letter == "w":
                self.wide += 132
            elif letter == "T":
                self.select("t", self.my_terminal())
            elif letter == "V":
                raise HelpRequested(b"ps from KOS\n")
            elif letter != "g":
                self.form = letter
        elif letter in _REFUSED:
            self.die(f"{_REFUSED[letter]} is not supported")
        else:
            self.die("unsupported SysV option" if unix else "unsupported option (BSD syntax)")

    def items(self, value: str) -> list[str]:
        return [item for item in value.replace(",", " ").split() if item]

    def numbers(self, value: str, what: str) -> set[int]:
        items = self.items(value)
        if not items or not all(item.isdigit() for item in items):
            self.die(f"{what} list syntax error")
        return {int(item) for item in items}

    def select(self, letter: str, value: str) -> None:
        if letter in ("p", "ppid", "s"):
            wanted = self.numbers(value, "process ID" if letter != "s" else "session ID")
            attribute = {"p": "pid", "ppid": "ppid", "s": "sid"}[letter]
            self.selections.append(lambda p: getattr(p, attribute) in wanted)
        elif letter == "C":
            names = {item[:15].encode() for item in self.items(value)}
            self.selections.append(lambda p: p.comm in names)
        elif letter in "uU":
            uids = {self.account(item, self.machine.people.uid, "user name") for item in self.items(value)}
            self.selections.append(lambda p: (p.euid if letter == "u" else p.uid) in uids)
        elif letter in "gG":
            if letter == "g" and all(item.isdigit() for item in self.items(value)):
                sids = self.numbers(value, "session ID")
                self.selections.append(lambda p: p.sid in sids)
                return
            gids = {self.account(item, self.machine.people.gid, "group name") for item in self.items(value)}
            self.selections.append(lambda p: (p.egid if letter == "g" else p.gid) in gids)
        else:
            names_of = {item.removeprefix("/dev/") for item in self.items(value)}
            terminal = COLUMNS["tty"].text
            self.selections.append(lambda p: terminal(self.machine, p) in names_of or (p.tty <= 0 and "-" in names_of))

    def account(self, item: str, look_up: Callable[[bytes], int | None], what: str) -> int:
        number = look_up(item.encode())
        if number is None:
            if item.isdigit():
                return int(item)
            self.die(f"{what} does not exist")
        return number

    def add_columns(self, text: str) -> None:
        """Take a format: names separated by commas or blanks; NAME=HEADING takes the rest of the text."""
        while text := text.lstrip(", "):
            cut = min((place for mark in ", =" if (place := text.find(mark)) >= 0), default=len(text))
            name = text[:cut].lower()
            if name not in COLUMNS:
                self.die(f'unknown user-defined format specifier "{text[:cut]}"')
            column = COLUMNS[name]
            heading = column.heading
            text = text[cut:]
            if text.startswith("="):
                heading, comma, rest = text[1:].partition(",")
                if comma and rest and not all(part.split("=")[0] in COLUMNS for part in rest.split(",") if part):
                    heading, rest = text[1:], ""  # a comma in the heading: it goes on to the end
                text = rest
            self.columns.append((column, heading, name))

    def sort_by(self, text: str) -> None:
        for item in self.items(text):
            name = item.lstrip("+-").lower()
            if name not in COLUMNS:
                self.die("unknown sort specifier")
            self.keys.append((name, item.startswith("-")))

    # ------------------------------------------------------------ the list
    def my_terminal(self) -> str:
        for p in processes(self.k):
            if p.pid == self.k.getpid():
                return COLUMNS["tty"].text(self.machine, p)
        return "?"

    def run(self) -> int:
        self.parse()
        try:
            found = processes(self.k)
        except SysError as error:
            self.k.write(2, b"error: can't read /proc: " + cause(error) + b"\n")
            return 1
        if not self.columns:
            form = self.form if self.form is not None else "bsd" if self.bsd else ""
            self.columns = [self.named(item) for item in _FORMATS[form].split()]
        chosen = [p for p in found if self.chosen(p, found)]
        for name, backwards in reversed(self.keys):
            key = COLUMNS[name].key
            keyed = [(key(self.machine, p), p) for p in chosen]
            keyed.sort(key=lambda pair: pair[0], reverse=backwards)
            chosen = [p for _, p in keyed]
        depths = [""] * len(chosen)
        if self.forest:
            chosen, depths = self.as_forest(chosen)
        self.show(chosen, depths)
        return 0 if chosen else 1

    def named(self, item: str) -> tuple[Column, str, str]:
        name, equals, heading = item.partition("=")
        column = COLUMNS[name]
        return column, heading if equals else column.heading, name

    def chosen(self, p: Process, found: list[Process]) -> bool:
        return self.wanted(p, found) != self.negated

    def wanted(self, p: Process, found: list[Process]) -> bool:
        if self.running and p.state not in "RD":
            return False
        if self.selections and any(select(p) for select in self.selections):
            return True
        if self.every:
            return not (self.no_leaders and p.sid == p.pid)
        if self.everybody and self.without_terminal:
            return True
        if self.with_terminal and not self.bsd:
            return p.tty > 0 and p.sid != p.pid
        mine = p.euid == self.k.geteuid()
        if self.everybody:
            return p.tty > 0
        if self.without_terminal:
            return mine
        if self.selections:
            return False
        me = next((each for each in found if each.pid == self.k.getpid()), None)
        if self.bsd and self.form is not None:
            return mine and p.tty > 0
        return mine and me is not None and p.tty == me.tty

    def as_forest(self, chosen: list[Process]) -> tuple[list[Process], list[str]]:
        """Return processes below their parents, and what stands before each one's command."""
        pids = {p.pid for p in chosen}
        children: dict[int, list[Process]] = {}
        for p in chosen:
            children.setdefault(p.ppid if p.ppid in pids and p.ppid != p.pid else 0, []).append(p)
        ordered, leads = [], []
        bars = self.bsd
        # (process, what stands before it, what stands before its children)
        stack = [(p, "", "") for p in reversed(children.get(0, []))]
        while stack:
            p, lead, below = stack.pop()
            ordered.append(p)
            leads.append(lead)
            kids = children.get(p.pid, []) if p.pid else []
            for place, child in reversed(list(enumerate(kids))):
                last = place == len(kids) - 1
                if bars:
                    stack.append((child, below + " \\_ ", below + ("    " if last else " |  ")))
                else:
                    stack.append((child, below + "  ", below + "  "))
        return ordered, leads

    def show(self, chosen: list[Process], leads: list[str]) -> None:
        machine = self.machine
        widths = []
        for column, heading, _ in self.columns:
            width = column.width or machine.pid_width
            widths.append(max(width, len(heading)))
        out = Writer(self.k)
        limit = self.limit()
        last = len(self.columns) - 1
        if self.headings and any(heading for _, heading, _ in self.columns):
            cells = []
            for index, (column, heading, name) in enumerate(self.columns):
                width = widths[index]
                if name == "addr":
                    width = 1 if heading != "ADDR" else 4
                elif name == "sz" and index and self.columns[index - 1][2] == "addr":
                    width = 2
                cells.append(f"{heading:{column.align}{0 if index == last and column.align == '<' else width}}")
            out.write(" ".join(cells)[:limit].encode() + b"\n")
        for p, lead in zip(chosen, leads, strict=True):
            cells = []
            for index, (column, _, name) in enumerate(self.columns):
                text = column.text(machine, p)
                if name in ("args", "cmd", "command", "comm", "ucmd", "ucomm"):
                    text = lead + text
                width = widths[index] if name != "addr" else 1
                if name in ("user", "euser", "ruser", "uname", "group", "egroup", "rgroup") and len(text) > width:
                    text = text[: width - 1] + "+"
                if index < last and column.align == "<" and len(text) > width and name != "stat":
                    text = text[:width]
                cells.append(f"{text:{column.align}{0 if index == last and column.align == '<' else width}}")
            out.write(" ".join(cells)[:limit].encode("utf-8", "replace") + b"\n")
        out.flush()

    def limit(self) -> int | None:
        """Return how wide a line may be: as the terminal, or without bound if the output is none."""
        if self.wide > 132:
            return None
        columns = self.k.env.get(b"COLUMNS", b"")
        if columns.isdigit() and int(columns[:6]):
            return max(int(columns[:6]), self.wide)
        try:
            width = self.k.get_winsize(1)[1]
        except SysError:
            return None
        return max(width, self.wide) if width else None
