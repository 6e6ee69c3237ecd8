"""The program: sh, bash, kaede.

    bash [options] -c STRING [name [args]]     bash [options] FILE [args]     bash [options] [-s [args]]

As `sh` it is in posix mode, which changes what POSIX leaves no choice about: special builtins are found before functions and
their errors end the shell, assignments before them last, command substitutions inherit `set -e`, aliases are expanded,
`.` searches PATH alone, $ENV instead of ~/.bashrc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import S_IFDIR, S_IFMT, SysError
from kos_shell.caches import Caches
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.hot.heat import HEAT, OFF
from kos_shell.options import SET_LETTERS, SET_NAMES, SHOPT_NAMES, SUPPORTED_SHOPT
from kos_shell.script import run_text
from kos_shell.shell import VERSION, Shell, decode, encode
from kos_shell.startup import run_startup_files
from kos_shell.subshells import finish

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_HELP = """KaedeShell, a POSIX shell with the language of bash {version}
Usage: {name} [option] ...
       {name} [option] -c STRING [name [argument ...]]
       {name} [option] FILE [argument ...]
Options:
       -c        run STRING              -s   read commands from standard input
       -i        be interactive          -l, --login   be a login shell
       -e -f -n -u -v -x ...             what `set` takes; +x switches off
       -o NAME, +o NAME                  an option of `set` by name
       -O NAME, +O NAME                  an option of `shopt`
       --coverage [--json]              say what of POSIX sh and bash 5.2 this shell has
       --analyze [--json]               say what STRING or FILE would touch, without running it
       --posix --norc --noprofile --rcfile FILE --init-file FILE --verbose --help --version
       --jit=hot|always|off, --no-jit   when loops become Python functions: when they prove hot, at once, never
"""


LETTERS = frozenset([*"cilsoO", *SET_LETTERS])
"""What may stand behind a dash."""
LONG_OPTIONS = frozenset(
    ["help", "init-file", "login", "noediting", "noprofile", "norc", "posix", "rcfile", "verbose", "version"]
)


class Invocation:
    """What the command line says."""

    def __init__(self) -> None:
        self.command = False
        self.from_stdin = False
        self.interactive = False
        self.login = False
        self.norc = False
        self.noprofile = False
        self.rcfile: str | None = None
        self.posix = False
        self.heat = HEAT
        self.show: str | None = None
        self.analyze = False
        self.json = False
        self.on: list[str] = []
        self.off: list[str] = []
        self.operands: list[str] = []


def parse_invocation(argv: list[str]) -> Invocation:
    """Return the command line, understood. Raises UsageComplaint."""
    call = Invocation()
    at, count = 1, len(argv)
    while at < count and argv[at].startswith("--") and len(argv[at]) > 2:
        word = argv[at][2:]
        at += 1
        if word in ("posix", "login", "norc", "noprofile"):
            setattr(call, word, True)
        elif word in ("rcfile", "init-file"):
            if at >= count:
                raise UsageComplaint(f"--{word}: option requires an argument")
            call.rcfile = argv[at]
            at += 1
        elif word == "verbose":
            call.on.append("verbose")
        elif word in ("version", "help", "coverage"):
            call.show = word
        elif word == "analyze":
            call.analyze = True
        elif word == "json":
            call.json = True
        elif word == "noediting":
            continue
        elif word in ("no-jit", "jit=off", "jit=hot", "jit=always"):
            call.heat = {"jit=hot": HEAT, "jit=always": 0}.get(word, OFF)
        else:
            raise UsageComplaint(f"--{word}: invalid option")
    while at < count:
        word = argv[at]
        if word in ("-", "--"):
            at += 1
            break
        if len(word) < 2 or word[0] not in "-+":
            break
        at += 1
        for letter in word[1:]:
            at = _letter(call, letter, word[0] == "-", argv, at)
    call.operands = argv[at:]
    if call.json and not (call.analyze or call.show == "coverage"):
        raise UsageComplaint("--json: goes with --coverage or --analyze")
    return call


def _letter(call: Invocation, letter: str, on: bool, argv: list[str], at: int) -> int:
    if letter == "c":
        call.command = True
    elif letter == "s" and on:
        call.from_stdin = True
    elif letter == "i" and on:
        call.interactive = True
    elif letter == "l" and on:
        call.login = True
    elif letter in "oO":
        if at >= len(argv):
            call.show = "set -o" if letter == "o" else "shopt"
            return at
        name = argv[at]
        known = SET_NAMES if letter == "o" else SHOPT_NAMES
        if name not in known:
            kind = "option name" if letter == "o" else "shell option name"
            raise UsageComplaint(f"{name}: invalid {kind}")
        if letter == "O" and on and name not in SUPPORTED_SHOPT:
            raise UsageComplaint(f"{name}: not supported by this shell")
        (call.on if on else call.off).append(name)
        return at + 1
    elif letter in SET_LETTERS:
        (call.on if on else call.off).append(SET_LETTERS[letter])
    elif letter == "D" and on:
        raise UsageComplaint("-D: not supported by this shell")
    else:
        raise UsageComplaint(f"{'-' if on else '+'}{letter}: invalid option")
    return at


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Be a shell; return its exit status."""
    words = [decode(arg) for arg in argv] or ["sh"]
    name = words[0].lstrip("-").rsplit("/", 1)[-1] or "sh"
    try:
        call = parse_invocation(words)
    except UsageComplaint as complaint:
        k.write(2, encode(f"{words[0]}: {complaint}\n"))
        return 2
    if call.show == "version":
        k.write(1, encode(f"KaedeShell, the language of GNU bash, version {VERSION} (kos)\n"))
        return 0
    if call.show == "help":
        k.write(1, encode(_HELP.format(name=name, version=VERSION)))
        return 0
    if call.show == "coverage":
        from kos_shell.coverage import coverage
        from kos_shell.coverage.report import as_json, as_text

        _write(k, (as_json if call.json else as_text)(coverage()))
        return 0
    if call.analyze:
        return _analyze(k, name, call)
    first = words[0].lstrip("-") if words[0].startswith("-") else words[0]
    sh = Shell(k, name=first, caches=Caches.of(k.memo("shell")))
    if name == "sh" or call.posix:
        sh.set_options(on=("posix",))
    call.login = call.login or words[0].startswith("-")
    sh.start(k)
    return run_shell(sh, call)


def _write(k: Syscalls, text: str) -> None:
    data = encode(text)
    while data:
        data = data[k.write(1, data) :]


def _analyze(k: Syscalls, name: str, call: Invocation) -> int:
    """--analyze: say what a script would touch, without running it."""
    from kos_shell.analysis.report import answer

    shown = name
    if call.command:
        if not call.operands:
            k.write(2, encode(f"{name}: -c: option requires an argument\n"))
            return 2
        text, shown = call.operands[0], f"{name}: -c"
    else:
        fd = 0
        try:
            if call.operands and not call.from_stdin:
                shown = call.operands[0]
                fd = k.open(encode(shown))
            text = decode(k.read_all(fd))
        except SysError as error:
            k.write(2, encode(f"{name}: {shown}: {error.strerror}\n"))
            return 127 if error.NAME == "ENOENT" else 126
    status, output, complaint = answer(text, shown, json=call.json, posix=name == "sh" or call.posix)
    _write(k, output)
    k.write(2, encode(complaint))
    return status


def run_shell(sh: Shell, call: Invocation) -> int:
    """Run what the command line asks for and return the exit status."""
    from kos_shell.builtins.options import list_options, switch

    operands = call.operands
    k = sh.k
    sh.login = call.login
    sh.heat = call.heat
    if call.show == "set -o":
        list_options(sh, as_commands=False)
        return 0
    sh.invocation = ("c" if call.command else "") + ("s" if call.from_stdin or not (call.command or operands) else "")
    run: Callable[[Shell], int]
    if call.command:
        if not operands:
            sh.write_error(f"{sh.name0}: -c: option requires an argument\n")
            return 2
        text = operands[0]
        if len(operands) > 1:
            sh.name0 = sh.script_name = operands[1]
        sh.args = operands[2:]
        sh.from_string = True
        sh.vars["BASH_EXECUTION_STRING"] = text
        run = lambda sh: run_text(sh, text, what="-c", single=True, top=True)  # noqa: E731
    elif operands and not call.from_stdin:
        sh.args = operands[1:]
        run = _file_runner(operands[0])
    else:
        sh.args = operands
        if not call.interactive and _is_terminal(k, 0) and _is_terminal(k, 2):
            call.interactive = True
        from kos_shell.interactive import run_standard_input

        run = run_standard_input
    if call.interactive:
        _become_interactive(sh)
    try:
        for option in call.on:
            switch(sh, option, True) if option in SET_NAMES else sh.set_options(on=(option,))
        for option in call.off:
            switch(sh, option, False) if option in SET_NAMES else sh.set_options(off=(option,))
    except Complaint as complaint:
        sh.write_error(f"{sh.name0}: {complaint}\n")
        return 2

    def everything(sh: Shell) -> int:
        login = call.login and not call.noprofile
        if login or sh.interactive or "BASH_ENV" in sh.vars:
            run_startup_files(sh, login=login, rcfile=call.rcfile, norc=call.norc)
        return run(sh)

    return finish(sh, everything)


def _become_interactive(sh: Shell) -> None:
    from kos_shell.prompt import PROMPTS
    from kos_shell.terminal import interactive_signals, switch_job_control

    sh.interactive = True
    sh.invocation += "i"
    interactive_signals(sh)
    sh.set_options(on=("expand_aliases", "history", "emacs"))
    for name, default in PROMPTS.items():
        sh.vars.setdefault(name, default)
    if "HISTFILE" not in sh.vars:
        sh.vars["HISTFILE"] = (sh.get("HOME") or "") + ("/.sh_history" if sh.posix else "/.bash_history")
    switch_job_control(sh, True)


def _is_terminal(k: Any, fd: int) -> bool:
    try:
        return bool(k.isatty(fd))
    except SysError:
        return False


def looks_binary(head: bytes) -> bool:
    """Tell whether a file is no script: a NUL before the end of its first line."""
    return b"\0" in head.partition(b"\n")[0]


def _file_runner(name: str) -> Callable[[Shell], int]:
    """Return what runs a script file."""

    def run(sh: Shell) -> int:
        k = sh.k
        path = name
        try:
            fd = k.open(encode(path))
        except SysError as error:
            found = None
            if "/" not in name:
                from kos_shell.execution import search_path

                found = search_path(sh, name, sh.get("PATH"))
            if found is None:
                sh.write_error(f"{sh.name0}: {name}: {error.strerror}\n")
                return 127 if error.NAME == "ENOENT" else 126
            path = found
            try:
                fd = k.open(encode(path))
            except SysError as error:
                sh.write_error(f"{sh.name0}: {name}: {error.strerror}\n")
                return 126
        try:
            if k.fstat(fd).mode & S_IFMT == S_IFDIR:
                sh.write_error(f"{name}: {name}: Is a directory\n")
                return 126
            data = k.read_all(fd)
        except SysError as error:
            sh.write_error(f"{sh.name0}: {name}: {error.strerror}\n")
            return 126
        finally:
            k.close(fd)
        sh.name0 = sh.script_name = path
        sh.from_file = True
        if looks_binary(data[:80]):
            sh.write_error(f"{name}: {name}: cannot execute binary file\n")
            return 126
        return run_text(sh, decode(data), top=True)

    return run


def script_child(k: Syscalls, file: str, args: list[str], env: dict[bytes, bytes], caches: Caches) -> int:
    """The child that runs an executable file of no known format as a script, as execvp does."""
    k.env.clear()
    k.env.update(env)
    sh = Shell(k, name=file, caches=caches)
    sh.start(k)
    sh.args = args
    return finish(sh, _file_runner(file))
