"""The measuring itself: rounds in turn, medians, ratios, verdicts."""

from __future__ import annotations

import json

import pytest

from kos_cli.bench.contest import Aim, Contender, Contest, hold, verdict
from kos_cli.bench.report import Table, as_json, describe, figure
from kos_cli.bench.scenarios import NAMES, load, text


def recorder(log: list[str], name: str, figures: list[float]) -> Contender:
    supply = iter(figures)

    def measure() -> float:
        log.append(name)
        return next(supply)

    return Contender(name, measure)


def test_every_round_asks_each_contender_once_and_the_first_turn_rotates() -> None:
    log: list[str] = []
    contenders = (recorder(log, "kos", [9, 1, 1]), recorder(log, "bash", [9, 2, 2]))
    hold(Contest("group", "title", "ms", contenders, rounds=2))
    assert log == ["kos", "bash", "kos", "bash", "bash", "kos"]


def test_the_median_counts_and_the_warm_up_does_not() -> None:
    log: list[str] = []
    contenders = (recorder(log, "kos", [1000, 1, 3, 100]), recorder(log, "bash", [1000, 6, 6, 6]))
    outcome = hold(Contest("group", "title", "ms", contenders, rival="bash", aim=Aim("ratio", 0.5, 0.1), rounds=3))
    assert outcome.medians == {"kos": 3, "bash": 6}
    assert outcome.spread["kos"] == (1, 100)
    assert outcome.ratio == 0.5
    assert outcome.verdict == "floor"


def test_without_its_rival_a_contest_has_no_ratio_and_no_verdict() -> None:
    outcome = hold(Contest("g", "t", "ms", (Contender("kos", lambda: 1.0),), rival="bash", aim=Aim("ratio", 0.5, 0.1)))
    assert outcome.ratio is None
    assert outcome.verdict == ""


@pytest.mark.parametrize(
    ("aim", "value", "ratio", "expected"),
    [
        (Aim("value", 100, 50), 50, None, "goal"),
        (Aim("value", 100, 50), 51, None, "floor"),
        (Aim("value", 100, 50), 101, None, "below"),
        (Aim("ratio", 0.04, 0.02), 1, 0.03, "floor"),
        (Aim("speed", 1.2, 2.0), 1, 0.5, "goal"),
        (Aim("speed", 1.2, 2.0), 1, 1 / 1.5, "floor"),
        (Aim("speed", 1.2, 2.0), 1, 1.0, "below"),
        (Aim("ratio", None, 2.0), 1, 2.5, "below"),
        (Aim("value"), 1, None, ""),
    ],
)
def test_a_verdict_says_which_aim_a_figure_reaches(aim: Aim, value: float, ratio: float | None, expected: str) -> None:
    assert verdict(aim, value, ratio) == expected


def test_an_aim_is_described_as_it_is_judged() -> None:
    assert describe(Aim("ratio", 0.04, 0.02), "bash") == "<= 0.04x bash (goal 0.02x)"
    assert describe(Aim("speed", 1.2, 2), "tmpfs") == ">= 1.2x tmpfs (goal 2x)"
    assert describe(Aim("value", 0.3, 0.15), "") == "<= 0.3 (goal 0.15)"
    assert describe(Aim("value"), "") == ""


def test_figures_keep_three_digits_that_mean_something() -> None:
    assert [figure(value) for value in (1234.5, 12.345, 1.2345, 0.012345, 0)] == [
        "1,234",
        "12.35",
        "1.23",
        "0.0123",
        "0",
    ]


def test_json_holds_everything_that_was_measured() -> None:
    outcome = hold(
        Contest("g", "t", "ms", (Contender("kos", lambda: 2.0), Contender("bash", lambda: 4.0)), rival="bash")
    )
    [line] = json.loads(as_json([outcome], ["a note"], {"cpus": 2}))["contests"]
    assert (line["median"], line["ratio"]) == ({"kos": 2.0, "bash": 4.0}, 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_says_what_it_measures(name: str) -> None:
    scenario = load(name)
    assert name == scenario.NAME
    assert scenario.SUMMARY


def test_where_the_best_round_counts_the_least_figure_is_the_result() -> None:
    log: list[str] = []
    contenders = (recorder(log, "kos", [0, 7, 3, 9]), recorder(log, "host", [0, 2, 1, 6]))
    outcome = hold(Contest("g", "t", "ms", contenders, rival="host", rounds=3, best=True))
    assert outcome.medians == {"kos": 3, "host": 1}
    assert outcome.ratio == 3


def test_the_table_says_each_line_when_its_contest_is_over() -> None:
    said: list[str] = []
    table = Table(said.append, colored=True)
    for kos, host in ((2.0, 1.0), (8.0, 1.0)):
        contenders = (Contender("kos", lambda kos=kos: kos), Contender("host", lambda host=host: host))  # type: ignore[misc]
        contest = Contest(
            "texts", f"work {kos:g}", "ms", contenders, rival="host", aim=Aim("ratio", 4.0, 2.0), rounds=1
        )
        table.row(hold(contest))
        assert f"work {kos:g} " in said[-1]
    assert len(said) == 4  # the head, the group's name, and the two
    assert "goal" in said[2]
    assert said[3].startswith("\x1b[31m") and "BELOW" in said[3]
    table.end(["no bash here"], {"cpus": 2})
    assert said[4:] == ["texts: geometric mean of 2 ratios 4.00\n", "no bash here\n", "cpus 2\n"]


def test_the_text_scenario_names_each_work_once_and_its_texts_are_the_same_each_time() -> None:
    titles = [work.title for work in text.WORKS]
    assert len(set(titles)) == len(titles)
    assert text.files(20_000) == text.files(20_000)
