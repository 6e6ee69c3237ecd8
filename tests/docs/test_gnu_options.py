"""The table of GNU's options: its facts are GNU's, most of them are met, and what isn't is refused by name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kos_kernel import Machine

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.fixture(scope="module")
def gnu(make):
    make.make("gnu-options.md")  # puts pages/ within reach of imports
    return sys.modules["pages.gnu"]


@pytest.fixture(scope="module")
def machine():
    with Machine() as m:
        yield m


def test_nine_tenths_of_gnus_options_are_there(gnu):
    rows = gnu.table()
    has, lacks = sum(len(row[1]) for row in rows), sum(len(row[2]) for row in rows)
    assert has >= 0.9 * (has + lacks)


def test_the_facts_are_what_gnus_commands_say_here(gnu):
    differing = {}
    for name, options in gnu.gnu().items():
        command = shutil.which(name, path="/usr/bin:/bin:/usr/sbin")
        if command is None:
            continue
        done = subprocess.run([command, "--version"], capture_output=True, check=False, env={"LC_ALL": "C"})
        if b"GNU coreutils) 9.1" not in done.stdout:
            continue
        done = subprocess.run([command, "--help"], capture_output=True, check=False, env={"LC_ALL": "C"})
        said = gnu.named_in(done.stdout.decode()) - {"-M"}  # it ends a range in the text of cut and numfmt
        missing = {option for option in said if f" {option}" not in f" {' '.join(options)}"}
        if missing:
            differing[name] = missing
    assert not differing


def test_an_option_that_isnt_there_is_refused_by_name(gnu, machine):
    unclear = []
    for name, _, lacks in gnu.table():
        for option in lacks:
            done = machine.exec([f"/usr/bin/{name}", option])
            said = done.stderr.decode()
            refused = option in said or f"'{option[1:]}'" in said or "not supported" in said
            if done.status == 0 or not refused or "Traceback" in said:
                unclear.append((name, option, done.status, said))
    assert not unclear
