"""`kos shell` on a terminal, as somebody types into it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed")

CTRL_C, CTRL_D, CTRL_Z = "\x03", "\x04", "\x1a"
EDITING, RUNNING = "\x1b[?2004h", "\x1b[?2004l"  # bracketed paste goes on when a prompt begins and off when it ends


class Terminal:
    """A person at `kos shell`. prompt: what stood before "kaede>" in the latest prompt."""

    def __init__(self, env: dict[str, str], cwd: Path) -> None:
        self.prompt = ""
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "kos_cli", "shell", "--env", "PS1=kaede> ", "--env", "PS2=more> "],
            env=env, cwd=str(cwd), dimensions=(24, 100), timeout=20, encoding="utf-8",
        )  # fmt: skip

    def at_prompt(self) -> str:
        """Wait until the shell asks for a command and return what was shown before it."""
        self.child.expect_exact(EDITING)
        shown = clean(self.child.before)
        self.child.expect_exact("kaede>")
        self.prompt = clean(self.child.before)
        return shown

    def start(self, line: str) -> None:
        """Type a line and wait until it runs."""
        self.child.send(line + "\r")
        self.child.expect_exact(RUNNING)

    def enter(self, line: str) -> str:
        """Type a line at the prompt and return what was shown until the next prompt."""
        self.start(line)
        return self.at_prompt()


def clean(text: str) -> str:
    """Return what a terminal shows without the sequences that move its cursor or colour it."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", text)


@pytest.fixture
def terminal(kos_env: dict[str, str], tmp_path: Path) -> Iterator[Terminal]:
    env = {**kos_env, "TERM": "xterm", "XDG_STATE_HOME": str(tmp_path / "state"), "PROMPT_TOOLKIT_NO_CPR": "1"}
    made = Terminal(env, tmp_path)
    made.at_prompt()
    yield made
    made.child.close(force=True)


def test_a_command_is_run_and_the_shell_stays(terminal: Terminal) -> None:
    terminal.enter("x=6; cd /usr")
    assert "42 /usr" in terminal.enter("echo $((x*7)) $PWD")


def test_an_unfinished_command_asks_for_more(terminal: Terminal) -> None:
    terminal.child.send("for i in one two; do\r")
    terminal.child.expect_exact("more>")
    terminal.child.send("echo $i-$i\r")
    terminal.child.expect_exact("more>")
    shown = terminal.enter("done")
    assert "one-one\ntwo-two" in shown


def test_the_prompt_shows_a_status_that_is_not_zero(terminal: Terminal) -> None:
    terminal.enter("(exit 3)")
    assert terminal.prompt == "[3] "
    terminal.enter("true")
    assert terminal.prompt == ""


def test_who_sits_there_is_in_the_list_of_logins(terminal: Terminal) -> None:
    assert "root" in terminal.enter("users").split()
    assert re.search(r"root +console +- ", terminal.enter("w"))
    assert "1 user," in terminal.enter("uptime")


def test_full_screen_programs_have_the_terminal(terminal: Terminal) -> None:
    terminal.start("top")
    terminal.child.expect_exact("COMMAND")
    terminal.child.send("q")
    terminal.at_prompt()
    assert terminal.prompt == ""
    assert "still here" in terminal.enter("echo still here")


def test_ctrl_c_ends_the_foreground_job_and_not_the_shell(terminal: Terminal) -> None:
    terminal.start("echo begun; sleep 1000")
    terminal.child.expect_exact("begun\r\n")
    terminal.child.send(CTRL_C)
    terminal.at_prompt()
    assert terminal.prompt == "[130] "
    assert "still here" in terminal.enter("echo still here")


def test_ctrl_c_at_the_prompt_drops_the_line(terminal: Terminal) -> None:
    terminal.child.send("echo wrong" + CTRL_C)
    terminal.at_prompt()
    assert terminal.enter("echo fine").split() == ["fine"]


def test_ctrl_d_ends_the_shell_with_the_last_status(terminal: Terminal) -> None:
    terminal.enter("false")
    terminal.child.send(CTRL_D)
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()
    assert terminal.child.exitstatus == 1


def test_exit_ends_the_shell_with_its_status(terminal: Terminal) -> None:
    terminal.child.send("exit 7\r")
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()
    assert terminal.child.exitstatus == 7


def test_programs_have_a_terminal_and_read_what_is_typed(terminal: Terminal) -> None:
    assert "yes" in terminal.enter("[ -t 0 ] && [ -t 1 ] && echo yes")
    terminal.start("cat")
    terminal.child.send("hello you\r")
    terminal.child.expect_exact("hello you\r\nhello you\r\n")
    terminal.child.send(CTRL_D)
    terminal.at_prompt()


def test_ctrl_z_stops_a_job_that_can_be_listed_and_ended(terminal: Terminal) -> None:
    terminal.start("echo begun; sleep 1000")
    terminal.child.expect_exact("begun\r\n")
    terminal.child.send(CTRL_Z)
    terminal.at_prompt()
    assert "sleep 1000" in terminal.enter("jobs")
    terminal.enter("kill -9 %1; wait")
    assert "sleep" not in terminal.enter("jobs; jobs")


def test_tab_completes_commands_and_paths(terminal: Terminal) -> None:
    terminal.child.send("cat /etc/hostn\t")
    terminal.child.expect_exact("ame")  # only what is new is drawn
    terminal.child.send("\r")
    terminal.child.expect_exact("kos\r\n")
    terminal.at_prompt()


def test_history_is_kept_between_shells_and_readable_by_its_owner_alone(
    terminal: Terminal, kos_env: dict[str, str], tmp_path: Path
) -> None:
    terminal.enter("echo remembered")
    terminal.child.send("exit\r")
    terminal.child.expect(pexpect.EOF)
    history = tmp_path / "state" / "kos" / "history"
    assert "echo remembered" in history.read_text()
    assert os.stat(history).st_mode & 0o077 == 0
