"""What may be written in a workload, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kos_kernel.api import ConfigError
from kos_sched_lab.workload.model import Burst, CacheSpec
from kos_sched_lab.workload.written import load

MS = 1_000_000
TOML = """
name = "all"
cpus = 2
horizon = "1s"
switch_cost = "5us"
seed = 3
[cache]
size = 200
warmup = "20ms"
[[tasks]]
name = "batch"
count = 2
compute = "30ms"
arrival = { first = "5ms", then = "10ms" }
nice = 5
affinity = [0, 1]
[[tasks]]
name = "editor"
bursts = [{ compute = "2ms", sleep = "8ms" }, { compute = "1ms", sleep = "3ms", holds = true }]
repeat = 2
tickets = 7
working_set = 40
[[tasks]]
name = "video"
compute = "4ms"
period = "20ms"
deadline = "15ms"
jobs = 9
"""
YAML = """
name: all
cpus: 2
horizon: 1s
switch_cost: 5us
seed: 3
cache: {size: 200, warmup: 20ms}
tasks:
  - {name: batch, count: 2, compute: 30ms, arrival: {first: 5ms, then: 10ms}, nice: 5, affinity: [0, 1]}
  - name: editor
    bursts: [{compute: 2ms, sleep: 8ms}, {compute: 1ms, sleep: 3ms, holds: true}]
    repeat: 2
    tickets: 7
    working_set: 40
  - {name: video, compute: 4ms, period: 20ms, deadline: 15ms, jobs: 9}
"""


def written(tmp_path: Path, text: str, name: str = "w.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_and_yaml_say_the_same(tmp_path: Path) -> None:
    first, second = load(written(tmp_path, TOML)), load(written(tmp_path, YAML, "w.yaml"))
    assert first == second
    assert [task.name for task in first.tasks] == ["batch-1", "batch-2", "editor", "video"]
    assert [task.arrival_ns // MS for task in first.tasks] == [5, 15, 0, 0]
    assert first.tasks[2].bursts == (Burst(2 * MS, 8 * MS), Burst(MS, 3 * MS, True)) * 2
    assert first.tasks[3].demand[2:5] == (4 * MS, 15 * MS, 20 * MS)
    assert (first.tasks[0].affinity, first.tasks[2].affinity, first.tasks[2].demand.tickets) == (3, -1, 7)
    assert first.cache == CacheSpec(200, 20 * MS)


def test_the_command_line_overrides_the_file(tmp_path: Path) -> None:
    changed = load(written(tmp_path, TOML), cpus=5, horizon="2s", seed=9)
    assert (changed.cpus, changed.horizon_ns, changed.seed) == (5, 2_000 * MS, 9)


def test_laws_draw_the_same_for_one_seed_and_others_for_another(tmp_path: Path) -> None:
    text = "[[tasks]]\nname = 'r'\ncount = 200\ncompute = { %s }\n"
    means = {}
    for law in (
        "exponential = '10ms'",
        "uniform = ['5ms', '15ms']",
        "normal = ['10ms', '2ms']",
        "pareto = ['5ms', 2.0]",
    ):
        path = written(tmp_path, text % law)
        one = [task.job_ns for task in load(path, seed=1).tasks]
        assert one == [task.job_ns for task in load(path, seed=1).tasks]
        assert one != [task.job_ns for task in load(path, seed=2).tasks]
        means[law] = sum(one) / len(one) / MS
    assert all(7 < mean < 14 for mean in means.values()), means


def test_a_task_that_is_added_changes_no_draw_of_the_others(tmp_path: Path) -> None:
    one = "[[tasks]]\nname = 'a'\ncompute = { exponential = '10ms' }\n"
    two = one + "[[tasks]]\nname = 'b'\ncompute = { exponential = '10ms' }\n"
    assert load(written(tmp_path, two)).tasks[0] == load(written(tmp_path, one)).tasks[0]


MISTAKES = {
    "": "tasks: Field required",
    "tasks = []": "tasks: ",
    "[[tasks]]\nname = 'a'": "tasks[1]: a task has one of compute",
    "[[tasks]]\nname = 'a'\ncompute = 5": "tasks[1].compute: expected a duration with its unit in quotes",
    "[[tasks]]\nname = 'a'\ncompute = '5ms'\nnise = 3": "tasks[1].nise: Extra inputs are not permitted",
    "[[tasks]]\nname = 'a'\ncompute = '5ms'\nnice = 20": "tasks[1].nice: Input should be less than or equal to 19",
    "[[tasks]]\nname = 'a'\ncompute = { exponential = '5ms', normal = ['1ms', '1ms'] }": "a law is one of exponential",
    "[[tasks]]\nname = 'a'\ncompute = { uniform = ['5ms', '1ms'] }": "low is more than high",
    "[[tasks]]\nname = 'a'\ncompute = '5ms'\nperiod = '9ms'": "'a' is periodic and never ends: say horizon",
    "[[tasks]]\nname = 'a'\ncompute = '5ms'\njobs = 2": "it needs period",
    "[[tasks]]\nname = 'a'\ncount = 100000\ncompute='1ms'\n[[tasks]]\nname='b'\ncompute='1ms'": "more than 100000 tasks",
    "x = ": "Invalid value",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_names_file_and_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as found:
        load(written(tmp_path, text))
    assert str(tmp_path / "w.toml") in str(found.value)
    assert MISTAKES[text] in str(found.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [1]\nb: *a\n", "has YAML aliases"),
        ("- 1\n", "a workload is a table"),
        ("a: [", "expected"),
        ("!!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
    ],
)
def test_yaml_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(written(tmp_path, text, "w.yaml"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path)
