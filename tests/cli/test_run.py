"""`kos run`, as a process: what goes in, what comes out, how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Start = Callable[..., "subprocess.Popen[bytes]"]


def test_a_text_is_run_with_its_arguments(kos_process: Run) -> None:
    done = kos_process("run", "-c", 'echo "$1-$2"; echo $#', "one", "two words")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"one-two words\n2\n", b"")


def test_a_script_of_the_host_is_run_and_knows_its_name(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "hello.sh").write_bytes(b"echo $0: hello $1\n")
    done = kos_process("run", "hello.sh", "you")
    assert (done.returncode, done.stdout) == (0, b"hello.sh: hello you\n")


def test_a_scripts_name_is_the_same_in_messages_as_on_the_host(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "err.sh").write_bytes(b"f() {\n  no_such_command\n}\nf\n")
    done = kos_process("run", "sub/err.sh")
    assert done.stderr == b"sub/err.sh: line 2: no_such_command: command not found\n"


def test_a_script_is_not_written_into_a_folder_of_the_host(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "script").write_bytes(b"echo $0; ls\n")
    done = kos_process("run", "--mount", "here:/here:rw", "--workdir", "/here", "script")
    assert done.stdout == b"script\n"
    assert list((tmp_path / "here").iterdir()) == []


def test_a_file_of_the_machine_is_not_overwritten_by_a_script_of_its_name(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "hostname").write_bytes(b"cat /etc/hostname\n")
    done = kos_process("run", "--workdir", "/", "etc/hostname")
    assert done.stdout == b"kos\n"


def test_a_script_comes_from_standard_input(kos_process: Run) -> None:
    done = kos_process("run", stdin=b"echo from $((1+1)) lines\nexit 3\n")
    assert (done.returncode, done.stdout) == (3, b"from 2 lines\n")


def test_a_dash_means_standard_input_and_leaves_room_for_arguments(kos_process: Run) -> None:
    assert kos_process("run", "-", "a", "b", stdin=b"echo $2\n").stdout == b"b\n"


def test_input_output_and_errors_are_bytes(kos_process: Run) -> None:
    every = bytes(range(256))
    done = kos_process("run", "-c", "cat; cat /etc/hostname >&2", stdin=every)
    assert done.stdout == every
    assert done.stderr.endswith(b"\n")


def test_a_big_input_passes_through(kos_process: Run) -> None:
    assert kos_process("run", "-c", "wc -c", stdin=b"x" * 3_000_000).stdout.strip() == b"3000000"


def test_a_script_that_does_not_read_its_input_does_not_wait_for_it(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "echo done")
    assert process.stdout is not None
    assert process.stdout.read() == b"done\n"
    assert process.wait(timeout=30) == 0


def test_output_arrives_while_the_script_waits_for_input(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "echo ready; read line; echo got $line")
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdin.write(b"this\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"got this\n"


def test_a_background_job_goes_on_while_another_waits_for_input(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "(sleep 0.05; echo tick) & read line; wait; echo $line")
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"tick\n"
    process.stdin.write(b"tock\n")
    process.stdin.close()
    assert process.stdout.read() == b"tock\n"


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 7", 7), ("false", 1), ("no-such-command", 127), ("kill -TERM $$", 143), ("kill -9 $$", 137), ("if", 2)],
)
def test_it_ends_as_a_shell_would(kos_process: Run, script: str, status: int) -> None:
    assert kos_process("run", "-c", script).returncode == status


def test_ctrl_c_reaches_the_program_in_the_machine(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "trap 'echo caught; exit 5' INT; echo ready; while :; do :; done")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.read() == b"caught\n"
    assert process.wait(timeout=30) == 5


def test_ctrl_c_ends_a_program_that_sleeps(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "echo ready; sleep 1000")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()


def test_a_reader_that_goes_away_ends_the_writer_quietly(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "yes")
    assert process.stdout is not None
    assert process.stdout.read(2) == b"y\n"
    process.stdout.close()
    assert process.wait(timeout=30) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_a_reader_that_goes_away_is_an_error_to_who_ignores_the_signal(kos_popen: Start) -> None:
    process = kos_popen("run", "-c", "trap '' PIPE; while echo y; do :; done; exit 9")
    assert process.stdout is not None
    assert process.stdout.read(2) == b"y\n"
    process.stdout.close()
    assert process.wait(timeout=30) == 9


@pytest.mark.parametrize(
    ("closed", "script", "status", "said"),
    [
        ("<&-", "cat; echo $?", 0, b"0\n"),
        (">&-", "echo lost; echo $? >&2", 0, b"write error: Bad file descriptor\n1\n"),
        ("2>&-", "echo lost >&2; echo $?", 0, b"1\n"),
    ],
)
def test_a_stream_that_is_closed_is_not_taken_by_another_file(
    kos_env: dict[str, str], tmp_path: Path, closed: str, script: str, status: int, said: bytes
) -> None:
    line = f'"$0" -m kos_cli run -c "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, script], env=kos_env, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == status
    assert (done.stdout + done.stderr).endswith(said)


def test_a_folder_is_shown_read_only_unless_asked(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a").write_bytes(b"1\n")
    done = kos_process("run", "--mount", "logs:/logs", "-c", "cat /logs/a; echo 2 > /logs/b")
    assert done.stdout == b"1\n"
    assert b"Read-only file system" in done.stderr
    assert not (tmp_path / "logs" / "b").exists()
    done = kos_process("run", "--mount", "logs:/logs:rw", "-c", "echo 2 > /logs/b")
    assert (tmp_path / "logs" / "b").read_bytes() == b"2\n"


def test_nothing_else_of_the_host_is_there(kos_process: Run, tmp_path: Path) -> None:
    done = kos_process("run", "-c", f"ls {tmp_path}; echo ${{SECRET-none}}", env={"SECRET": "x"})
    assert done.stdout == b"none\n"
    assert done.stderr


def test_variables_come_by_name_by_value_or_all_together(kos_process: Run) -> None:
    env = {"FROM_HOST": "host"}
    assert kos_process("run", "--env", "A=1=2", "-c", "echo $A", env=env).stdout == b"1=2\n"
    assert kos_process("run", "--env", "FROM_HOST", "-c", "echo $FROM_HOST", env=env).stdout == b"host\n"
    assert kos_process("run", "--host-env", "-c", "echo $FROM_HOST", env=env).stdout == b"host\n"


def test_it_runs_as_another_user_in_another_folder(kos_process: Run) -> None:
    done = kos_process("run", "--user", "user", "--workdir", "/usr/bin", "-c", "id -u; pwd; touch /etc/x")
    assert done.stdout == b"1000\n/usr/bin\n"
    assert b"Permission denied" in done.stderr


def test_a_timeout_ends_everything_with_124(kos_process: Run) -> None:
    done = kos_process("run", "--timeout", "100ms", "-c", "echo begun; sleep 1000")
    assert (done.returncode, done.stdout) == (124, b"begun\n")
    assert done.stderr == b"kos: timed out after 100ms\n"


def test_virtual_time_makes_sleeps_free_and_runs_alike(kos_process: Run) -> None:
    script = "(sleep 3600; echo later) & echo $RANDOM; date +%s; wait; date +%s"
    first, second = (kos_process("run", "--clock", "virtual", "--seed", "7", "-c", script) for _ in range(2))
    assert first.stdout == second.stdout
    begin, _, end = first.stdout.split()[1:4]
    assert int(end) - int(begin) >= 3600


def test_a_driver_is_changed_by_one_word(kos_process: Run) -> None:
    for driver in ("fifo", "rr", "priority"):
        done = kos_process("run", "--set", f"scheduler.driver={driver}", "-c", "echo a | cat & wait")
        assert (done.returncode, done.stdout) == (0, b"a\n")


def test_strace_prints_system_calls_beside_the_output(kos_process: Run) -> None:
    done = kos_process("run", "--strace", "-c", "cat /etc/hostname /no/such")
    assert done.stdout == b"kos\n"
    assert b'open("/etc/hostname"' in done.stderr
    assert b"ENOENT (No such file or directory)" in done.stderr


def test_two_traces_in_virtual_time_are_the_same_bytes(kos_process: Run, tmp_path: Path) -> None:
    script = "for i in 1 2 3; do (sleep 0.$RANDOM; echo $i) & done; wait; sleep 5"
    for number, seed in (("1", "0"), ("2", "99")):
        arguments = ("--clock", "virtual", "--seed", "7", "--trace", f"trace{number}", "-c", script)
        assert kos_process("run", *arguments, env={"PYTHONHASHSEED": seed}).returncode == 0
    first, second = (tmp_path / "trace1").read_bytes(), (tmp_path / "trace2").read_bytes()
    assert first == second
    assert first.count(b"\n") > 20


def test_flags_of_the_command_line_leave_the_configurations_observers_in_place(
    kos_process: Run, tmp_path: Path
) -> None:
    (tmp_path / "kos.toml").write_text('[trace]\nobservers = [{driver = "trace", file = "from-config"}]\n')
    kos_process("run", "--config", "kos.toml", "--trace", "from-flag", "-c", "echo hi")
    assert (tmp_path / "from-config").stat().st_size > 0
    assert (tmp_path / "from-flag").stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["absent.sh"], 127, "can't read absent.sh: No such file or directory"),
        (["--mount", "nowhere:/x", "-c", ":"], 2, "the host's nowhere isn't there"),
        (["--mount", "x", "-c", ":"], 2, "expected HOST:GUEST[:ro|rw]"),
        (["--mount", ".:relative", "-c", ":"], 2, "absolute GUEST"),
        (["--seed", "seven", "-c", ":"], 2, "--seed seven: expected a whole number"),
        (["--clock", "sundial", "-c", ":"], 2, "there is 'wall' and 'virtual'"),
        (["--env", "NOT_THERE", "-c", ":"], 2, "the host has no variable of that name"),
        (["--env", "=x", "-c", ":"], 2, "expected NAME=VALUE"),
        (["--timeout", "soon", "-c", ":"], 2, "expected a duration"),
        (["--user", "nobody-known", "-c", ":"], 2, "nobody-known"),
        (["--config", "absent.toml", "-c", ":"], 2, "absent.toml"),
        (["--set", "nonsense", "-c", ":"], 2, "expected KEY=VALUE"),
        (["--set", "cpus=many", "-c", ":"], 2, "cpus"),
        (["--set", "scheduler.driver=prioritty", "-c", "true"], 2, "did you mean 'priority'?"),
        (["--trace", "no/such/folder/file", "-c", ":"], 2, "--trace no/such/folder/file: No such file or directory"),
        (["--workdir", "/nowhere", "-c", ":"], 2, "--workdir /nowhere: No such file or directory"),
        (["--nonsense"], 2, "--nonsense"),
    ],
)
def test_a_mistake_is_a_sentence(kos_process: Run, arguments: list[str], status: int, said: str) -> None:
    done = kos_process("run", *arguments)
    text = done.stderr.decode()
    assert done.returncode == status
    assert said in text
    assert "Traceback" not in text
    assert done.stdout == b""


def test_a_binary_file_is_refused_as_a_shell_does(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "elf").write_bytes(b"\x7fELF\0\0\0")
    assert kos_process("run", "elf").returncode == 126
