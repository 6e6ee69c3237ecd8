"""Traps: what runs when a signal comes, a command fails, a function returns, the shell ends.

A signal's handler only notes its number in `pending`; the action runs between commands (`run_pending`), as POSIX wants.
Names in `traps`: EXIT ERR DEBUG RETURN and signals without SIG ("INT"). An action of "" means that the signal is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import SIG_DFL, SIG_IGN, SIGCHLD, SIGHUP, SIGINT, SIGNAL_NAMES, SIGQUIT, SIGTERM, InvalidArgument
from kos_shell.errors import Discard, FunctionReturn

if TYPE_CHECKING:
    from kos_shell.shell import Shell

PSEUDO = ("EXIT", "DEBUG", "ERR", "RETURN")
_FATAL = (SIGHUP, SIGINT, SIGTERM)
"""Signals that end the shell, but run an EXIT trap first."""
_REALTIME_FIRST, _REALTIME_LAST = 34, 64


def signal_number(text: str) -> int | None:
    """Return the number of a signal written INT, SIGINT, int, RTMIN+1 or 2; None if there's none. 0 is EXIT."""
    if text.isdecimal():
        number = int(text) if len(text) < 4 else 999
        return number if number <= _REALTIME_LAST and number not in (32, 33) else None
    name = text.upper().removeprefix("SIG")
    if name in SIGNAL_NAMES:
        return SIGNAL_NAMES.index(name) + 1
    if name == "EXIT":
        return 0
    for base, at, sign in (("RTMIN", _REALTIME_FIRST, 1), ("RTMAX", _REALTIME_LAST, -1)):
        if name.startswith(base):
            rest = name[len(base) :]
            if not rest:
                return at
            if rest[0] == ("+" if sign > 0 else "-") and rest[1:].isdecimal():
                number = at + sign * int(rest[1:])
                return number if _REALTIME_FIRST <= number <= _REALTIME_LAST else None
    return None


def signal_name(number: int) -> str:
    """Return a signal's name without SIG."""
    if number == 0:
        return "EXIT"
    if number <= len(SIGNAL_NAMES):
        return SIGNAL_NAMES[number - 1]
    middle = (_REALTIME_FIRST + _REALTIME_LAST) // 2
    if number <= middle:
        return "RTMIN" if number == _REALTIME_FIRST else f"RTMIN+{number - _REALTIME_FIRST}"
    return "RTMAX" if number == _REALTIME_LAST else f"RTMAX-{_REALTIME_LAST - number}"


def trap_name(text: str) -> str | None:
    """Return the key in `traps` for what was written, or None if it is no signal."""
    upper = text.upper()
    if upper in PSEUDO:
        return upper
    number = signal_number(text)
    return None if number is None else signal_name(number)


class TrapTable:
    """Mixed into Shell."""

    if TYPE_CHECKING:
        k: Any
        traps: dict[str, str]
        ignored_at_start: frozenset[str]
        own_signals: tuple[int, ...]
        inherited_traps: dict[str, str] | None
        pending: list[int]
        in_trap: tuple[str, ...]
        trap_status: int
        status: int
        interactive: bool
        line: int
        watching: bool

        def refresh_mirrors(self) -> None: ...
        def on_child(self, number: int) -> None: ...
        def collect(self) -> None: ...

    def set_trap(self, name: str, action: str | None) -> None:
        """Set what happens on `name`: an action, "" to ignore the signal, None for the default.

        A signal that was ignored when the shell started stays so (unless it is interactive), as POSIX wants.
        """
        if self.inherited_traps is not None:
            self.inherited_traps = None
        traps = dict(self.traps)
        if name in PSEUDO:
            if action is None:
                traps.pop(name, None)
            else:
                traps[name] = action
            self.traps = traps
            self.refresh_mirrors()
            if name == "EXIT":
                self._guard_exit()
            return
        if name in self.ignored_at_start:
            return
        number = signal_number(name)
        assert number
        known = name in traps
        handler: Any = SIG_DFL if action is None else SIG_IGN if action == "" else self.on_signal
        if action is None and number in _FATAL and "EXIT" in traps:
            handler = self.on_signal
        if (
            number == SIGCHLD
        ):  # it never interrupts `wait`; and the shell goes on learning of its children if it's ignored
            if not action:
                handler = self.on_child if self.watching else SIG_DFL
        try:
            old = self.k.sigaction(number, handler, restart=number == SIGCHLD)
        except InvalidArgument:  # KILL and STOP: bash takes the trap and it never runs
            old = SIG_DFL
        if old == SIG_IGN and not known and not self.interactive:
            self.k.sigaction(number, SIG_IGN)
            self.ignored_at_start = self.ignored_at_start | {name}
            return
        if action is None:
            traps.pop(name, None)
        else:
            traps[name] = action
        self.traps = traps

    def _guard_exit(self) -> None:
        """While there's an EXIT trap, signals that would end the shell are caught so that it runs."""
        for number in _FATAL:
            name = signal_name(number)
            if name in self.traps or name in self.ignored_at_start or (self.interactive and number != SIGHUP):
                continue
            handler: Any = self.on_signal if "EXIT" in self.traps else SIG_DFL
            if self.k.sigaction(number, handler) == SIG_IGN:
                self.k.sigaction(number, SIG_IGN)

    def on_signal(self, number: int) -> None:
        """The handler of all trapped signals: remember it for the next gap between commands."""
        if number == SIGCHLD and self.watching:
            self.collect()
        self.pending.append(number)

    def run_pending(self) -> None:
        """Run the traps of signals that have come."""
        while self.pending:
            number = self.pending.pop(0)
            name = signal_name(number)
            action = self.traps.get(name)
            if action:
                self.run_trap(name, self.status)
            elif action is None and number in _FATAL and not self.interactive and number not in self.own_signals:
                self._die(number)
            elif number == SIGINT and (self.interactive or self.own_signals):
                self.pending.clear()
                raise Discard(128 + SIGINT)

    def _die(self, number: int) -> None:
        """A signal without a trap came while an EXIT trap was set: run that, then die of the signal."""
        from kos_shell.startup import run_exit_trap

        run_exit_trap(self, 128 + number)  # type: ignore[arg-type]
        self.k.sigaction(number, SIG_DFL)
        self.k.kill(self.k.getpid(), number)

    def run_trap(self, name: str, status: int) -> int:
        """Run the action of `name` with $? = status; afterwards $? is what it was. Returns the action's own status."""
        from kos_shell.script import run_text

        action = self.traps.get(name)
        if not action:
            return 0
        outer, line = self.in_trap, self.line
        kept = self.pipe_status  # type: ignore[has-type]
        self.in_trap = (*outer, name)
        before, self.trap_status = self.trap_status, status
        self.status = status
        try:
            own = run_text(self, action, line=line if name in PSEUDO else 1)  # type: ignore[arg-type]
        except FunctionReturn:
            status = self.status
            raise
        finally:
            self.in_trap = outer
            self.trap_status = before
            self.status = status
            self.line = line
            self.pipe_status = kept
        return own

    def reset_traps_for_subshell(self, *, keep_debug: bool, keep_err: bool) -> None:
        """What a subshell does first: traps go back to the default, ignored signals stay ignored."""
        traps = self.traps
        if traps:
            self.inherited_traps = traps
            kept = {name: action for name, action in traps.items() if action == "" and name != "EXIT"}
            for name in traps:
                number = signal_number(name)
                if name not in kept and number:
                    try:
                        self.k.sigaction(number, SIG_DFL)
                    except InvalidArgument:
                        pass
            if "EXIT" in traps:
                for number in _FATAL:
                    if signal_name(number) not in traps and self.k.sigaction(number, SIG_DFL) == SIG_IGN:
                        self.k.sigaction(number, SIG_IGN)
            if keep_debug:
                kept.update({name: traps[name] for name in ("DEBUG", "RETURN") if name in traps})
            if keep_err and "ERR" in traps:
                kept["ERR"] = traps["ERR"]
            self.traps = kept
            self.refresh_mirrors()


__all__ = ["PSEUDO", "SIGQUIT", "Shell", "TrapTable", "signal_name", "signal_number", "trap_name"]
