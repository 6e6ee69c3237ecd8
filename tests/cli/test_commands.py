"""The commands beside `run`, as processes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_without_a_command_help_names_them_all(kos_process: Run) -> None:
    done = kos_process()
    for command in (b"run", b"sh", b"shell", b"boot", b"bench", b"doctor", b"config", b"plugin", b"container"):
        assert command in done.stdout


def test_an_unknown_command_is_a_mistake(kos_process: Run) -> None:
    done = kos_process("rum")
    assert done.returncode == 2
    assert b"rum" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_version_is_the_distributions(kos_process: Run) -> None:
    from importlib.metadata import version

    assert kos_process("--version").stdout.decode() == f"kos {version('kos')}\n"


def test_every_command_has_help(kos_process: Run) -> None:
    for command in ("run", "sh", "shell", "boot", "bench", "doctor", "config check", "plugin new", "container run"):
        done = kos_process(*command.split(), "--help")
        assert done.returncode == 0
        assert b"Usage" in done.stdout


def test_a_boot_is_shown_step_by_step(kos_process: Run) -> None:
    done = kos_process("boot")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert len(lines) > 3
    assert all(" ms  " in line for line in lines)
    assert lines[-1].endswith("up")


def test_a_right_configuration_is_in_order(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "kos.toml").write_text('hostname = "kaede"\n[scheduler]\ndriver = "fifo"\n')
    done = kos_process("config", "check")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"scheduler fifo" in done.stdout


def test_a_wrong_configuration_is_told_by_file_line_and_key(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "kos.toml").write_text('hostname = "kaede"\ncpus = "two"\n')
    done = kos_process("config", "check")
    assert done.returncode == 2
    assert b"kos.toml:2: cpus: expected a whole number" in done.stderr


def test_the_configuration_shows_where_each_value_comes_from(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "kos.toml").write_text('hostname = "kaede"\n')
    rows = json.loads(kos_process("config", "show", "--set", "cpus=2", "--json").stdout)
    origins = {row["key"]: (row["value"], row["origin"]) for row in rows}
    assert origins["hostname"] == ("kaede", "kos.toml:1")
    assert origins["cpus"] == (2, "--set cpus=2")
    assert origins["clock"] == ("wall", "default")


def test_the_schema_knows_the_drivers_options(kos_process: Run) -> None:
    schema = kos_process("config", "schema").stdout
    json.loads(schema)
    assert b"quantum" in schema


def test_plugins_are_listed_by_kind(kos_process: Run) -> None:
    text = kos_process("plugin", "list", "scheduler").stdout.decode()
    assert "rr" in text and "kos-sched-classic" in text
    assert "memory" not in text


def test_a_driver_tells_its_options(kos_process: Run) -> None:
    text = kos_process("plugin", "info", "rr").stdout.decode()
    assert "quantum" in text
    assert "kos-sched-classic" in text


def test_the_installed_plugins_fit(kos_process: Run) -> None:
    done = kos_process("plugin", "check")
    assert done.returncode == 0, done.stdout.decode()


def test_an_unknown_plugin_is_answered_with_a_likely_one(kos_process: Run) -> None:
    done = kos_process("plugin", "info", "prioritty")
    assert done.returncode == 2
    assert b"did you mean 'priority'?" in done.stderr


def test_the_doctor_finds_this_environment_fit(kos_process: Run) -> None:
    done = kos_process("doctor")
    assert done.returncode == 0, done.stdout.decode()
    assert b"BAD" not in done.stdout


def test_the_doctor_says_what_to_do_about_a_cache_that_cannot_be_written(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = kos_process("doctor", env={"KOS_CACHE_DIR": str(tmp_path / "file" / "cache")})
    assert done.returncode == 1
    assert b"KOS_CACHE_DIR" in done.stdout


def test_the_bench_lists_its_scenarios(kos_process: Run) -> None:
    assert b"warm" in kos_process("bench", "--list").stdout
    done = kos_process("bench", "--only", "nothing")
    assert done.returncode == 2
    assert b"there are: warm" in done.stderr


def test_the_shell_needs_a_terminal(kos_process: Run) -> None:
    done = kos_process("shell", stdin=b"echo hi\n")
    assert done.returncode == 2
    assert b"kos shell needs a terminal" in done.stderr
