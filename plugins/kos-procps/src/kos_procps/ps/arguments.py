"""The command line of ps, which is two at once: UNIX options with a dash, BSD ones without, and GNU's long ones.

    read(words, verify) -> Request       raises BadArguments with procps's sentence

A line that makes no sense as UNIX options is read once more with the dashes left out, as procps does it (`ps -aux`, `ps -x`);
if that fails too, the first complaint counts.
"""

from __future__ import annotations

from collections.abc import Callable

from .columns import COLUMNS
from .formats import (
    BSD_FORMATS,
    Cell,
    FormatError,
    cell,
    descriptors,
    is_descriptors,
    ready_made,
    standard,
    user_defined,
)

_MUST_FOLLOW = {
    "C": "list of command names must follow -C",
    "G": "list of real groups must follow -G",
    "O": "format or sort specification must follow -O",
    "U": "list of real users must follow -U",
    "g": "list of session leaders OR effective group IDs must follow -g",
    "o": "format specification must follow -o",
    "p": "list of process IDs must follow -p",
    "q": "List of process IDs must follow -q.",
    "s": "list of session leaders must follow -s",
    "t": "list of terminals (pty, tty...) must follow -t",
    "u": "list of users must follow -u",
}
_BSD_MUST_FOLLOW = {
    "U": "list of users must follow U",
    "O": "format or sort specification must follow O",
    "k": "long sort specification must follow 'k'",
    "o": "format specification must follow o",
    "p": "list of process IDs must follow p",
    "q": "List of process IDs must follow q.",
}
_LONG_LISTS = {
    "Group": ("G", "list of real groups must follow --Group"),
    "User": ("U", "list of real users must follow --User"),
    "group": ("group", "list of effective groups must follow --group"),
    "pid": ("p", "list of process IDs must follow --pid"),
    "ppid": ("ppid", "list of process IDs must follow --ppid"),
    "quick-pid": ("q", "List of process IDs must follow --quick-pid."),
    "sid": ("s", "some sid thing(s) must follow --sid"),
    "tty": ("t", "list of ttys must follow --tty"),
    "user": ("u", "list of effective users must follow --user"),
    "format": ("o", "format specification must follow --format"),
    "sort": ("k", "long sort specification must follow --sort"),
}
_NUMBERS = dict.fromkeys(("cols", "columns", "width"), "number of columns must follow --cols, --width, or --columns")
_NUMBERS |= dict.fromkeys(("lines", "rows"), "number of rows must follow --rows or --lines")
_HEADINGS = {
    **dict.fromkeys(("headers", "heading", "headings"), "heading"),
    **dict.fromkeys(("no-headers", "no-heading", "no-headings", "noheader", "noheaders", "noheading", "noheadings",
                     "no-header"), "no-heading"),
}  # fmt: skip
# the one-letter keys of the obsolete BSD `O`, and what they are called
_SORT_LETTERS = {
    "C": "pcpu", "G": "tpgid", "J": "etime", "K": "time", "M": "majflt", "P": "ppid", "R": "rss", "S": "size", "T": "start",
    "U": "uid", "c": "comm", "f": "flags", "g": "pgrp", "j": "times", "k": "time", "m": "minflt", "n": "nice", "o": "session",
    "p": "pid", "r": "rss", "s": "size", "t": "tty", "u": "user", "v": "vsize", "y": "priority",
}  # fmt: skip


class BadArguments(Exception):
    """A command line that makes no sense; the text is what follows "error: ". bare: it is all that is said."""

    def __init__(self, text: str, *, bare: bool = False) -> None:
        super().__init__(text)
        self.bare = bare


class Informed(Exception):
    """Not a list of processes was asked for but --help, -V, L. what: "help", "version", "list"; section: of the help."""

    def __init__(self, what: str, section: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.section = section


class Request:
    """What a command line asks for. lists: (kind, text) in order; kind is the option's letter, "ppid" or "group"."""

    def __init__(self) -> None:
        self.lists: list[tuple[str, str]] = []
        self.bsd = False
        self.every = self.terminals = self.no_leaders = False  # -e, -a, -d
        self.all_users = self.without_terminal = self.running = self.negated = False  # a x r -N
        self.letters = ""  # -f -l
        self.modifiers = ""  # F j c P y L T M
        self.form: str | None = None  # of BSD
        self.cells: list[Cell | str] = []
        self.keys: list[tuple[str, bool]] = []
        self.headings: str = "once"  # or "never", "pages"
        self.forest = self.quick = self.wide = self.threads = 0
        self.after = ""  # "m" or "-m": threads after their processes
        self.environment = self.true_names = self.numeric = self.cumulative = False
        self.columns = self.rows = 0
        self.context = False


def read(words: list[str], verify: Callable[[Request], None] = lambda asked: None) -> Request:
    """Return what a command line asks for. Raises BadArguments or Informed.

    verify: raises BadArguments for what only the machine can tell: that there is no such user, no such terminal.
    """
    reader = _Reader(words)
    verified = False  # a list that stands apart is what it is
    try:
        asked = reader.request()
        verified = reader.apart
        verify(asked)
    except BadArguments as first:
        if reader.asked.bsd or first.bare or verified:
            raise
        try:
            asked = _Reader(words, undashed=True).request()
            verify(asked)
        except BadArguments:
            raise first from None
    return asked


class _Reader:
    def __init__(self, words: list[str], *, undashed: bool = False) -> None:
        self.words = list(words)
        self.count = len(words)
        self.undashed = undashed
        self.asked = Request()
        self.preloaded: str | None = None  # what -O names
        self.apart = False  # a list was a word of its own
        self.everything = False  # BSD g, which chooses nothing any more

    def request(self) -> Request:
        while self.words:
            word = self.words.pop(0)
            if word == "--" or word == "-":
                raise BadArguments("garbage option")
            if word.startswith("--"):
                self.long(word[2:])
            elif word.startswith("-") and not self.undashed:
                self.cluster(word[1:], self.unix, _MUST_FOLLOW)
            elif word.lstrip("-")[:1].isdigit():
                self.asked.bsd = True
                self.asked.lists.append(("p", word.lstrip("-")))
                for rest in self.words:
                    if not rest[:1].isdigit():
                        raise BadArguments("process ID list syntax error")
                    self.asked.lists.append(("p", rest))
                self.words.clear()
            else:
                self.asked.bsd = True
                self.cluster(word.lstrip("-"), self.bsd, _BSD_MUST_FOLLOW)
        self.settle()
        return self.asked

    # ------------------------------------------------------------ letters
    def cluster(self, letters: str, flag: Callable[[str], None], lists: dict[str, str]) -> None:
        at = 0
        while at < len(letters):
            letter = letters[at]
            at += 1
            if letter in lists or (letter == "t" and lists is _BSD_MUST_FOLLOW):
                value = letters[at:]
                at = len(letters)
                if not value and self.words and not (letter == "t" and lists is _BSD_MUST_FOLLOW):
                    value = self.words.pop(0)
                    self.apart = self.apart or letter not in "oOk"
                elif not value and self.words and self.words[0][:1] != "-":
                    value = self.words.pop(0)
                if not value and letter != "t":
                    raise BadArguments(lists[letter])
                if not value and lists is _MUST_FOLLOW:
                    raise BadArguments(lists[letter])
                self.valued(letter, value, unix=lists is _MUST_FOLLOW)
            else:
                flag(letter)

    def valued(self, letter: str, value: str, *, unix: bool) -> None:
        asked = self.asked
        if letter == "o":
            self.columns(value)
        elif letter == "O":
            self.preload(value, unix=unix)
        elif letter == "k":
            self.sort_by(value)
        elif letter == "q":
            asked.quick = 1
            asked.lists.append(("p", value))
        elif letter == "U" and not unix:
            asked.lists.append(("u", value))
        else:
            asked.lists.append((letter, value))

    def unix(self, letter: str) -> None:
        asked = self.asked
        if letter in "Ae":
            asked.every = True
        elif letter == "a":
            asked.terminals = asked.no_leaders = True
        elif letter == "d":
            asked.no_leaders = True
        elif letter in "fl":
            asked.letters += letter
        elif letter == "F":
            asked.letters += "f"
            asked.modifiers += "F"
        elif letter in "jcPyLT":
            asked.modifiers += letter
        elif letter in "MZ":
            asked.modifiers += "M"
        elif letter == "H":
            asked.forest = 2
        elif letter == "N":
            asked.negated = True
        elif letter == "m":
            self.threads_after("-m")
        elif letter == "w":
            asked.wide += 1
        elif letter == "V":
            self.exclusive("-V", "version")
        else:
            raise BadArguments("unsupported SysV option")

    def bsd(self, letter: str) -> None:
        asked = self.asked
        if letter == "a":
            asked.all_users = True
        elif letter == "x":
            asked.without_terminal = True
        elif letter == "r":
            asked.running = True
        elif letter in "jlsuvX":
            if asked.form not in (None, letter):
                raise BadArguments("conflicting format options")
            asked.form = letter
        elif letter == "f":
            asked.forest = 1
        elif letter == "h":
            self.heading("never")
        elif letter == "w":
            asked.wide += 1
        elif letter == "c":
            asked.true_names = True
        elif letter == "e":
            asked.environment = True
        elif letter == "n":
            asked.numeric = True
        elif letter == "S":
            asked.cumulative = True
        elif letter in "MZ":
            asked.modifiers += "M"
        elif letter == "H":
            asked.threads = 1
        elif letter == "m":
            self.threads_after("m")
        elif letter == "T":
            asked.lists.append(("t", ""))
        elif letter == "V":
            self.exclusive("V", "version")
        elif letter == "L":
            self.exclusive("L", "list")
        elif letter == "W":
            raise BadArguments("obsolete W option not supported (you have a /dev/drum?)")
        elif letter == "g":
            self.everything = True
        else:
            raise BadArguments("unsupported option (BSD syntax)")

    def threads_after(self, how: str) -> None:
        if self.asked.after and self.asked.after != how:
            raise BadArguments("thread flags conflict; can't use both m and -m")
        self.asked.after = how

    def heading(self, when: str) -> None:
        if self.asked.headings != "once":
            raise BadArguments("only one heading option may be specified")
        self.asked.headings = when

    def exclusive(self, name: str, what: str) -> None:
        if self.count > 1:
            raise BadArguments(f"the option is exclusive: {name}")
        raise Informed(what)

    # ------------------------------------------------------------ words
    def long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        asked = self.asked
        if name in _LONG_LISTS or name in _NUMBERS:
            complaint = _LONG_LISTS[name][1] if name in _LONG_LISTS else _NUMBERS[name]
            if not value and not equals and self.words:
                value = self.words.pop(0)
            if not value:
                raise BadArguments(complaint)
            if name in _LONG_LISTS:
                self.valued(_LONG_LISTS[name][0], value, unix=True)
                return
            if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value)):
                raise BadArguments(complaint)
            if name in ("lines", "rows"):
                asked.rows = int(value)
            else:
                asked.columns = int(value)
        elif name == "help":
            raise Informed("help", value or (self.words[0] if self.words else ""))
        elif name == "version":
            self.exclusive("--version", "version")
        elif name in _HEADINGS or name in ("forest", "deselect", "cumulative", "context"):
            if equals:
                raise BadArguments(f"option --{_HEADINGS.get(name, name)} does not take an argument")
            self.named(name)
        else:
            raise BadArguments("unknown gnu long option")

    def named(self, name: str) -> None:
        asked = self.asked
        if name == "forest":
            asked.forest = 1
        elif name == "deselect":
            asked.negated = True
        elif name == "cumulative":
            asked.cumulative = True
        elif name == "context":
            asked.context = True
        else:
            self.heading("pages" if _HEADINGS[name] == "heading" else "never")

    # ------------------------------------------------------------ formats and keys
    def columns(self, text: str) -> None:
        try:
            self.asked.cells += descriptors(text) if is_descriptors(text) else user_defined(text)
        except FormatError as error:
            raise BadArguments(str(error)) from None

    def preload(self, text: str, *, unix: bool) -> None:
        if not unix and text.lstrip("+-").split(",")[0] not in COLUMNS:
            self.sort_by_letters(text)
            return
        if self.preloaded is not None:
            raise BadArguments("multiple sort options")
        self.preloaded = text

    def sort_by_letters(self, text: str) -> None:
        backwards = False
        for char in text:
            if char in "+-":
                backwards = char == "-"
            elif char in _SORT_LETTERS and _SORT_LETTERS[char] not in [name for name, _ in self.asked.keys]:
                self.asked.keys.append((_SORT_LETTERS[char], backwards))
                backwards = False
            else:
                raise BadArguments("bad sorting code")
        if not self.asked.keys:
            raise BadArguments("bad sorting code")

    def sort_by(self, text: str) -> None:
        items = text.split(",")
        if items[-1] == "" and len(items) > 1:
            items.pop()
        for item in items:
            name = item[1:] if item[:1] in ("+", "-") else item
            if not item:
                raise BadArguments("improper sort list")
            if name not in COLUMNS:
                raise BadArguments("unknown sort specifier")
            self.asked.keys.append((name, item.startswith("-")))

    def settle(self) -> None:
        """Choose the columns, now that all options are known."""
        asked = self.asked
        self.thread_contradictions()
        modifiers = asked.modifiers.translate({ord(letter): "" for letter in "LT"})
        own = bool(asked.cells) or self.preloaded is not None or asked.context
        if (asked.form is not None and (own or asked.letters)) or (own and asked.letters):
            raise BadArguments("conflicting format options")
        if own and modifiers and not asked.context:
            raise BadArguments("can not use output modifiers with user-defined output")
        try:
            if self.preloaded is not None:
                asked.cells = [cell("pid"), *user_defined(self.preloaded), *ready_made("s tname time args")]
            elif asked.context and not asked.cells:
                asked.cells = [*self.with_extras(["pid", "context", "args"])]
            elif not asked.cells and asked.form is not None:
                names = BSD_FORMATS[asked.form].split()
                asked.cells = [*self.with_extras(self.long_names(names, modifiers) if asked.form == "l" else names)]
            elif not asked.cells and not asked.letters and not modifiers.replace("M", "") and asked.bsd:
                asked.cells = [*self.with_extras(BSD_FORMATS[""].split())]
            elif not asked.cells:
                asked.cells = [*standard(asked.letters, asked.modifiers, bsd=asked.bsd)]
        except FormatError as error:
            raise BadArguments(str(error)) from None
        self.selection_contradictions()

    def long_names(self, names: list[str], modifiers: str) -> list[str]:
        """Return the columns of BSD's long format as -y and -c change them."""
        if "y" in modifiers:
            names = [name for name in names if name != "f"]
        if "c" in modifiers:
            names = [{"priority": "class", "ni": "pri"}.get(name, name) for name in names]
        return names

    def thread_contradictions(self) -> None:
        """Raise BadArguments for ways to show threads that can't stand together."""
        asked = self.asked
        if "L" in asked.modifiers and "T" in asked.modifiers:
            raise BadArguments("thread flags conflict; can't use both -L and -T")
        if asked.threads and asked.after:
            raise BadArguments("thread flags conflict; can't use H with m or -m")
        if asked.forest and (asked.threads or asked.after or "L" in asked.modifiers or "T" in asked.modifiers):
            raise BadArguments("thread display conflicts with forest display")

    def selection_contradictions(self) -> None:
        """Raise BadArguments for choices of processes that can't stand together."""
        asked = self.asked
        if (asked.terminals or asked.no_leaders) and (asked.all_users or asked.without_terminal or self.everything):
            raise BadArguments("process selection options conflict")
        if asked.quick:
            name = "q/-q/--quick-pid cannot be "
            if asked.negated:
                raise BadArguments(name + "used together with negation switches.", bare=True)
            if asked.forest:
                raise BadArguments(name + "used together with forest type listings.", bare=True)
            if asked.keys:
                raise BadArguments("q/-q,--quick-pid cannot be used together with sort options.", bare=True)
            if len(asked.lists) > 1:
                raise BadArguments(name + "combined with other selection options.", bare=True)

    def with_extras(self, names: list[str]) -> list[Cell]:
        """Return the columns of a BSD format together with those that -L, -T, -j, M put in front or after the pid."""
        modifiers = self.asked.modifiers
        names = list(names)
        if "T" in modifiers:
            names.insert(names.index("pid") + 1, "spid")
        if "j" in modifiers:
            at = names.index("ppid" if "ppid" in names else "spid" if "spid" in names else "pid") + 1
            names[at:at] = ["pgid", "sid"]
        if "L" in modifiers:
            names.insert(names.index(next(one for one in ("sid", "pgid", "ppid", "pid") if one in names)) + 1, "lwp")
            if "pcpu" in names:
                names.insert(names.index("pcpu") + 1, "nlwp")
        return ready_made(" ".join([*(["label"] if "M" in modifiers else []), *names]))
