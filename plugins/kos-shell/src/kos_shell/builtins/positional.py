"""shift and getopts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_shell.builtins.arguments import integer
from kos_shell.builtins.flow import too_many
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.names import is_identifier

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def shift(sh: Shell, argv: list[str]) -> int:
    """shift [n]: forget the first n positional parameters; 1 if there are fewer."""
    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if len(operands) > 1:
        raise too_many(sh, "shift")
    count = 1
    if operands:
        number = integer(operands[0])
        if number is None:
            raise Complaint(f"{operands[0]}: numeric argument required")
        count = number
    if count < 0:
        raise Complaint(f"{operands[0]}: shift count out of range")
    if count > len(sh.args):
        if "shift_verbose" in sh.options:
            raise Complaint(f"{count if operands else ''}: shift count out of range".lstrip(": "))
        return 1
    sh.args = sh.args[count:]
    return 0


def getopts(sh: Shell, argv: list[str]) -> int:
    """getopts letters name [args]: the next option into `name`, its value into OPTARG; 1 when there are no more."""
    operands = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if len(operands) < 2:
        raise UsageComplaint("usage: getopts optstring name [arg ...]")
    letters, name = operands[0], operands[1]
    args = operands[2:] if len(operands) > 2 else sh.args
    silent = letters.startswith(":")
    complain = not silent and (sh.get("OPTERR") or "1") != "0"
    index_text = sh.get("OPTIND") or "1"
    index = int(index_text) if index_text.isdecimal() and len(index_text) < 10 else 1
    place = sh.getopts_place
    if index < 1:
        index = 1

    def finish(option: str, value: str | None, at: int, within: int, status: int) -> int:
        sh.assign("OPTIND", at)
        sh.getopts_place = within
        if value is None:
            try:
                sh.unset_variable("OPTARG")
            except Complaint:
                pass
        else:
            sh.assign("OPTARG", value)
        if not is_identifier(name):
            sh.warn(f"getopts: `{name}': not a valid identifier")
            return 1
        sh.assign(name, option)
        return status

    if place == 0:
        if index > len(args):
            return finish("?", None, len(args) + 1, 0, 1)
        word = args[index - 1]
        if word == "--":
            return finish("?", None, index + 1, 0, 1)
        if len(word) < 2 or word[0] != "-":
            return finish("?", None, index, 0, 1)
        place = 1
    elif index > len(args) or place >= len(args[index - 1]):
        sh.getopts_place = 0
        return getopts(sh, argv)
    word = args[index - 1]
    letter = word[place]
    place += 1
    ended = place >= len(word)
    where = letters.find(letter)
    next_index, next_place = (index + 1, 0) if ended else (index, place)
    if where < 0 or letter == ":":
        if complain:
            sh.write_error(f"{sh.name0}: illegal option -- {letter}\n")
        return finish("?", letter if silent else None, next_index, next_place, 0)
    if letters[where + 1 : where + 2] != ":":
        return finish(letter, None, next_index, next_place, 0)
    if not ended:
        return finish(letter, word[place:], index + 1, 0, 0)
    if index < len(args):
        return finish(letter, args[index], index + 2, 0, 0)
    if silent:
        return finish(":", letter, index + 1, 0, 0)
    if complain:
        sh.write_error(f"{sh.name0}: option requires an argument -- {letter}\n")
    return finish("?", None, index + 1, 0, 0)
