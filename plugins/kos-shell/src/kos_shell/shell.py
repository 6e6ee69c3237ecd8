"""A shell's state: everything that a command can see or change, and that a subshell gets a copy of.

    Shell = VariableStore (variables.py)  reading, assigning, scoping
          + Positional, options, functions, errors (here)
          + Jobs (jobs.py)                children
          + Traps (traps.py)              what signals do

The tree is compiled to closures that take a Shell; closures hold no state, so any number of shells may run the same ones.
`fork()` is what a subshell costs: one dict copied, some fifty references; what is big is shared and copied when written to
(`token`, see values.py; `functions`, `aliases`, `builtins` and `traps` are replaced, never changed).

A Shell holds no fiber and no file: `k` is set while it runs in a process, so a parked shell can be copied (session.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError
from kos_shell.arithmetic import ArithmeticError_
from kos_shell.caches import Caches
from kos_shell.errors import Complaint, Discard, FatalExpansion, ShellExit
from kos_shell.expansion.splitting import DEFAULT, Splitter
from kos_shell.hot.heat import HEAT
from kos_shell.jobs import JobTable
from kos_shell.options import DEFAULTS, SET_NAMES, SHOPT_NAMES, letters
from kos_shell.traps import TrapTable
from kos_shell.values import EXPORT, HOOK, INTEGER, READONLY, Variable
from kos_shell.variables import VariableStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from kos_kernel.api import Syscalls
    from kos_shell.functions import Function
    from kos_shell.jobs import Job
    from kos_shell.programmable import Specification

    Builtin = Callable[["Shell", list[str]], int]

VERSION = "5.2.15(1)-release"
"""The bash whose language this is: what BASH_VERSION says, since scripts ask."""


def encode(text: str) -> bytes:
    """Return what the kernel gets for a text: UTF-8, bytes that weren't UTF-8 as they were."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """Return the text for bytes of the kernel; what isn't UTF-8 becomes surrogates that `encode` turns back."""
    return data.decode("utf-8", "surrogateescape")


class Frame:
    """A running function or sourced file, or the assignments before a command.

    name: of the function, "source", or "" for assignments, which FUNCNAME doesn't show (then `is_temporary`).
    source: the file it was defined in.
    args: the positional parameters to come back to (None: not replaced). saved: name -> what a local variable hides.
    of_call: assignments before a function's name; its `local` takes them over. localized: of other assignments, those that
    `local` was told of meanwhile.
    """

    __slots__ = ("name", "source", "call_line", "args", "saved", "owner", "is_function", "loops", "saved_options",
                 "is_temporary", "of_call", "localized")  # fmt: skip

    def __init__(
        self,
        name: str,
        source: str,
        call_line: int,
        args: list[str] | None,
        is_function: bool,
        loops: int,
        owner: object,
    ) -> None:
        self.name = name
        self.source = source
        self.call_line = call_line
        self.args = args
        self.saved: dict[str, Any] | None = None
        self.owner = owner
        self.is_function = is_function
        self.loops = loops
        self.saved_options: frozenset[str] | None = None
        self.is_temporary = False
        self.of_call = False
        self.localized: frozenset[str] = frozenset()

    def clone(self, owner: object) -> Frame:
        """Return a copy that `owner` may change."""
        copy = Frame(self.name, self.source, self.call_line, self.args, self.is_function, self.loops, owner)
        copy.saved = None if self.saved is None else self.saved.copy()
        copy.saved_options = self.saved_options
        copy.is_temporary = self.is_temporary
        copy.of_call = self.of_call
        copy.localized = self.localized
        return copy


class Shell(VariableStore, TrapTable, JobTable):
    """One shell. What has a value here is immutable and starts with it; `__init__` makes the rest."""

    # variables
    env: dict[bytes, bytes] | None = None  # what commands get, kept until a variable changes
    foreign: dict[bytes, bytes] = {}  # of the environment, what has no name that a variable can have; never changed
    splitter: Splitter = DEFAULT  # IFS, and what closures ask of it
    ifs_odd: bool = False
    hazard: Any = DEFAULT.hazard
    # where it is
    line: int = 0
    command_number: int = 0  # how many lines of the shell's own script have run
    status: int = 0
    pipe_status: tuple[int, ...] | None = ()  # None: the last command was no pipeline
    loops: int = 0  # how many loops of this function run
    outer_loops: int = 0  # in a subshell, how many ran where it started
    depth: int = 0  # functions and evals within each other
    stack: int = 0  # Python frames that they use of the current stack
    arithmetic_depth: int = 0
    tested: int = 0  # above 0: somebody looks at the status, so `set -e` and ERR don't count
    in_trap: tuple[str, ...] = ()
    trap_status: int = 0  # $? when the innermost of them began
    source_depth: int = 0
    from_string: bool = False  # bash -c
    in_substitution: bool = False  # within $( ), itself or in a subshell of it
    from_file: bool = False
    command_text: Any = ""  # BASH_COMMAND: a node of the tree, or its text
    subshell_level: int = 0
    shell_pid: int = 0
    trace_level: int = 1
    # options, and the mirrors that closures ask
    options: frozenset[str] = DEFAULTS
    invocation: str = ""  # the letters i, c, s of $-
    interactive: bool = False
    stays: bool = False  # a resident shell: errors that end a script don't end it
    login: bool = False
    nounset: bool = False
    noglob: bool = False
    allexport: bool = False
    posix: bool = False
    xtrace: bool = False
    pipefail: bool = False
    hooks: bool = False  # set -x, set -n or a DEBUG trap
    errcheck: bool = False  # set -e or an ERR trap
    heat: int = HEAT  # rounds after which a loop is tried in the second tier: hot/
    # descriptors
    stdin: int = 0
    stdout: int = 1
    stderr: int = 2
    sink: list[bytes] | None = None  # where `out` goes instead: a $( ) that needs no process
    stdin_piped: bool = False  # standard input is a pipe or file by a construct around: `&` leaves it alone
    open_fds: frozenset[int] | None = None  # what children inherit; None = not found out yet
    child_fds: tuple[frozenset[int] | None, dict[int, int | bytes]] = (None, {})  # open_fds, and fd -> fd for them
    undo: list[tuple[int, int]] | None = None  # the redirections of a running `exec`
    # signals and jobs
    own_signals: tuple[int, ...] = ()  # what the shell ignores or handles for itself; children get the default
    blocked: frozenset[int] | None = None
    ignored_at_start: frozenset[str] = frozenset()
    inherited_traps: dict[str, str] | None = None  # the parent's, for `trap` to show in a subshell
    last_background: int | None = None
    watching: bool = False  # SIGCHLD is handled: see jobs.py
    terminal: int = -1
    group: int = 0
    current_job: int = 0
    previous_job: int = 0
    # computed variables and builtins' memory
    random_seed: int | None = None
    random_last: int = -1
    seconds_base_ns: int = 0
    directories: tuple[str, ...] = ()
    getopts_place: int = 0
    history: tuple[str, ...] = ()
    history_base: int = 1  # the number of its first line
    history_unsaved: int = 0  # how many of its last lines aren't in HISTFILE
    history_added: bool = False  # the command that runs is its last line
    history_read: int = 0  # how many lines of HISTFILE are known
    completions: dict[str, Specification] = {}  # replaced, never changed
    completing: list[str] | None = None  # the options of the completion whose function runs
    substitution_status: int | None = None

    def __init__(self, k: Syscalls | None, *, name: str = "bash", caches: Caches | None = None) -> None:
        from kos_shell.builtins import BUILTINS

        self.k: Any = k
        self.caches = caches if caches is not None else Caches()
        self.token: object = object()
        self.vars: dict[str, Any] = {}
        self.held: dict[str, int] = {}  # variable -> what was charged for its big value
        self.frames: list[Frame] = []
        self.args: list[str] = []
        self.name0: str = name
        self.script_name = name
        self.last_argument: str = name
        self.functions: dict[str, Function] = {}
        self.aliases: dict[str, str] = {}
        self.builtins: dict[str, Builtin] = BUILTINS
        self.hash: dict[str, tuple[str, int]] = {}
        self.traps: dict[str, str] = {}
        self.pending: list[int] = []
        self.jobs: dict[int, Job] = {}
        self.job_of: dict[int, Job] = {}
        self.lent: Collection[Job] = ()
        self.ended: list[Job] = []  # jobs of a script that nobody was told of yet
        self.jobs_room = 64  # a table that grows beyond is cleaned
        self.statuses: dict[int, int] = {}
        self.watched: dict[int, Job] = {}  # background children that run
        self.reaped: dict[int, int] = {}  # wait statuses that nobody has asked for yet
        self.notices: list[str] = []
        self.process_substitutions: list[int] = []

    # ------------------------------------------------------------------ start and fork
    def start(self, k: Syscalls) -> None:
        """Take over a process: its environment becomes the variables. Called once, before anything runs."""
        from kos_shell.startup import import_environment

        self.k = k
        self.shell_pid = k.getpid()
        self.seconds_base_ns = k.clock_ns()
        import_environment(self)

    def fork(self) -> Shell:
        """Return a copy for a child or a parked shell, without jobs.

        Both get new tokens, so neither changes what the other sees.
        """
        copy = Shell.__new__(Shell)
        copy.__dict__.update(self.__dict__)
        self.token = object()
        copy.token = object()
        copy.vars = self.vars.copy()
        copy.held = {}  # a child's memory is its own account, and it shares these strings
        copy.frames = self.frames.copy()
        copy.hash = self.hash.copy()
        copy.pending = []
        copy.jobs = {}
        copy.job_of = {}
        copy.lent = ()
        copy.ended = []
        copy.jobs_room = 64
        copy.statuses = self.statuses.copy() if self.statuses else {}
        copy.watched = {}
        copy.reaped = {}
        copy.notices = []
        copy.undo = None
        copy.process_substitutions = []
        return copy

    # ------------------------------------------------------------------ options
    def set_options(self, on: Iterable[str] = (), off: Iterable[str] = ()) -> None:
        """Switch options by name (of `set -o` or `shopt`) and bring the mirrors up to date. Names aren't checked."""
        before = self.options
        self.options = options = before.union(on).difference(off)
        if self.env is not None and (b"SHELLOPTS" in self.env or b"BASHOPTS" in self.env):
            self.env = None
        self.nounset = "nounset" in options
        self.noglob = "noglob" in options
        self.allexport = "allexport" in options
        if (
            self.allexport and "allexport" not in before
        ):  # plain ones are assigned in line everywhere: make them take the long way
            for name, value in self.vars.items():
                if type(value) is str or type(value) is int:
                    self.vars[name] = Variable(value, 0)
        self.xtrace = "xtrace" in options
        self.pipefail = "pipefail" in options
        self.posix = "posix" in options
        if self.posix and "posix" not in before:
            self.options = options.union(["expand_aliases", "inherit_errexit", "shift_verbose"])
        if "extdebug" in options and "extdebug" not in before:
            self.options = self.options.union(["functrace", "errtrace"])
        elif "extdebug" in before and "extdebug" not in options:
            self.options = self.options.difference(["functrace", "errtrace"])
        self.refresh_mirrors()

    def refresh_mirrors(self) -> None:
        """Work out `hooks` and `errcheck`, which depend on options and traps."""
        options, traps = self.options, self.traps
        self.errcheck = "errexit" in options or "ERR" in traps
        self.hooks = "xtrace" in options or "DEBUG" in traps or "noexec" in options

    def option_names(self, *, shopt: bool) -> str:
        """Return SHELLOPTS or BASHOPTS: what is on, sorted, with colons between."""
        options = self.options
        return ":".join(sorted(name for name in (SHOPT_NAMES if shopt else SET_NAMES) if name in options))

    def option_letters(self) -> str:
        """Return `$-`."""
        return letters(self.options, self.invocation)

    def set_splitter(self, ifs: str | None) -> None:
        """Split fields by this value of IFS from now on; None = unset."""
        self.splitter = found = self.caches.splitter(ifs)
        self.ifs_odd = found.odd
        self.hazard = found.hazard

    # ------------------------------------------------------------------ where it is
    def in_function(self) -> bool:
        """Tell whether a function runs."""
        return any(frame.is_function for frame in self.frames)

    def current_command(self) -> str:
        """Return BASH_COMMAND: the text of the command that runs (or ran before the trap)."""
        command = self.command_text
        if isinstance(command, str):
            return command
        from kos_shell.syntax.unparse import unparse

        return unparse(command)

    def exported_functions(self, env: dict[bytes, bytes]) -> None:
        """Add the functions that `export -f` marked, as bash passes them on."""
        for name, function in self.functions.items():
            if function.exported:
                env[encode(f"BASH_FUNC_{name}%%")] = encode(function.source_text("()"))

    # ------------------------------------------------------------------ words that the kernel says
    def write(self, text: str) -> None:
        """Write to standard output. Raises SysError."""
        self.out(text.encode("utf-8", "surrogateescape"))

    def out(self, data: bytes) -> None:
        """Write bytes to standard output. Raises SysError."""
        if self.sink is None:
            self.k.write(self.stdout, data)
        else:
            self.sink.append(data)

    def write_error(self, text: str) -> None:
        """Write to standard error; if that fails nobody can be told."""
        try:
            self.k.write(self.stderr, text.encode("utf-8", "surrogateescape"))
        except SysError:
            pass

    def prefix(self) -> str:
        """Return what stands before a message: the shell's or script's name and, if it isn't interactive, the line."""
        frames = self.frames
        name = self.name0
        for at in range(len(frames) - 1, -1, -1):
            if frames[at].name:
                name = frames[at].source
                break
        if self.interactive or not self.line:
            return f"{name}: "
        return f"{name}: line {self.line}: "

    def warn(self, message: str) -> None:
        """Write a message with the shell's prefix; an empty one is a message that is out already."""
        if message:
            self.write_error(f"{self.prefix()}{message}\n")

    def report(self, message: str) -> None:
        """Warn of a misuse of a variable. Under `set -e` that ends the shell, wherever it happens."""
        self.warn(message)
        if "errexit" in self.options and not self.interactive:
            raise ShellExit(self.status or 1)

    # ------------------------------------------------------------------ failure
    def give_up(self, complaint: Complaint) -> Exception:
        """Print why a word couldn't be expanded and return what to raise: Discard, or ShellExit where bash exits."""
        self.warn(str(complaint))
        ends = not self.interactive and not self.stays
        if ends and (self.posix or isinstance(complaint, FatalExpansion)):
            return ShellExit(127 if self.from_string and not self.subshell_level else 1)
        self.status = complaint.status
        # An arithmetic error gives up the line, but bash's set -e doesn't look at it.
        if "errexit" in self.options and not self.tested and ends and not isinstance(complaint, ArithmeticError_):
            return ShellExit(complaint.status)
        return Discard(complaint.status, isinstance(complaint, ArithmeticError_) and complaint.whole)

    def failed(self, status: int, command: Any = None, heard: bool = True) -> None:
        """A command failed where that matters: run the ERR trap, then leave if `set -e` is on.

        command: its node in the tree, for BASH_COMMAND. heard: whether there was a trap when the command began; one that it
        set itself hears of what fails within, not of itself.
        """
        if self.tested:
            return
        self.status = status
        if command is not None:
            self.command_text = command
        if heard and "ERR" in self.traps and "ERR" not in self.in_trap:
            self.run_trap("ERR", status)
        if "errexit" in self.options:
            raise ShellExit(status)

    def evaluate(self, text: str) -> int:
        """Return the value of an arithmetic expression. Raises ArithmeticError_ as an ExpansionFailure would be."""
        if text.isdecimal() and text.isascii() and len(text) < 19 and (text[0] != "0" or len(text) == 1):
            return int(text)  # most are plain numbers, and each another one: no use keeping those
        return self.caches.arithmetic(text)(self)

    def expand_subscript(self, text: str) -> str:
        """Return the key that the text between brackets means: quotes removed, expansions done."""
        if not any(c in text for c in "$`\"'\\~"):
            return text
        from kos_shell.script import word_of_text

        string = self.caches.words.get(text)
        if string is None:
            string = self.caches.words[text] = word_of_text(self, text)
        return string(self)


__all__ = ["EXPORT", "HOOK", "INTEGER", "READONLY", "Frame", "Shell", "Variable", "decode", "encode"]
