"""`kos sched`, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kos_kernel.api import ConfigError, PluginError
from kos_sched_lab.commands import make
from kos_sched_lab.commands.given import named

WORKLOAD = "[[tasks]]\nname = 'long'\ncompute = '40ms'\n[[tasks]]\nname = 'short'\ncompute = '5ms'\narrival = '1ms'\n"


@pytest.fixture
def workload(tmp_path: Path) -> str:
    path = tmp_path / "w.toml"
    path.write_text(WORKLOAD, encoding="utf-8")
    return str(path)


def kos_sched(*words: str) -> str:
    done = CliRunner().invoke(make(), list(words), catch_exceptions=False, env={"COLUMNS": "100"})
    assert done.exit_code == 0, done.output
    return done.output


def test_run_shows_a_chart_and_the_figures_of_each_task(workload: str) -> None:
    shown = kos_sched("run", workload, "--scheduler", "rr:quantum=5ms")
    assert "CPU 0" in shown
    assert "rr:quantum=5ms" in shown
    assert "long" in shown


def test_compare_lays_schedulers_side_by_side(workload: str) -> None:
    shown = kos_sched("compare", workload, "--schedulers", "fifo,srtf", "--no-chart")
    row = next(line for line in shown.splitlines() if "wait mean" in line)
    assert "19.5 ms" in row  # fifo: short waits 39 ms
    assert "2.5 ms" in row  # srtf: long waits 5 ms
    assert "CPU 0" not in shown


def test_json_has_the_same_figures(workload: str) -> None:
    [fifo] = json.loads(kos_sched("run", workload, "-s", "fifo", "--json"))
    assert fifo["wait"]["mean"] == 19_500_000
    assert [task["name"] for task in fifo["tasks"]] == ["long", "short"]


def test_files_are_written_where_they_are_asked_for(workload: str, tmp_path: Path) -> None:
    names = {"--html": "o.html", "--svg": "o.svg", "--trace": "o.json", "--csv": "o.csv"}
    words = [word for flag, name in names.items() for word in (flag, str(tmp_path / name))]
    kos_sched("compare", workload, "-s", "rr,mlfq", "--no-chart", *words)
    assert all((tmp_path / name).stat().st_size > 300 for name in names.values())


def test_list_names_the_installed_schedulers() -> None:
    lines = kos_sched("list").splitlines()
    assert any(line.startswith("rr ") and "round robin" in line for line in lines)


def test_mistakes_are_told_in_a_sentence(workload: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"no scheduler named 'fivo' \(--scheduler\)(.|\n)*did you mean 'fifo'"):
        kos_sched("run", workload, "-s", "fivo")
    with pytest.raises(ConfigError, match="quantum"):
        kos_sched("run", workload, "-s", "rr:quantum=soon")
    with pytest.raises(ConfigError, match="expected NAME:KEY=VALUE"):
        kos_sched("run", workload, "-s", "rr:quantum")
    with pytest.raises(Exception, match="can't write"):
        kos_sched("run", workload, "--csv", str(tmp_path / "none" / "o.csv"))


def test_a_scheduler_is_written_with_its_options() -> None:
    assert named("rr") == ("rr", {})
    assert named("mlfq:quanta=1ms+2ms:stay=true") == ("mlfq", {"quanta": ["1ms", "2ms"], "stay": "true"})
