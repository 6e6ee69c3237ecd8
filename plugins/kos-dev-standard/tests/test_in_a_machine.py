"""The standard devices in a real machine."""

from __future__ import annotations

from typing import Any

from kos_kernel import Machine


def machine(**changed: Any) -> Any:
    return Machine({"clock": "virtual", "seed": 7, **changed})


def test_the_same_seed_gives_the_same_random_bytes() -> None:
    argv = ["head", "-c", "32", "/dev/urandom"]
    with machine() as one, machine() as two, machine(seed=8) as other:
        first, second, third = (m.exec(argv).stdout for m in (one, two, other))
    assert first == second != third and len(first) == 32


def test_forks_draw_their_own() -> None:
    argv = ["head", "-c", "32", "/dev/random"]
    with machine() as m:
        draws = [twin.exec(argv).stdout for twin in (m.fork(), m.fork())]
        draws.append(m.exec(argv).stdout)
    assert len(set(draws)) == 3


def test_zero_and_full() -> None:
    with machine() as m:
        assert m.exec(["head", "-c", "100000", "/dev/zero"]).stdout == bytes(100_000)
        result = m.exec(["tee", "/dev/full"], stdin=b"x")
        assert result.status == 1 and b"No space left on device" in result.stderr


def test_who_has_no_terminal_can_t_open_it() -> None:
    with machine() as m:
        assert b"No such device or address" in m.exec(["cat", "/dev/tty"]).stderr


def test_no_terminal_code_is_loaded_for_a_machine_that_opens_none() -> None:
    import subprocess
    import sys

    script = (
        "import sys; from kos_kernel import Machine; Machine().exec(['true']); "
        "print([n for n in sys.modules if n.startswith('kos_dev_standard.')])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "kos_dev_standard.streams" in out
    assert "discipline" not in out and "kos_dev_standard.tty" not in out
