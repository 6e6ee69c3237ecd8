"""top, watch and script on terminals of the machine; the keys come at known moments of virtual time."""

from __future__ import annotations

import re

import pytest

from kos_kernel import Machine


def on_terminal(m: Machine, command: str, keys: str, *, rows: int = 12, columns: int = 80, before: str = "") -> str:
    """Run a command on a pseudo-terminal, typing `keys` (lines of shell), and return what the terminal showed."""
    script = f"stty rows {rows} cols {columns}; {command}"
    done = m.run(f"{before}\n{{ sleep 1\n{keys}\n}} | script -q -e -c '{script}' /tmp/shown >/dev/null; echo status $?")
    shown = m.read_file("/tmp/shown").decode()
    return shown + done.text


def screens(shown: str) -> list[list[str]]:
    """Return what was drawn, screen by screen, without colors."""
    plain = re.sub(r"\x1b\[[0-9;?]*[mlhK]|\x1b\[\d+;\d+H|\x1b\[\?25[lh]|\r", "", shown)
    return [screen.split("\x1b[J")[0].split("\n") for screen in plain.split("\x1b[H")[1:]]


def test_top_draws_ends_with_q_and_gives_the_terminal_back(m: Machine) -> None:
    shown = on_terminal(m, "top; stty -a | grep -c -e -icanon", "printf q")
    assert "load average: 0.00, 0.00, 0.00" in shown
    assert "\x1b[7m    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND" in shown
    assert "status 1" in shown  # grep: lines are edited again
    assert shown.count("\x1b[?25h") == 1


def test_top_looks_again_after_its_delay_and_at_once_for_a_space(m: Machine) -> None:
    shown = on_terminal(m, "top -d 2 -n 3", "printf ' '; sleep 10")
    times = [screen[0].split()[2] for screen in screens(shown) if screen[0].startswith("top -")]
    assert len(times) == 3
    assert times[0] < times[1] < times[2]


def test_top_sorts_by_keys(m: Machine) -> None:
    shown = on_terminal(m, "top", "printf N; sleep 0.1; printf R; sleep 0.1; printf q", before="sleep 900 &")
    drawn = [screen for screen in screens(shown) if screen[0].startswith("top -")]
    pids = [[int(line.split()[0]) for line in screen[7:] if line.strip()] for screen in drawn]
    assert pids[1] == sorted(pids[1], reverse=True)
    assert pids[2] == sorted(pids[2])


def test_top_shows_command_lines_and_each_cpu_when_asked(m: Machine) -> None:
    shown = on_terminal(m, "top", "printf c; sleep 0.1; printf 1; sleep 0.1; printf q", before="sleep 987 &")
    assert "sleep 9+" in shown or "sleep 987" in shown
    assert "%Cpu0  :" in shown and "%Cpu1  :" in shown


def test_top_kills_and_renices_what_it_is_told_to(m: Machine) -> None:
    keys = r'printf r; sleep 0.1; printf "$!\r"; sleep 0.1; printf "9\r"; sleep 0.1; ps -o ni= -p $! >/tmp/ni; '
    keys += r'printf k; sleep 0.1; printf "$!\r\r"; sleep 0.1; kill -0 $! 2>/tmp/gone || echo gone >/tmp/gone; printf q'
    shown = on_terminal(m, "top", keys, before="sleep 500 &")
    assert "PID to renice [default pid =" in shown
    assert m.read_file("/tmp/ni").strip() == b"9"
    assert m.read_file("/tmp/gone").strip() == b"gone"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (r"printf 'kxyz\r'", "Unacceptable integer"),
        (r"printf 'k99999\r\r'", "Failed signal pid '99999': No such process"),
        (r"printf 'k1\rNOSUCH\r'", "Invalid signal"),
        (r"printf 'unosuch\r'", "Invalid user"),
        (r"printf 'dx\r'", "Unacceptable floating point"),
        (r"printf 'nx\r'", "Unacceptable integer"),
        (r"printf '\001'", "Unknown command - try 'h' for help"),
    ],
)
def test_top_says_what_is_wrong_and_goes_on(m: Machine, keys: str, message: str) -> None:
    shown = on_terminal(m, "top", f"{keys}; sleep 1; printf q")
    assert message in shown
    assert "status 0" in shown


def test_escape_takes_a_question_back(m: Machine) -> None:
    shown = on_terminal(m, "top", r"printf k; sleep 0.1; printf '12\033'; sleep 0.1; printf q", before="sleep 500 &")
    assert "Failed" not in shown and "status 0" in shown


def test_top_in_secure_mode_touches_nothing(m: Machine) -> None:
    assert "Unavailable in secure mode" in on_terminal(m, "top -s", "printf k; sleep 0.1; printf q")


def test_top_scrolls_and_limits(m: Machine) -> None:
    many = "for i in 1 2 3 4 5 6 7 8 9; do sleep 90$i & done"
    shown = on_terminal(
        m, "top -o -PID", r"printf '\033[B'; sleep 0.1; printf 'n2\r'; sleep 0.1; printf q", before=many
    )
    drawn = [screen for screen in screens(shown) if screen[0].startswith("top -")]
    first = [int(screen[7].split()[0]) for screen in drawn]
    assert first[0] == 1 and first[1] == 2
    assert len([line for line in drawn[-1][7:] if line.strip()]) == 2


def test_top_follows_the_size_of_the_window(m: Machine) -> None:
    keys = "stty rows 9 cols 60 </dev/pts/0; sleep 1; printf q"
    shown = on_terminal(m, "top", keys)
    drawn = [screen for screen in screens(shown) if screen[0].startswith("top -")]
    assert len(drawn) == 2
    assert max(len(line) for line in drawn[1]) <= 60 and len(drawn[1]) <= 9


def test_help_is_a_page(m: Machine) -> None:
    shown = on_terminal(m, "top", "printf h; sleep 1; printf x; sleep 1; printf q", rows=24)
    assert "Help for interactive commands" in shown and "Press any key to continue" in shown


def test_control_c_ends_top_and_the_terminal_is_right_again(m: Machine) -> None:
    shown = on_terminal(m, "exec top", r"printf '\003'")
    assert "\x1b[?25h" in shown and "status 0" in shown


def test_top_in_a_batch_counts_what_was_used_since_the_last_look(m: Machine) -> None:
    busy = "(while :; do :; done) &"
    done = m.run(f"{busy} top -b -n 2 -d 1 -p $! | grep bash; kill $!")
    first, second = done.text.splitlines()
    assert 80 <= float(second.split()[8]) <= 101
    assert first.split()[7] == "R"


def test_watch_shows_the_command_and_the_time_above_its_output(m: Machine) -> None:
    shown = on_terminal(m, "watch -n 1 echo hello", r"sleep 1; printf '\003'")
    drawn = screens(shown)
    assert drawn[1][0] == "Every 1.0s: echo hello" + " " * 27 + "kaede: " + drawn[1][0][-24:]
    assert drawn[1][2] == "hello"
    assert "\x1b[?1049h" in shown and "\x1b[?1049l" in shown


def test_watch_ends_on_change_on_error_and_on_no_change(m: Machine) -> None:
    assert "status 0" in on_terminal(m, "watch -g -n 1 date +%s", "sleep 20")
    assert "status 8" in on_terminal(m, "watch -e -n 1 false", "sleep 20")
    assert "status 0" in on_terminal(m, "watch -q 2 -n 1 echo same", "sleep 20")


def test_watch_marks_what_changed(m: Machine) -> None:
    shown = on_terminal(m, 'watch -d -t -n 1 -g "cat /tmp/n; echo x >>/tmp/n"', "sleep 20", before="echo a >/tmp/n")
    assert "\x1b[7mx\x1b[27m" in shown


def test_watch_runs_a_command_as_it_is_with_x(m: Machine) -> None:
    shown = on_terminal(m, 'watch -t -x -q 1 -n 1 echo "a  *  b"', "sleep 20")
    assert "a  *  b" in shown


def test_watch_keeps_colors_only_when_asked(m: Machine) -> None:
    command = r'watch {} -t -q 1 -n 1 -x printf "\033[31mred\033[2J"'
    assert "\x1b[31mr" in on_terminal(m, command.format("-c"), "sleep 20")
    assert "\x1b[31m" not in on_terminal(m, command.format(""), "sleep 20")


def test_watch_of_what_does_not_exist_says_so(m: Machine) -> None:
    assert "unable to execute 'nosuch': No such file or directory" in on_terminal(m, "watch -x nosuch", "sleep 3")


def test_a_command_that_writes_without_end_does_not_fill_the_machine(m: Machine) -> None:
    assert "status 0" in on_terminal(m, 'watch -t -q 1 -n 1 "yes | head -c 20000000"', "sleep 20")


def test_script_records_what_a_terminal_showed_and_replays_it_in_its_time(m: Machine) -> None:
    done = m.run(
        "script -q -T times -c 'echo one; sleep 5; echo two' log; a=$(date +%s); scriptreplay -t times -s log; b=$(date +%s); echo $((b-a))"
    )
    assert done.text.replace("\r", "") == "one\ntwo\none\ntwo\n\n5\n"
    log = m.run("cat log").text.replace("\r", "")
    assert re.fullmatch(
        r'Script started on .*\[COMMAND="echo one; sleep 5; echo two" .*\]\none\ntwo\n\nScript done on .*\[COMMAND_EXIT_CODE="0"\]\n',
        log,
    )
    assert m.run("scriptreplay -t times -s log --summary").text.split()[1].startswith("5.")


def test_script_s_command_has_a_controlling_terminal(m: Machine) -> None:
    assert m.run("script -q -c 'ps -o tty= -p $$; tty; :' log").text.replace("\r", "") == "pts/0\n/dev/pts/0\n"


def test_script_stops_at_its_limit(m: Machine) -> None:
    done = m.run("script -q -o 1000 -c yes log; stat -c %s log", timeout=30)
    assert done.status == 0
    assert int(done.text.split()[-1]) < 100_000


def test_script_logs_what_is_typed(m: Machine) -> None:
    m.run("echo hello | script -q -I typed -O shown -T t -c 'read x; echo got $x'")
    assert m.run("cat typed").stdout.startswith(b"hello\n")
    assert b"got hello" in m.run("cat shown").stdout
    assert {line.split()[0] for line in m.run("cat t").stdout.splitlines()} == {b"I", b"O"}
