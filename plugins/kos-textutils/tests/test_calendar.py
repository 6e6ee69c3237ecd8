"""cal: months as util-linux lays them out."""

from __future__ import annotations

import pytest

from kos_kernel import Machine

SEPTEMBER = (
    """   September 1752   \nSu Mo Tu We Th Fr Sa\n       1  2 14 15 16\n17 18 19 20 21 22 23\n24 25 26 27 28 29 30\n"""
)


def test_the_month_that_lacks_days(machine: Machine) -> None:
    assert machine.run("cal 9 1752").text.startswith(SEPTEMBER)


def test_weeks_from_monday_and_days_of_the_year(machine: Machine) -> None:
    assert machine.run("cal -m 2 2023 | head -n 3").text.split("\n")[1:3] == [
        "Mo Tu We Th Fr Sa Su",
        "       1  2  3  4  5",
    ]
    assert machine.run("cal -j 3 2024 | head -n 3").text.split("\n")[1:3] == [
        "Sun Mon Tue Wed Thu Fri Sat",
        "                     61  62",
    ]


def test_several_months(machine: Machine) -> None:
    assert (
        machine.run("cal -3 jan 2024 | head -n 1").text
        == "   December 2023          January 2024         February 2024    \n"
    )
    assert machine.run("cal 2024 | head -n 1").text.strip() == "2024"
    assert machine.run("cal -n 2 5 2024 | head -n 1").text.split() == ["May", "2024", "June", "2024"]


@pytest.mark.parametrize("words", ["13 2020", "x 2020", "0", "10000", "31 2 2020", "1 2 3 4", "-n x", "-n 0"])
def test_dates_that_are_none(machine: Machine, words: str) -> None:
    done = machine.run(f"cal {words}")
    assert done.status == 1 and done.stdout == b"" and done.stderr.startswith(b"cal: ")
