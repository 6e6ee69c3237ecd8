"""Inode numbers against a plain dictionary for each machine."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kos_fs_host.numbers import Numbers

steps = st.lists(
    st.tuples(st.sampled_from(["see", "see", "see", "forget", "fork"]), st.integers(0, 5), st.integers(0, 12)),
    max_size=60,
)


@given(steps)
def test_a_number_stays_is_never_given_twice_and_is_carried_by_forks(steps: list[tuple[str, int, int]]) -> None:
    machines: list[tuple[Numbers, dict[int, int], int]] = [(Numbers(), {}, 1)]
    for what, machine, file in steps:
        at = machine % len(machines)
        numbers, model, following = machines[at]
        key = (1, file, 0o100000)
        if what == "see":
            if file not in model:
                model[file] = following
                machines[at] = (numbers, model, following + 1)
            assert numbers.of(key) == model[file]
        elif what == "forget":
            numbers.forget(key)
            model.pop(file, None)
        elif len(machines) < 6:
            machines.append((numbers.fork(), dict(model), following))
    for numbers, model, _ in machines:
        assert {file: numbers.of((1, file, 0o100000)) for file in model} == model
