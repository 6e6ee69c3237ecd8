"""Lottery scheduling: each turn is drawn, and every ticket is as likely as any other.

        slots   t1: 75 tickets  |  t2: 25 tickets          draw d in [0, 100)
                0 ............ 74   75 ........ 99         the first slot whose running sum exceeds d wins

A task with a share s of the tickets of all runnable tasks gets s of the CPU in the long run, and its chance of waiting for
n turns shrinks as (1 - s)^n: nobody starves. Slots are kept in the order in which tasks first came, so that a run with the same
draws repeats; a task that sleeps keeps its slot, with no tickets in it. Nobody says when a task has ended, so once the empty
slots are many, who waits moves together, and who comes back after that gets a slot at the end. Tickets are what a task asked
for, else the weight of its nice level.
Source: Waldspurger and Weihl, Lottery Scheduling, OSDI 1994; differs: no currencies, no compensation tickets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Enqueue, Scheduler

if TYPE_CHECKING:
    from kos_kernel.api import Context, Task


class Lottery(Scheduler):
    """Draw who runs next. options.quantum_ns: the length of a turn. Randomness: the context's entropy, one draw a turn.

    task.sched is the task's (generation, slot). Sums of tickets lie in a Fenwick tree: a draw among n slots costs O(log n).
    """

    def __init__(self, options: Any, ctx: Context) -> None:
        self._options = options
        self._quantum_ns: int = options.quantum_ns
        self._below = ctx.entropy.below
        self._generation = 0
        self._clear()

    def _clear(self) -> None:
        self._tree: list[int] = [0]  # node i holds the sum of the i & -i slots up to i; slots count from 1
        self._tasks: list[Task | None] = [None]  # who waits in each slot
        self._held: list[int] = [0]  # its tickets
        self._total = 0
        self._waiting = 0

    def enqueue(self, task: Task, now_ns: int, why: Enqueue) -> None:
        """Give the task its tickets back."""
        place: tuple[int, int] | None = task.sched  # type: ignore[assignment]
        if place is None or place[0] != self._generation:
            if len(self._tree) > 64 + 4 * self._waiting:
                self._move_together()
            place = task.sched = (self._generation, self._new_slot())
        self._put(place[1], task)

    def dequeue(self, task: Task, now_ns: int) -> None:
        """Take its tickets away."""
        self._take(task.sched[1])  # type: ignore[index]

    def pick_next(self, cpu: int, now_ns: int) -> Task | None:
        """Return the winner of a draw among those that may run here, or None."""
        while self._total:
            winner = self._draw()
            if winner.affinity < 0 or winner.affinity >> cpu & 1:
                return winner
            barred = [task for task in self._tasks if task is not None and not task.affinity >> cpu & 1]
            for task in barred:
                self.dequeue(task, now_ns)
            winner_here = self._draw() if self._total else None
            for task in (winner, *barred):
                self._put(task.sched[1], task)  # type: ignore[index]
            return winner_here
        return None

    def _draw(self) -> Task:
        draw = self._below(self._total)
        slot = 0
        step = 1 << (len(self._tree) - 1).bit_length()
        while step:
            following = slot + step
            if following < len(self._tree) and self._tree[following] <= draw:
                draw -= self._tree[following]
                slot = following
            step >>= 1
        task = self._tasks[slot + 1]
        assert task is not None, "an empty slot holds no tickets"
        self._take(slot + 1)
        return task

    def slice_ns(self, task: Task) -> int:
        """Return the quantum."""
        return self._quantum_ns

    def set_priority(self, task: Task, now_ns: int) -> None:
        """Change the tickets of a queued task."""
        place: tuple[int, int] | None = task.sched  # type: ignore[assignment]
        if place is not None and place[0] == self._generation and self._tasks[place[1]] is task:
            self._take(place[1])
            self._put(place[1], task)

    # ---- slots
    def _new_slot(self) -> int:
        number = len(self._tree)
        low = number & -number
        below = 0
        at = number - 1
        while at > number - low:
            below += self._tree[at]
            at -= at & -at
        self._tree.append(below)
        self._tasks.append(None)
        self._held.append(0)
        return number

    def _add(self, slot: int, tickets: int) -> None:
        self._held[slot] += tickets
        self._total += tickets
        while slot < len(self._tree):
            self._tree[slot] += tickets
            slot += slot & -slot

    def _put(self, slot: int, task: Task) -> None:
        self._tasks[slot] = task
        self._waiting += 1
        self._add(slot, task.demand.tickets or task.weight)

    def _take(self, slot: int) -> None:
        self._tasks[slot] = None
        self._waiting -= 1
        self._add(slot, -self._held[slot])

    def _move_together(self) -> None:
        waiting = [task for task in self._tasks if task is not None]
        self._generation += 1
        self._clear()
        for task in waiting:
            task.sched = (self._generation, self._new_slot())
            self._put(task.sched[1], task)

    def fork(self, ctx: Context) -> Lottery:
        """Return an empty scheduler with the same options and its own stream of draws."""
        return type(self)(self._options, ctx)
