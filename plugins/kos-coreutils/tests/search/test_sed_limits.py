"""What a sed script can't do to its machine: grow for ever."""

from __future__ import annotations

import pytest

from kos_kernel import Machine


@pytest.mark.parametrize(
    "script",
    [
        ":a;s/.*/&&/;ba",  # the pattern space doubles
        ":a;G;h;ba",  # with the hold space
        ":a;H;x;ba",
        ":a;N;s/x/xxxxxxxx/g;ba",  # with the input
    ],
)
def test_a_script_that_grows_for_ever_meets_the_memory_limit(script: str) -> None:
    with Machine(clock="virtual", memory="8MiB") as machine:
        result = machine.run('yes x | sed "$1"; echo ${PIPESTATUS[1]}', script, timeout=10_000)
        assert result.stdout.endswith(b"1\n")
        assert result.stderr == b"sed: Cannot allocate memory\n"


def test_memory_that_a_script_no_longer_needs_is_given_back() -> None:
    with Machine(clock="virtual", memory="8MiB") as machine:
        grow = "s/.*/&&&&/;" * 10  # a line of 1 MiB, for each of 20 lines
        result = machine.run('seq 20 | sed "$1;s/.*/done/"', grow)
        assert (result.stdout, result.status) == (b"done\n" * 20, 0)
