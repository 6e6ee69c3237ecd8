"""Pictures: they can be read by what reads such files, and show what happened."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest

from kos_sched_lab.measure.summary import summarise
from kos_sched_lab.pictures.durations import round_step, written
from kos_sched_lab.pictures.files import as_chrome_trace, as_csv
from kos_sched_lab.pictures.page import as_html
from kos_sched_lab.pictures.svg import as_svg
from kos_sched_lab.pictures.terminal import chart
from kos_sched_lab.simulate import simulate
from kos_sched_lab.simulate.trace import Trace
from kos_sched_lab.workload.model import Burst, TaskSpec, Workload

MS = 1_000_000


@pytest.fixture
def trace() -> Trace:
    tasks = (
        TaskSpec("a</script><b>", (Burst(20 * MS, 10 * MS), Burst(10 * MS))),
        TaskSpec("video", (Burst(10 * MS),), period_ns=40 * MS, deadline_ns=15 * MS),
    )
    return simulate(Workload("small & <odd>", tasks, horizon_ns=80 * MS), "rr", {"quantum": "10ms"})


def test_the_terminal_shows_runs_waits_sleeps_and_misses(trace: Trace) -> None:
    lines = chart(trace, 14 + 80 + 1).plain.splitlines()
    rows = {line[:13].strip(): line[14:] for line in lines[1:4]}
    assert set(rows) == {"CPU 0", "a</script><b>", "video"}
    assert rows["a</script><b>"].startswith("█" * 10 + "░" * 10 + "█" * 10 + "·" * 10)
    assert "!" in rows["video"]


def test_svg_is_xml_with_a_bar_for_each_run_on_its_cpu_and_on_its_task(trace: Trace) -> None:
    root = ElementTree.fromstring(as_svg([trace, trace]))
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    bars = [title for title in titles if " on CPU 0, " in title]
    assert len(bars) == 2 * 2 * len(trace.merged())
    assert any(title.startswith("a</script><b> on CPU 0, 0 to 10 ms") for title in bars)
    assert any("missed" in title for title in titles)


def test_the_page_holds_everything_and_asks_for_nothing(trace: Trace) -> None:
    page = as_html([trace], [summarise(trace)])
    assert "small &amp; &lt;odd&gt;" in page
    assert not re.search(r"(src|href)\s*=|url\(|https?:|import\(|fetch\(", page)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    [one] = json.loads(found[1])["schedulers"]
    assert one["tasks"][0]["name"] == "a</script><b>"
    assert sum(end - start for start, end, _, _ in one["tasks"][0]["runs"]) == 30 * MS
    assert page.count("</script>") == 2


def test_chrome_trace_has_each_run_in_microseconds(trace: Trace) -> None:
    events = json.loads(as_chrome_trace([trace]))["traceEvents"]
    runs = [event for event in events if event["ph"] == "X"]
    assert [(run["ts"], run["dur"]) for run in runs[:2]] == [(0, 10_000), (10_000, 10_000)]
    assert {event["name"].partition(":")[0] for event in events if event["ph"] == "i"} >= {"release", "block", "miss"}


def test_csv_has_a_line_for_each_run(trace: Trace) -> None:
    rows = [*csv.DictReader(io.StringIO(as_csv([trace])))]
    assert len(rows) == len(trace.runs)
    assert rows[0] == {
        "scheduler": "rr", "cpu": "0", "task": "a</script><b>", "start_ns": "0", "end_ns": "10000000", "why": "expired",
    }  # fmt: skip


def test_durations_have_three_digits_and_a_unit() -> None:
    assert [written(ns) for ns in (0, 5, 1_500, 12_345_678, 999_500_000, 3_000_000_000)] == [
        "0", "5 ns", "1.5 us", "12.3 ms", "1000 ms", "3 s",
    ]  # fmt: skip
    assert [round_step(span, 10) for span in (10, 11, 95, 1000)] == [1, 2, 10, 100]
