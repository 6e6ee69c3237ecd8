"""Myers' comparison of two sequences of numbers, in linear space: which items of each are not part of the common rest.

The greedy search runs from both ends at once; where the two meet, the problem is cut in two (Myers 1986, section 4b). Three
things are added, with the numbers that GNU's tools use, so that the same lines come out as different:

- Unless a minimal answer is asked for, a search that has cost `too_expensive` edits is given up at the better of the two ends.
- `heuristic`: after 200 edits, a diagonal that is far ahead and ends with 20 equal items is taken at once.
- A half that ends where a search met or gave up is searched minimally if its cost is known to be small.

One addition of ours bounds the work for inputs that C gets through and Python would not: after _BUDGET steps, searches are
given up much earlier. What comes out is then still a right answer, only longer than GNU's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_SNAKE: Final = 20
_FAR: Final = 200
_BUDGET: Final = 150_000_000  # diagonals looked at
_HURRY: Final = 256
_NEVER: Final = 1 << 60


class Comparison:
    """Two sequences, and the marks of what isn't common to them.

    gone[i], come[j]: set to 1 for an item of `old` (`new`) that the other lacks, by the items' numbers in `old_at` and `new_at`.
    tick: called with the number of diagonals looked at, now and then.
    """

    def __init__(
        self,
        old: list[int],
        new: list[int],
        mark_old: Callable[[int], None],
        mark_new: Callable[[int], None],
        tick: Callable[[int], None],
        *,
        minimal: bool = False,
        heuristic: bool = False,
    ) -> None:
        self.old = old
        self.new = new
        self.mark_old = mark_old
        self.mark_new = mark_new
        self.tick = tick
        self.minimal = minimal
        self.heuristic = heuristic
        diagonals = len(old) + len(new) + 3
        root = 1
        rest = diagonals
        while rest:
            rest >>= 2
            root <<= 1
        self.too_expensive = max(4096, root)
        self.shift = len(new) + 1  # diagonal d is at d + shift
        self.forward = [0] * diagonals
        self.backward = [0] * diagonals
        self.steps = 0

    def run(self) -> None:
        """Mark everything that differs."""
        old, new = self.old, self.new
        todo = [(0, len(old), 0, len(new), self.minimal)]
        while todo:
            left, right, top, bottom, minimal = todo.pop()
            while left < right and top < bottom and old[left] == new[top]:
                left += 1
                top += 1
            while left < right and top < bottom and old[right - 1] == new[bottom - 1]:
                right -= 1
                bottom -= 1
            if left == right:
                for index in range(top, bottom):
                    self.mark_new(index)
            elif top == bottom:
                for index in range(left, right):
                    self.mark_old(index)
            else:
                x, y, low, high = self._middle(left, right, top, bottom, minimal)
                todo.append((x, right, y, bottom, high))
                todo.append((left, x, top, y, low))

    def _middle(self, left: int, right: int, top: int, bottom: int, minimal: bool) -> tuple[int, int, bool, bool]:
        """Return a point (x, y) that a short path goes through, and whether either half needs a minimal search."""
        old, new, shift = self.old, self.new, self.shift
        ahead, behind = self.forward, self.backward
        lowest, highest = left - bottom, right - top
        start, end = left - top, right - bottom
        f_low = f_high = start
        b_low = b_high = end
        odd = (start - end) & 1
        ahead[start + shift] = left
        behind[end + shift] = right
        cost = 0
        looked = 0
        while True:
            cost += 1
            long_snake = False
            if f_low > lowest:
                f_low -= 1
                ahead[f_low - 1 + shift] = -1
            else:
                f_low += 1
            if f_high < highest:
                f_high += 1
                ahead[f_high + 1 + shift] = -1
            else:
                f_high -= 1
            for d in range(f_high, f_low - 1, -2):
                place = d + shift
                below, above = ahead[place - 1], ahead[place + 1]
                x = first = above if below < above else below + 1
                y = x - d
                while x < right and y < bottom and old[x] == new[y]:
                    x += 1
                    y += 1
                if x - first > _SNAKE:
                    long_snake = True
                ahead[place] = x
                if odd and b_low <= d <= b_high and behind[place] <= x:
                    self._account(looked)
                    return x, y, True, True
            looked += (f_high - f_low + 2) >> 1
            if b_low > lowest:
                b_low -= 1
                behind[b_low - 1 + shift] = _NEVER
            else:
                b_low += 1
            if b_high < highest:
                b_high += 1
                behind[b_high + 1 + shift] = _NEVER
            else:
                b_high -= 1
            for d in range(b_high, b_low - 1, -2):
                place = d + shift
                below, above = behind[place - 1], behind[place + 1]
                x = first = below if below < above else above - 1
                y = x - d
                while left < x and top < y and old[x - 1] == new[y - 1]:
                    x -= 1
                    y -= 1
                if first - x > _SNAKE:
                    long_snake = True
                behind[place] = x
                if not odd and f_low <= d <= f_high and x <= ahead[place]:
                    self._account(looked)
                    return x, y, True, True
            looked += (b_high - b_low + 2) >> 1
            if looked > 20_000:
                self._account(looked)
                looked = 0
            if minimal and self.steps < _BUDGET:
                continue
            if self.heuristic and cost > _FAR and long_snake:
                point = self._far_ahead(left, right, top, bottom, cost, (f_low, f_high, start), (b_low, b_high, end))
                if point is not None:
                    self._account(looked)
                    return point
            if cost >= self.too_expensive:
                self._account(looked)
                return self._best(left, right, top, bottom, range(f_high, f_low - 1, -2), range(b_high, b_low - 1, -2))

    def _account(self, looked: int) -> None:
        self.tick(looked)
        self.steps += looked
        if self.steps >= _BUDGET:
            self.too_expensive = _HURRY

    def _far_ahead(
        self,
        left: int,
        right: int,
        top: int,
        bottom: int,
        cost: int,
        front: tuple[int, int, int],
        back: tuple[int, int, int],
    ) -> tuple[int, int, bool, bool] | None:
        """Return the end of the diagonal that came furthest for its cost and ends in equal items, or None."""
        old, new, shift = self.old, self.new, self.shift
        low, high, start = front
        best = 0
        found = (0, 0)
        for d in range(high, low - 1, -2):
            off = d - start
            x = self.forward[d + shift]
            y = x - d
            gain = (x - left) * 2 - off
            if (
                gain > 12 * (cost + abs(off))
                and gain > best
                and left + _SNAKE <= x < right
                and top + _SNAKE <= y < bottom
            ):
                if old[x - _SNAKE : x] == new[y - _SNAKE : y]:
                    best, found = gain, (x, y)
        if best > 0:
            return (*found, True, False)
        low, high, start = back
        for d in range(high, low - 1, -2):
            off = d - start
            x = self.backward[d + shift]
            y = x - d
            gain = (right - x) * 2 + off
            if (
                gain > 12 * (cost + abs(off))
                and gain > best
                and left < x <= right - _SNAKE
                and top < y <= bottom - _SNAKE
            ):
                if old[x : x + _SNAKE] == new[y : y + _SNAKE]:
                    best, found = gain, (x, y)
        return (*found, False, True) if best > 0 else None

    def _best(
        self, left: int, right: int, top: int, bottom: int, front: range, back: range
    ) -> tuple[int, int, bool, bool]:
        """Return the point that the search forwards, or the one backwards, got furthest to."""
        shift = self.shift
        f_sum, f_x = -1, 0
        for d in front:
            x = min(self.forward[d + shift], right)
            y = x - d
            if bottom < y:
                x, y = bottom + d, bottom
            if f_sum < x + y:
                f_sum, f_x = x + y, x
        b_sum, b_x = _NEVER, 0
        for d in back:
            x = max(left, self.backward[d + shift])
            y = x - d
            if y < top:
                x, y = top + d, top
            if x + y < b_sum:
                b_sum, b_x = x + y, x
        if right + bottom - b_sum < f_sum - (left + top):
            return f_x, f_sum - f_x, True, False
        return b_x, b_sum - b_x, False, True
