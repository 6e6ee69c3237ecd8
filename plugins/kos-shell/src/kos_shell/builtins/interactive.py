"""history, fc, and what this shell refuses: bind (there's no line editor inside the machine), complete, compopt; compgen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.errors import Complaint, UsageComplaint

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def history(sh: Shell, argv: list[str]) -> int:
    """history [-c] [n], history -s words: what was typed."""
    options, operands = parse_options(argv, "cd:anrwps", "history [-c] [-d offset] [n] or history -s arg [arg...]")
    letters = {option[1] for option, _ in options}
    if letters & set("anrwp"):
        raise UsageComplaint(f"-{sorted(letters & set('anrwp'))[0]}: not supported by this shell")
    lines = sh.history
    if "c" in letters:
        sh.history = ()
        return 0
    if "s" in letters:
        sh.history = (*lines, " ".join(operands))
        return 0
    offset = next((value for option, value in options if option == "-d"), None)
    if offset is not None:
        number = integer(offset)
        if number is None or not 0 < number <= len(lines):
            raise Complaint(f"{offset}: history position out of range")
        sh.history = lines[: number - 1] + lines[number:]
        return 0
    count = len(lines)
    if operands:
        number = integer(operands[0])
        if number is None:
            raise Complaint(f"{operands[0]}: numeric argument required")
        count = min(abs(number), count)
    start = len(lines) - count
    sh.write("".join([f"{at + 1:5d}  {line}\n" for at, line in enumerate(lines) if at >= start]))
    return 0


def fc(sh: Shell, argv: list[str]) -> int:
    """fc -l [-nr] [first] [last]: list the history. Editing needs an editor, which this shell doesn't run."""
    options, operands = parse_options(argv, "e:lnrs", "fc -l [-nr] [first] [last]")
    letters = {option[1] for option, _ in options}
    if "l" not in letters:
        raise UsageComplaint("editing and running commands of the history: not supported by this shell")
    lines = sh.history
    size = len(lines)

    def place(text: str, default: int) -> int:
        number = integer(text)
        if number is None:
            return next((at for at in range(size - 1, -1, -1) if lines[at].startswith(text)), default)
        return size + number if number < 0 else number - 1

    first = place(operands[0], 0) if operands else max(0, size - 16)
    last = place(operands[1], size - 1) if len(operands) > 1 else size - 1
    chosen = list(range(max(0, min(first, last)), min(size - 1, max(first, last)) + 1))
    if ("r" in letters) is not (first > last):
        chosen.reverse()
    sh.write("".join([f"{'' if 'n' in letters else at + 1}\t {lines[at]}\n" for at in chosen]))
    return 0


def bind(sh: Shell, argv: list[str]) -> int:
    """bind: refused; keys belong to the terminal's own editor."""
    raise UsageComplaint("key bindings: not supported by this shell")


def complete(sh: Shell, argv: list[str]) -> int:
    """complete: refused by name."""
    raise UsageComplaint("programmable completion: not supported by this shell")


def compopt(sh: Shell, argv: list[str]) -> int:
    """compopt: refused by name."""
    raise UsageComplaint("programmable completion: not supported by this shell")


def compgen(sh: Shell, argv: list[str]) -> int:
    """compgen [-abcdefkv] [-A action] [-W words] [-P prefix] [-S suffix] [word]: what a word can be completed to."""
    from kos_shell.completion import candidates

    options, operands = parse_options(
        argv, "abcdefgjksuvA:W:P:S:X:o:G:F:C:", "compgen [-abcdefkv] [-A action] [-W wordlist] [word]"
    )
    word = operands[0] if operands else ""
    kinds = {"a": "alias", "b": "builtin", "c": "command", "d": "directory", "e": "export", "f": "file", "k": "keyword",
             "v": "variable", "u": "user", "j": "job"}  # fmt: skip
    found: list[str] = []
    prefix = suffix = ""
    for option, value in options:
        letter = option[1]
        if letter in kinds:
            found += candidates(sh, kinds[letter], word)
        elif letter == "A":
            found += candidates(sh, value, word)
        elif letter == "W":
            found += [item for item in sh.splitter.split(value) if item.startswith(word)]
        elif letter == "P":
            prefix = value
        elif letter == "S":
            suffix = value
        else:
            raise UsageComplaint(f"-{letter}: not supported by this shell")
    sh.write("".join([f"{prefix}{item}{suffix}\n" for item in found]))
    return 0 if found else 1
