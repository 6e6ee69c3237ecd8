"""How long a match is that starts here: a deterministic automaton, built while it is used.

An engine that takes the first match finds where a POSIX match starts; where it ends, this says for patterns without conditions
on places, on stretches of data whose characters are bytes. A state is the set of places in the program that a reading can be at; the step
from it by each byte is worked out once. At some hundred states it gives up, and positions.py takes over.
Cost: a tenth of a microsecond a byte, some thirty times less than positions.py needs to set up for a short match.
"""

from __future__ import annotations

from typing import Final

from kos_kernel.toolkit.regex import charset
from kos_kernel.toolkit.regex.positions import CHAR, JUMP, PLACE, RUN, Instruction

_MOST_STATES: Final = 400
_LONGEST_PROGRAM: Final = 2000


class _State:
    __slots__ = ("accepts", "places", "steps", "stops")

    def __init__(self, places: frozenset[int], accepts: bool) -> None:
        self.places = places
        self.accepts = accepts
        self.stops = not places
        self.steps: list[_State | None] = [None] * 256


class Longest:
    """The automaton of one program. `usable` is False for programs that it can't run, and once it has grown too big."""

    __slots__ = ("_beyond", "_code", "_only_ascii", "_start", "_states", "usable")

    def __init__(self, code: list[Instruction], only_ascii: bool) -> None:
        """only_ascii: bytes from 0x80 on are no characters; `end` doesn't judge matches that meet one."""
        self._code = code
        self._only_ascii = only_ascii
        self._beyond = _State(frozenset(), False)
        self.usable = len(code) <= _LONGEST_PROGRAM and all(operation != PLACE for operation, _, _ in code)
        self._states: dict[frozenset[int], _State] = {}
        if self.usable:
            self._start = self._state(self._closure([0]))

    def end(self, data: bytes, start: int, limit: int) -> int:
        """Return the last end of the matches that start at `start` and end by `limit`; -1 if it can't be told from here.

        That is so where a byte is no ASCII, and from the moment on that the automaton has grown too big (`usable` is False).
        """
        state = self._start
        last = start if state.accepts else -1
        for place in range(start, limit):
            following = state.steps[data[place]]
            if following is None:
                following = self._step(state, data[place])
                if not self.usable:
                    return -1
            state = following
            if state.stops:
                if state is self._beyond:
                    return -1
                break
            if state.accepts:
                last = place + 1
        return last

    def _state(self, places: frozenset[int]) -> _State:
        state = self._states.get(places)
        if state is None:
            if len(self._states) >= _MOST_STATES:
                self.usable = False
            state = self._states[places] = _State(places, len(self._code) in places)
        return state

    def _step(self, state: _State, byte: int) -> _State:
        code = self._code
        if byte >= 0x80 and self._only_ascii:
            state.steps[byte] = self._beyond
            return self._beyond
        following: list[int] = []
        for place in state.places:
            if place < len(code):
                operation, ranges, _ = code[place]
                if (operation in (CHAR, RUN)) and charset.contains(ranges, byte):
                    following.append(place if operation == RUN else place + 1)
        reached = self._state(self._closure(following))
        state.steps[byte] = reached
        return reached

    def _closure(self, places: list[int]) -> frozenset[int]:
        """Return the places that can be reached without a character."""
        code, size = self._code, len(self._code)
        seen = set(places)
        pending = list(places)
        while pending:
            place = pending.pop()
            if place == size:
                continue
            operation, _, number = code[place]
            if operation == CHAR:
                continue
            onward = (
                [place + number]
                if operation == JUMP
                else [place + 1]
                if operation == RUN
                else [place + 1, place + number]
            )
            for target in onward:
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return frozenset(seen)
