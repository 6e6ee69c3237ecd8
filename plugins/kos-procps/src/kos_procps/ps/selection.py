"""Which processes ps shows: the lists (-p, -u, -t ...), else the rules for who has a terminal and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import SysError

from ..facts.terminals import terminal_name
from .arguments import BadArguments

if TYPE_CHECKING:
    from ..facts.processes import Machine, Process
    from .arguments import Request

Test = Callable[["Process"], bool]
_MAX_ID = 0xFFFFFFFF
_PID_MAX = 0x7FFFFFFF


def _items(value: str) -> list[str]:
    items = value.replace(",", " ").split(" ") if " " in value.strip() else value.split(",")
    if not all(items):
        raise BadArguments("improper list")
    return items


def _numbers(value: str) -> list[int]:
    numbers = []
    for item in _items(value):
        digits = item.removeprefix("+").removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            raise BadArguments("process ID list syntax error")
        number = int(item) if len(item) < 20 else _PID_MAX + 1
        if not 1 <= number <= _PID_MAX:
            raise BadArguments("process ID out of range")
        numbers.append(number)
    return numbers


def _account(item: str, find: Callable[[bytes], int | None], what: str) -> int:
    number = find(item.encode("utf-8", "surrogateescape"))
    if number is not None:
        return number
    digits = item.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise BadArguments(f"{what} name does not exist")
    if len(digits) > 10 or int(digits) > _MAX_ID:
        raise BadArguments(f"{what} ID out of range")
    return int(digits)


def _terminal(machine: Machine, item: str) -> Callable[[int], bool]:
    """Return a test of terminal numbers. Raises BadArguments for what is no terminal's name."""
    if item in ("?", "-"):
        return lambda number: number <= 0
    name = item.removeprefix("/dev/")
    for place in (name, f"tty{name}", f"pts/{name}"):
        try:
            rdev = machine.k.stat(b"/dev/" + place.encode("utf-8", "surrogateescape")).rdev
        except SysError:
            continue
        shown = terminal_name(rdev)
        return lambda number: number > 0 and (number == rdev or (shown != "?" and terminal_name(number) == shown))
    raise BadArguments("TTY could not be found")


def _one_of(get: Callable[[Process], int], numbers: list[int]) -> Test:
    wanted = frozenset(numbers)
    return lambda p: get(p) in wanted


def listed(kind: str, value: str, machine: Machine, my_terminal: int) -> Test:
    """Return the test of one list option. Raises BadArguments."""
    people = machine.people
    if kind in ("p", "ppid"):
        return _one_of((lambda p: p.pid) if kind == "p" else (lambda p: p.ppid), _numbers(value))
    if kind == "s":
        return _one_of(lambda p: p.sid, _numbers(value))
    if kind == "C":
        names = frozenset(item[:15].encode("utf-8", "surrogateescape") for item in _items(value))
        return lambda p: p.comm in names
    if kind in "uU":
        uids = [_account(item, people.uid, "user") for item in _items(value)]
        return _one_of((lambda p: p.euid) if kind == "u" else (lambda p: p.uid), uids)
    if kind == "g" and all(item.isascii() and item.isdigit() for item in _items(value)):
        return _one_of(lambda p: p.sid, _numbers(value))
    if kind in ("g", "G", "group"):
        if kind == "g" and any(people.gid(item.encode()) is None for item in _items(value)):
            raise BadArguments("list of session leaders OR effective group IDs was invalid")
        gids = [_account(item, people.gid, "group") for item in _items(value)]
        return _one_of((lambda p: p.gid) if kind == "G" else (lambda p: p.egid), gids)
    if not value:
        return lambda p: p.tty == my_terminal
    tests = [_terminal(machine, item) for item in _items(value)]
    return lambda p: any(test(p.tty) for test in tests)


def selection(asked: Request, machine: Machine, me: Process | None) -> Test:
    """Return the test of which processes are shown. Raises BadArguments."""
    my_terminal = me.tty if me is not None else 0
    euid = me.euid if me is not None else machine.k.geteuid()
    tests = [listed(kind, value, machine, my_terminal) for kind, value in asked.lists]

    def wanted(p: Process) -> bool:
        if asked.quick:
            return tests[0](p) and not (asked.running and p.state not in "RD")
        if asked.running and p.state not in "RD":
            return False
        if any(test(p) for test in tests):
            return True
        if asked.every or (asked.all_users and asked.without_terminal):
            return True
        if asked.no_leaders and p.sid != p.pid and (p.tty > 0 or not asked.terminals):
            return True
        if asked.all_users:
            return p.tty > 0
        if asked.without_terminal:
            return p.euid == euid
        if tests or asked.no_leaders:
            return False
        if asked.bsd:
            return p.euid == euid and p.tty > 0
        return p.euid == euid and p.tty == my_terminal

    return (lambda p: not wanted(p)) if asked.negated else wanted
