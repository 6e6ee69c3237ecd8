"""Programmable completion: what `complete` was told of a command, and the candidates that come of it.

    complete -W "start stop" -F _svc svc      a Specification, kept under the command's name in Shell.completions
    compgen -A file -X '!*.py' spam           the same Specification, used once
    generate(sh, specification, request)      names of all kinds, then -G, -W, -F, -C; -X takes some away; -P and -S go around

Specifications are never changed, and the mapping is replaced, so a subshell shares both. A completion function is an ordinary
function: whoever asks for candidates must be on the shell's fiber.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kos_shell.completion import candidates, paths
from kos_shell.errors import Complaint
from kos_shell.expansion.quoting import single_quote
from kos_shell.functions import call_function
from kos_shell.values import ARRAY, IndexedArray, Variable, bucket_of

if TYPE_CHECKING:
    from kos_shell.shell import Shell

ACTION_LETTERS = {
    "a": "alias", "b": "builtin", "c": "command", "d": "directory", "e": "export", "f": "file", "g": "group", "j": "job",
    "k": "keyword", "u": "user", "v": "variable",
}  # fmt: skip
ACTIONS = (
    "alias", "arrayvar", "builtin", "disabled", "enabled", "export", "function", "helptopic", "hostname", "job", "keyword",
    "running", "setopt", "shopt", "signal", "stopped", "variable", "command", "file", "user", "group", "directory",
)  # fmt: skip
"""In the order in which their candidates come, as in bash."""
WITHOUT_SOURCE = ("binding", "service")
"""Actions of bash's that have nothing to name here: no key bindings, no /etc/services."""
OPTIONS = ("bashdefault", "default", "dirnames", "filenames", "noquote", "nosort", "nospace", "plusdirs")
SPECIAL_NAMES = {"D": "_DefaultCmD_", "E": "_EmptycmD_", "I": "_InitialWorD_"}
"""complete -D, -E and -I: any other command, an empty line, the first word."""
_BUCKETS = 512
_PAIRS = {"'": "'", '"': '"', "`": "`"}


class Specification(NamedTuple):
    """What `complete` was told. Texts are None where nothing was said."""

    actions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    glob: str | None = None
    words: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    filter: str | None = None
    command: str | None = None
    function: str | None = None

    def shown(self, name: str) -> str:
        """Return the `complete` command that makes it again for a command."""
        parts = ["complete"]
        parts += [f"-o {option}" for option in OPTIONS if option in self.options]
        letters = {action: letter for letter, action in ACTION_LETTERS.items()}
        parts += [f"-{letter}" for letter, action in ACTION_LETTERS.items() if action in self.actions]
        parts += [f"-A {action}" for action in ACTIONS if action in self.actions and action not in letters]
        for letter, text in zip("GWPSXC", (self.glob, self.words, self.prefix, self.suffix, self.filter, self.command),
                                strict=True):  # fmt: skip
            if text is not None:
                parts.append(f"-{letter} {single_quote(text)}")
        if self.function is not None:
            parts.append(f"-F {self.function}")
        special = next((f"-{letter}" for letter, special in SPECIAL_NAMES.items() if special == name), None)
        return " ".join([*parts, special or (name if re.fullmatch(r"[\w.+:/-]+", name) else single_quote(name))])


class Request(NamedTuple):
    """What is to be completed. words: the command line's; place: which of them; -1 where there is no command line."""

    command: str
    word: str
    previous: str = ""
    line: str = ""
    point: int = 0
    words: tuple[str, ...] = ()
    place: int = -1


def in_order(completions: dict[str, Specification]) -> list[str]:
    """Return the commands that have specifications, in the order of bash's hash table."""
    return sorted(completions, key=lambda name: bucket_of(name, _BUCKETS))


def lookup(sh: Shell, command: str) -> Specification | None:
    """Return the specification for a command: for its path, its name, or any command (-D)."""
    known = sh.completions
    return known.get(command) or known.get(command.rsplit("/", 1)[-1]) or known.get(SPECIAL_NAMES["D"])


def generate(sh: Shell, wanted: Specification, request: Request) -> list[str]:
    """Return the candidates. Raises Complaint if words can't be expanded, ExpansionFailure likewise."""
    word = request.word
    found: list[str] = []
    for action in ACTIONS:
        if action in wanted.actions:
            found += [
                name.rstrip("/") if action in ("file", "directory") else name for name in candidates(sh, action, word)
            ]
    if wanted.glob is not None:
        found += _expanded(sh, [wanted.glob])
    if wanted.words is not None:
        found += [item for item in _expanded(sh, split_words(wanted.words, sh.splitter.ifs)) if item.startswith(word)]
    options = wanted.options
    if wanted.function is not None:
        given, options = _from_function(sh, wanted, request)
        found += given
    if wanted.command is not None:
        found += _from_command(sh, wanted.command, request)
    if wanted.filter is not None:
        found = _filtered(sh, wanted.filter, word, found)
    if wanted.prefix or wanted.suffix:
        found = [f"{wanted.prefix or ''}{item}{wanted.suffix or ''}" for item in found]
    if "plusdirs" in options or ("dirnames" in options and not found):
        found += [name.rstrip("/") for name in paths(sh, word, directories_only=True)]
    if not found and ("default" in options or "bashdefault" in options):
        found = [name.rstrip("/") for name in paths(sh, word)]
    return found


def split_words(text: str, ifs: str) -> list[str]:
    """Return a word list cut at the characters of IFS that aren't quoted or within an expansion."""
    words: list[str] = []
    word, at, size = "", 0, len(text)
    while at < size:
        c = text[at]
        if c == "\\":
            end = at + 2
        elif c in _PAIRS:
            end = _behind(text, at + 1, c)
        elif c == "$" and text[at + 1 : at + 2] in ("(", "{"):
            end = _behind(text, at + 2, ")" if text[at + 1] == "(" else "}")
        elif c in ifs:
            if word:
                words.append(word)
            word = ""
            at += 1
            continue
        else:
            end = at + 1
        word += text[at:end]
        at = end
    return [*words, word] if word else words


def _behind(text: str, at: int, closing: str) -> int:
    """Return the place behind the closing character, past what is quoted or nested before it."""
    waiting = [closing]
    while at < len(text) and waiting:
        c = text[at]
        inner = waiting[-1]
        if c == "\\" and inner != "'":
            at += 1
        elif c == inner:
            waiting.pop()
        elif inner in "'`":
            pass
        elif c == "$" and text[at + 1 : at + 2] in ("(", "{"):
            waiting.append(")" if text[at + 1] == "(" else "}")
            at += 1
        elif c == "(" and inner == ")":
            waiting.append(")")
        elif c in _PAIRS and inner != '"':
            waiting.append(c)
        at += 1
    return at


def _expanded(sh: Shell, words: list[str]) -> list[str]:
    from kos_shell.compile.compiler import Compiler
    from kos_shell.syntax.parser import ShellSyntaxError, parse_word

    try:
        tree = tuple([parse_word(word) for word in words])
    except ShellSyntaxError as error:
        raise Complaint(error.message) from None
    return list(Compiler().fields(tree)(sh))


def _variables(request: Request) -> dict[str, object]:
    return {
        "COMP_LINE": request.line,
        "COMP_POINT": request.point,
        "COMP_TYPE": 9,
        "COMP_KEY": 9,
    }


def _from_function(sh: Shell, wanted: Specification, request: Request) -> tuple[list[str], tuple[str, ...]]:
    """Call the completion function; return COMPREPLY and the options, which compopt may have changed."""
    name = wanted.function or ""
    function = sh.functions.get(name)
    if function is None:
        sh.warn(f"completion: function `{name}' not found")
        return [], wanted.options
    for variable, value in _variables(request).items():
        sh.assign(variable, str(value))
    sh.vars["COMP_WORDS"] = Variable(IndexedArray(sh.token, list(request.words)), ARRAY)
    sh.assign("COMP_CWORD", str(request.place))
    sh.unset_variable("COMPREPLY")
    before, sh.completing = sh.completing, list(wanted.options)
    try:
        call_function(sh, function, [name, request.command, request.word, request.previous])
        options = tuple(sh.completing)
    finally:
        sh.completing = before
        for variable in (*_variables(request), "COMP_WORDS", "COMP_CWORD"):
            sh.unset_variable(variable)
    given = sh.elements("COMPREPLY")
    sh.unset_variable("COMPREPLY")
    return given, options


def _from_command(sh: Shell, command: str, request: Request) -> list[str]:
    """Run a command line with the three arguments of a completion function; return its lines."""
    from kos_shell.script import word_of_text

    arguments = " ".join([single_quote(text) for text in (request.command, request.word, request.previous)])
    values = " ".join([f"{name}={single_quote(str(value))}" for name, value in _variables(request).items()])
    output = word_of_text(sh, f"$(export {values}; {command} {arguments})")(sh)
    return output.split("\n") if output else []


def _filtered(sh: Shell, pattern: str, word: str, found: list[str]) -> list[str]:
    """Return what -X leaves: what doesn't match, or with `!` what does. `&` is the word, unless behind a backslash."""
    keep = pattern.startswith("!")
    text = re.sub(
        r"\\(.)|&", lambda match: match[0] if match[1] else re.sub(r"([*?\[\]\\])", r"\\\1", word), pattern[keep:]
    )
    glob = sh.caches.glob(text, extglob="extglob" in sh.options, nocase="nocasematch" in sh.options)
    return [item for item in found if glob.matches(item) == keep]


_COMMAND_START = re.compile(r"(?:[|&;(){}!\n]|\b(?:if|then|else|elif|do|while|until|time)\s)+\s*")
_LINE_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?)+""", re.DOTALL)


def command_words(before: str) -> list[str]:
    """Return the words of the command that a line goes on with, as they are written."""
    command_line = before[[0, *[found.end() for found in _COMMAND_START.finditer(before)]][-1] :]
    return _LINE_WORD.findall(command_line)


def line_candidates(
    sh: Shell, text: str, cursor: int, before: str, word: str, at_command: bool
) -> list[tuple[str, bool]] | None:
    """Return (candidate, whether it is quoted already) for the word behind `before`; None if nothing was said of the command."""
    if at_command:
        empty = not before.strip() and not word
        specification = sh.completions.get(SPECIAL_NAMES["E" if empty else "I"])
        words: list[str] = []
    else:
        words = command_words(before)
        specification = lookup(sh, words[0]) if words else None
    if specification is None:
        return None
    request = Request(
        words[0] if words else "", word, words[-1] if words else "", text, cursor, (*words, word), len(words)
    )
    try:
        found = generate(sh, specification, request)
    except Complaint:
        return []
    if "nosort" not in specification.options:
        found = sorted(set(found))
    files = "filenames" in specification.options or specification.actions == ("file",)
    return [(item, not files and "noquote" not in specification.options) for item in found]


__all__ = ["ACTIONS", "Request", "Specification", "generate", "in_order", "line_candidates", "lookup", "split_words"]
