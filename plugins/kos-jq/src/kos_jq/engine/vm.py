"""The machine that runs programs: steps, continuations and choice points; no recursion, so nothing a program does is too deep.

A step is a function code(vm, env, value, k) that returns the next state, a tuple of the same four. k is the continuation: what
happens to a value that comes out, as a linked tuple (code, data, next k). Alternatives that are still to be tried stand on
`forks`, as states. So

    A | B     runs A with the continuation B
    A, B      puts B on forks and runs A
    empty     takes the topmost state from forks

Tail calls cost nothing, a loop that never ends is a loop of this file, and between two batches of steps the process's signals,
limits and the other programs get their turn (`check`). An error looks in its own continuation for the nearest `try`: that frame
knows how many forks there were, and all younger ones are dropped.

env is a linked tuple (what is bound, env). Memory: what values cost is charged as they are made; now and then the values that
are still reachable are counted, and the rest is given back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..language.values import JqError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

Code = Callable[..., Any]
State = tuple[Any, Any, Any, Any]
_BATCH = 256
_COUNT_AGAIN = 1 << 22  # bytes made before the first count


class Finished(Exception):
    """All outputs have come."""


class Halt(Exception):
    """The program asked to end: halt, halt_error."""

    def __init__(self, status: int, value: Any = None, silent: bool = True) -> None:
        super().__init__()
        self.status = status
        self.value = value
        self.silent = silent


def _finish(vm: Vm, env: Any, value: Any, k: Any) -> State:
    raise Finished


def leave(vm: Vm, env: Any, value: Any, k: Any) -> State:
    """The frame that ends a `try`: the value goes on, what comes after isn't guarded."""
    return k[0], k[1], value, k[2]


class Vm:
    """Runs one program on one value after another."""

    def __init__(self, k: Syscalls) -> None:
        self.k = k
        self.forks: list[State] = []
        self.held = 0  # bytes charged
        self.made = 0  # bytes since the last count
        self.limit = _COUNT_AGAIN
        self.roots: list[Any] = []  # values that stay: arguments, slurped files

    # ------------------------------------------------------------ memory and time
    def spend(self, count: int) -> None:
        """Account for so many items that were copied or made, and for the time that it took."""
        size = 8 * count + 64
        self.made += size
        if size > 4096:
            self.held += size
            self.k.charge(size)
            self.k.tick(1 + count // 64)

    def work(self, count: int) -> None:
        """Account for a native loop over so many items."""
        self.spend(count)
        self.k.tick(1 + count // 16)

    def check(self, state: Any) -> None:
        """Let others run; count what is alive if much was made since the last time."""
        self.k.tick(_BATCH // 8)
        self.made += _BATCH * 48
        if self.made > self.limit:
            alive = self.count(state)
            self.made = 0
            self.limit = max(_COUNT_AGAIN, alive)
            change = alive - self.held
            self.held = alive
            self.k.charge(change)

    def settle(self) -> None:
        """Between two inputs: count what is alive, if much was made."""
        if self.made > self.limit:
            self.check(None)

    def count(self, state: Any) -> int:
        """Return about how many bytes the values take that can still be reached."""
        seen: set[int] = set()
        size = 0
        stack: list[Any] = [state, self.forks, self.roots]
        steps = 0
        while stack:
            item = stack.pop()
            kind = type(item)
            if kind is str:
                if len(item) > 64 and id(item) not in seen:
                    seen.add(id(item))
                    size += len(item)
                continue
            if kind is not list and kind is not dict and kind is not tuple:
                continue
            if id(item) in seen:
                continue
            seen.add(id(item))
            size += 64 + 16 * len(item)
            stack.extend(item.values() if kind is dict else item)
            steps += 1
            if not steps % 4096:
                self.k.tick(512)
        return size

    def give_back(self) -> None:
        """Nothing is held any more."""
        if self.held:
            self.k.charge(-self.held)
            self.held = 0
        self.made = 0

    # ------------------------------------------------------------ running
    def run(self, code: Code, env: Any, value: Any, sink: Callable[[Any], None]) -> None:
        """Give every output of code to sink. Raises JqError, Halt, and what sink raises."""

        def output(vm: Vm, env: Any, value: Any, k: Any) -> State:
            sink(value)
            return forks.pop()

        forks = self.forks
        forks.clear()
        forks.append((_finish, None, None, None))
        k: Any = (output, None, None)
        while True:
            try:
                while True:
                    for _ in range(_BATCH):
                        code, env, value, k = code(self, env, value, k)
                    self.check((env, value, k))
            except Finished:
                return
            except JqError as error:
                code, env, value, k = self._caught(error, k)
            except RecursionError:
                code, env, value, k = self._caught(JqError("Value is nested too deeply"), k)

    def _caught(self, error: JqError, k: Any) -> State:
        """Return where an error is caught; raises it if it isn't."""
        steps = 0
        while k is not None:
            if k[0] is leave:
                depth, handler, env = k[1]
                del self.forks[depth:]
                if handler is None:
                    return self.forks.pop()
                return handler, env, error.value, k[2]
            k = k[2]
            steps += 1
            if not steps % 1024:
                self.k.tick(64)
        raise error
