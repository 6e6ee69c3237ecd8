"""umask, ulimit, times, trap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import RLIM_INFINITY, SysError
from kos_shell.builtins.arguments import parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.expansion.quoting import single_quote
from kos_shell.traps import PSEUDO, signal_name, signal_number, trap_name

if TYPE_CHECKING:
    from kos_shell.shell import Shell


# ------------------------------------------------------------------------------------------------------------- umask
def _symbolic(mask: int) -> str:
    parts = []
    for who, shift in (("u", 6), ("g", 3), ("o", 0)):
        bits = ~mask >> shift & 7
        parts.append(who + "=" + "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit))
    return ",".join(parts)


def umask(sh: Shell, argv: list[str]) -> int:
    """umask [-p] [-S] [mode]."""
    options, operands = parse_options(argv, LETTERS["umask"], "umask [-p] [-S] [mode]")
    letters = {option[1] for option, _ in options}
    k = sh.k
    old = k.umask(0)
    k.umask(old)
    if not operands:
        shown = _symbolic(old) if "S" in letters else f"{old:04o}"
        lead = f"umask {'-S ' if 'S' in letters else ''}" if "p" in letters else ""
        sh.write(f"{lead}{shown}\n")
        return 0
    text = operands[0]
    if text[:1].isdecimal():
        if text.strip("01234567") or int(text, 8) > 0o777:
            raise Complaint(f"{text}: octal number out of range")
        k.umask(int(text, 8))
    else:
        k.umask(_parse_symbolic(text, old))
    if "S" in letters:
        now = k.umask(0)
        k.umask(now)
        sh.write(_symbolic(now) + "\n")
    return 0


def _parse_symbolic(text: str, mask: int) -> int:
    for clause in text.split(","):
        found = re.fullmatch(r"([ugoa]*)([-+=][rwx]*)", clause)
        if found is None:
            at = next((c for c in clause if c not in "ugoa"), "")
            bad = "symbolic mode operator" if at not in "-+=" else "symbolic mode character"
            raise Complaint(f"`{at}': invalid {bad}")
        who = found.group(1) or "a"
        shifts = [shift for letter, shift in (("u", 6), ("g", 3), ("o", 0)) if letter in who or "a" in who]
        for op, letters in re.findall(r"([-+=])([rwx]*)", found.group(2)):
            bits = sum({"r": 4, "w": 2, "x": 1}.get(letter, 0) for letter in set(letters))
            for shift in shifts:
                if op == "+":
                    mask &= ~(bits << shift)
                elif op == "-":
                    mask |= bits << shift
                else:
                    mask = mask & ~(7 << shift) | (~bits & 7) << shift
    return mask


# ------------------------------------------------------------------------------------------------------------- ulimit
BLOCK = 1024
_LIMITS = {
    # letter: (number, unit, name, what is shown of the unit)
    "c": (4, BLOCK, "core file size", "blocks"),
    "d": (2, 1024, "data seg size", "kbytes"),
    "e": (13, 1, "scheduling priority", ""),
    "f": (1, BLOCK, "file size", "blocks"),
    "i": (11, 1, "pending signals", ""),
    "l": (8, 1024, "max locked memory", "kbytes"),
    "m": (5, 1024, "max memory size", "kbytes"),
    "n": (7, 1, "open files", ""),
    "q": (12, 1, "POSIX message queues", "bytes"),
    "r": (14, 1, "real-time priority", ""),
    "s": (3, 1024, "stack size", "kbytes"),
    "t": (0, 1, "cpu time", "seconds"),
    "u": (6, 1, "max user processes", ""),
    "v": (9, 1024, "virtual memory", "kbytes"),
    "x": (10, 1, "file locks", ""),
}
BLOCK_POSIX = 512
_ORDER = "cdefilmnqrstuvx"


def ulimit(sh: Shell, argv: list[str]) -> int:
    """ulimit [-HSa] [-cdefilmnqrstuvx] [limit]."""
    usage = "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]"
    options, operands = parse_options(argv, LETTERS["ulimit"], usage)
    letters = [option[1] for option, _ in options]
    chosen = [letter for letter in letters if letter not in "HSa"]
    hard, soft = "H" in letters, "S" in letters
    k = sh.k
    if "a" in letters:
        for letter in _ORDER:
            number, unit, name, shown = _limit(sh, letter)
            values = k.getrlimit(number)
            label = f"({shown}, -{letter})" if shown else f"(-{letter})"
            sh.write(f"{name:<20} {label:>20} {_limit_text(values[1 if hard else 0], unit)}\n")
        return 0
    letter = chosen[-1] if chosen else "f"
    if letter == "p":
        sh.write("8\n")
        return 0
    number, unit, name, _ = _limit(sh, letter)
    old_soft, old_hard = k.getrlimit(number)
    if not operands:
        sh.write(_limit_text(old_hard if hard and not soft else old_soft, unit) + "\n")
        return 0
    text = operands[0]
    if text == "unlimited":
        value = RLIM_INFINITY
    elif text == "hard":
        value = old_hard
    elif text == "soft":
        value = old_soft
    elif text.isdecimal() and len(text) < 19:
        value = int(text) * unit
    else:
        raise Complaint(f"{text}: invalid number")
    both = hard is soft
    try:
        k.setrlimit(number, value if both or soft else min(old_soft, value), value if both or hard else old_hard)
    except SysError as error:
        raise Complaint(f"{name}: cannot modify limit: {error.strerror}") from None
    return 0


def _limit(sh: Shell, letter: str) -> tuple[int, int, str, str]:
    """Return a limit's row; in posix mode a block has 512 bytes."""
    number, unit, name, shown = _LIMITS[letter]
    return number, BLOCK_POSIX if shown == "blocks" and sh.posix else unit, name, shown


def _limit_text(value: int, unit: int) -> str:
    return "unlimited" if value >= RLIM_INFINITY else str(value // unit)


# ------------------------------------------------------------------------------------------------------------- times
def _minutes(seconds: float) -> str:
    millis = int(seconds * 1000)
    return f"{millis // 60000}m{millis // 1000 % 60}.{millis % 1000:03d}s"


def times(sh: Shell, argv: list[str]) -> int:
    """times: user and system time of the shell, then of its children."""
    user, system, child_user, child_system = sh.k.times()
    sh.write(f"{_minutes(user)} {_minutes(system)}\n{_minutes(child_user)} {_minutes(child_system)}\n")
    return 0


# ------------------------------------------------------------------------------------------------------------- trap
def trap(sh: Shell, argv: list[str]) -> int:
    """trap [-lp] [[action] signal...]."""
    from kos_shell.builtins.jobs import _list_signals

    operands = argv[1:]
    show = False
    if operands and operands[0][:1] == "-" and len(operands[0]) > 1 and operands[0] != "--":
        options, operands = parse_options(argv, LETTERS["trap"], "trap [-lp] [[arg] signal_spec ...]")
        if ("-l", "") in options:
            return _list_signals(sh, [])
        show = True
    elif operands and operands[0] == "--":
        operands = operands[1:]
    if show or not operands:
        return _show(sh, operands)
    action: str | None
    if len(operands) == 1 or (operands[0].isdecimal() and signal_number(operands[0]) is not None):
        if len(operands) == 1 and trap_name(operands[0]) is None:
            raise UsageComplaint("usage: trap [-lp] [[arg] signal_spec ...]")
        action, names = None, operands
    else:
        action, names = operands[0], operands[1:]
        if action == "-":
            action = None
    status = 0
    for text in names:
        name = trap_name(text)
        if name is None:
            sh.warn(f"trap: {text}: invalid signal specification")
            status = 1
            continue
        sh.set_trap(name, action)
    return status


def _show(sh: Shell, names: list[str]) -> int:
    traps = sh.inherited_traps if sh.inherited_traps is not None else sh.traps
    shown = {"EXIT": traps["EXIT "], **traps} if "EXIT " in traps else dict(traps)  # the one that runs is shown, too
    for name in sh.ignored_at_start:
        shown.setdefault(name, "")
    status = 0
    if names:
        chosen = []
        for text in names:
            known = trap_name(text)
            if known is None:
                sh.warn(f"trap: {text}: invalid signal specification")
                status = 1
            else:
                chosen.append(known)
    else:
        order = [
            "EXIT",
            *[signal_name(number) for number in range(1, 65) if number not in (32, 33)],
            "DEBUG",
            "ERR",
            "RETURN",
        ]
        chosen = [name for name in order if name in shown]
    lines = []
    for name in chosen:
        action = shown.get(name)
        if action is None:
            continue
        label = name if name in PSEUDO or sh.posix else f"SIG{name}"
        lines.append(f"trap -- {single_quote(action)} {label}\n")
    sh.write("".join(lines))
    return status
