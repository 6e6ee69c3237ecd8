"""`kos shell` on a terminal, as somebody types into it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed")

DEADLINE_S = 90  # for a loaded computer; nothing waits so long unless it is broken
CTRL_C, CTRL_D, CTRL_Z = "\x03", "\x04", "\x1a"
EDITING, RUNNING = "\x1b[?2004h", "\x1b[?2004l"  # bracketed paste goes on when a prompt begins and off when it ends


class Terminal:
    """A person at `kos shell`. prompt: what stood before "kaede>" in the latest prompt."""

    def __init__(self, env: dict[str, str], cwd: Path, *options: str) -> None:
        self.prompt = ""
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "kos_cli", "shell", "--env", "PS1=kaede> ", "--env", "PS2=more> ", *options],
            env=env, cwd=str(cwd), dimensions=(24, 100), timeout=DEADLINE_S, encoding="utf-8",
        )  # fmt: skip

    def at_prompt(self) -> str:
        """Wait until the shell asks for a command and return what was shown before it."""
        self.child.expect_exact(EDITING)
        shown = clean(self.child.before)
        self.child.expect_exact("kaede>")
        self.prompt = clean(self.child.before)
        return shown

    def shows(self, text: str) -> None:
        """Wait until the terminal shows a text, whatever moves of the cursor and colours are between its characters."""
        between = r"(?:\x1b\[[0-9;?]*[A-Za-z])*"
        self.child.expect(between.join(map(re.escape, text)))

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
def terminal_env(kos_env: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Return an environment with a terminal that isn't asked for its cursor, and a history of the test's own."""
    return {
        **kos_env,
        "TERM": "xterm-256color",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }


@pytest.fixture
def terminal(terminal_env: dict[str, str], tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(terminal_env, tmp_path)
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


def test_colours_come_from_the_shells_own_lexer(terminal_env: dict[str, str], tmp_path: Path) -> None:
    del terminal_env["NO_COLOR"]
    terminal = Terminal(terminal_env, tmp_path)
    try:
        terminal.at_prompt()
        terminal.child.send("if nosuchcommand 'a b'")
        for coloured in ("mif", "31mnosuchcommand", "33m'a b'"):
            terminal.child.expect_exact(coloured)
    finally:
        terminal.child.close(force=True)


def test_a_line_of_the_history_is_suggested_and_taken(terminal: Terminal) -> None:
    terminal.enter("echo suggested once")
    terminal.child.send("echo sug")
    terminal.shows("gested once")
    terminal.child.send("\x1b[C\r")
    terminal.child.expect_exact(RUNNING)
    assert terminal.at_prompt().split() == ["suggested", "once"]


def test_the_history_is_searched_with_ctrl_r(terminal: Terminal) -> None:
    terminal.enter("echo needle")
    terminal.enter("echo hay")
    terminal.child.send("\x12nee")
    terminal.shows("echo needle")
    terminal.child.send("\r")  # takes it
    terminal.child.send("\r")
    terminal.child.expect_exact(RUNNING)
    assert terminal.at_prompt().split() == ["needle"]


def test_set_o_vi_switches_the_keys_and_emacs_back(terminal: Terminal) -> None:
    terminal.enter("set -o vi")
    terminal.child.send("echo wrong right\x1b")
    terminal.child.send("0wdw")  # to the start, a word on, one word away
    terminal.start("")
    assert terminal.at_prompt().split() == ["right"]
    terminal.enter("set -o emacs")
    terminal.child.send("wrong echo right\x01\x1bd")
    terminal.start("")
    assert terminal.at_prompt().split() == ["right"]


def test_prompts_have_escapes_and_prompt_command_and_ps0_run(terminal: Terminal) -> None:
    terminal.enter("PROMPT_COMMAND='echo before'; PS0='[ps0]\\n'; PS1='\\W-kaede> '; cd /usr/bin")
    shown = terminal.enter("echo out")
    assert shown.split() == ["[ps0]", "out", "before"]
    assert terminal.prompt == "bin-"


def test_the_machine_follows_the_size_of_the_window(terminal: Terminal) -> None:
    terminal.start("""bash -c 'trap "stty size; exit" WINCH; echo waiting; while :; do sleep 0; done'""")
    terminal.child.expect_exact("waiting\r\n")
    terminal.child.setwinsize(20, 50)
    assert terminal.at_prompt() == "20 50\n"
    assert "20 50\n20 50" in terminal.enter("echo $LINES $COLUMNS; stty size")
    terminal.child.setwinsize(33, 77)  # at the prompt, which is drawn anew, once or twice
    terminal.child.expect_exact(EDITING)
    terminal.child.send("echo L$LINES C$COLUMNS $(stty size)\r")
    terminal.child.expect_exact("L33 C77 33 77\r\n")


def test_tab_completes_options_jobs_variables_and_what_complete_was_told(terminal: Terminal) -> None:
    terminal.child.send("cat --number-n\t")
    terminal.shows("onblank")
    terminal.child.send("\x15echo ${HOSTN\t")
    terminal.shows("AME}")
    terminal.start("")
    assert terminal.at_prompt().split() == ["kos"]
    terminal.enter("complete -W 'start-it' svc; sleep 1000 &")
    terminal.child.send("svc st\t")
    terminal.shows("art-it")
    terminal.child.send("\x15kill %s\t")
    terminal.shows("leep")
    terminal.start("; wait; echo gone")
    assert "gone" in terminal.at_prompt()


def test_a_line_that_histcontrol_is_against_is_in_no_history(terminal: Terminal, tmp_path: Path) -> None:
    terminal.enter("HISTCONTROL=ignorespace")
    terminal.enter(" echo secret")
    terminal.enter("echo open")
    shown = terminal.enter("history")
    assert "echo open" in shown and "secret" not in shown
    kept = (tmp_path / "state" / "kos" / "history").read_text()
    assert "echo open" in kept and "secret" not in kept


def test_output_without_a_line_end_is_not_drawn_over(terminal: Terminal) -> None:
    assert terminal.enter("printf abc").endswith("abc%\n")


def test_ctrl_d_warns_of_stopped_jobs_once(terminal: Terminal) -> None:
    terminal.start("echo begun; sleep 1000")
    terminal.child.expect_exact("begun\r\n")
    terminal.child.send(CTRL_Z)
    assert terminal.at_prompt().count("Stopped") == 1
    terminal.child.send(CTRL_D)
    terminal.child.expect_exact("There are stopped jobs.")
    terminal.at_prompt()
    terminal.child.send(CTRL_D)
    terminal.child.expect(pexpect.EOF)


def test_ignoreeof_and_the_exit_trap_count_for_ctrl_d(terminal: Terminal) -> None:
    terminal.enter("IGNOREEOF=1; trap 'echo farewell' EXIT")
    terminal.child.send(CTRL_D)
    terminal.child.expect_exact('Use "exit" to leave the shell.')
    terminal.at_prompt()
    terminal.child.send(CTRL_D)
    terminal.child.expect_exact("farewell")
    terminal.child.expect(pexpect.EOF)


def test_ctrl_c_at_the_prompt_is_a_status_of_130(terminal: Terminal) -> None:
    terminal.child.send("echo wrong" + CTRL_C)
    terminal.at_prompt()
    assert terminal.prompt == "[130] "


def test_several_lines_that_are_pasted_run_when_they_are_entered(terminal: Terminal) -> None:
    terminal.child.send("\x1b[200~for i in a b; do\necho p$i\ndone\x1b[201~")
    terminal.start("")
    assert terminal.at_prompt().split()[-2:] == ["pa", "pb"]


# ------------------------------------------------------------------------------- the shell in the machine, by itself
def test_a_shell_in_the_machine_needs_no_editor(terminal: Terminal) -> None:
    child = terminal.child
    terminal.start("PS1='inner> ' PS2='cont> ' bash -i")
    child.expect_exact("inner> ")
    child.send("for i in 1 2; do\r")
    child.expect_exact("cont> ")
    child.send("echo n$i; done\r")
    child.expect_exact("n1\r\nn2\r\ninner> ")
    child.send("IGNOREEOF=1; PS0='[ps0]'; echo $((6*7))\r")
    child.expect_exact("42\r\ninner> ")
    child.send("sleep 1000\r")
    child.expect_exact("[ps0]")
    child.send(CTRL_Z)
    child.expect_exact("Stopped")
    child.expect_exact("inner> ")
    assert "Stopped" not in child.before
    child.send("fg\r")
    child.expect_exact("[ps0]sleep 1000\r\n")
    child.send(CTRL_C)
    child.expect_exact("^C\r\ninner> ")
    child.send(CTRL_D)
    child.expect_exact('Use "exit" to leave the shell.')
    child.expect_exact("inner> ")
    child.send(CTRL_D)
    terminal.at_prompt()
    assert "still here" in terminal.enter("echo still here")
