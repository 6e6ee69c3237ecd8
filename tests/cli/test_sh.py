"""`kos sh`: a drop-in for sh."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

# What an outside program might hand to sh: its arguments, and what stands on standard input.
COMMAND_LINES: list[tuple[list[str], bytes]] = [
    (["-c", "echo $0 $1 $#", "name", "one", "two"], b""),
    (["-c", "exit 9"], b""),
    (["-ec", "false; echo not reached"], b""),
    (["-s", "one", "two"], b"echo $1 $2\n"),
    ([], b"echo from input\nread x\nthis line\necho $x\n"),
    (["-c", "cat; echo $?"], b"passed through"),
    (["-u", "-c", "echo ${unset-default}"], b""),
    (["-c", "kill -TERM $$"], b""),
    (["-c", "no_such_command_at_all"], b""),
]


@pytest.mark.parametrize(("arguments", "stdin"), COMMAND_LINES)
def test_it_does_what_the_hosts_sh_does(kos_process: Run, arguments: list[str], stdin: bytes) -> None:
    sh = shutil.which("bash")
    if sh is None:
        pytest.skip("bash is not installed")
    theirs = subprocess.run([sh, *arguments], input=stdin, capture_output=True, check=False)
    ours = kos_process("sh", *arguments, stdin=stdin)
    status = theirs.returncode if theirs.returncode >= 0 else 128 - theirs.returncode
    assert (ours.returncode, ours.stdout) == (status, theirs.stdout)


def test_a_script_is_a_file_of_the_machine(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "script").write_bytes(b"echo $0 $1; pwd\n")
    done = kos_process("sh", "--mount", f"{tmp_path}:{tmp_path}", "--workdir", str(tmp_path), "./script", "one")
    assert done.stdout == f"./script one\n{tmp_path}\n".encode()


def test_machine_options_end_at_two_dashes(kos_process: Run, tmp_path: Path) -> None:
    done = kos_process(
        "sh", "--mount", f"{tmp_path}:{tmp_path}:rw", "--workdir", str(tmp_path), "--host-env",
        "--", "-c", "echo x > made; echo $X",
        env={"X": "from host"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"from host\n")
    assert (tmp_path / "made").read_bytes() == b"x\n"


def test_a_script_that_is_not_there_is_127(kos_process: Run) -> None:
    assert kos_process("sh", "/nowhere").returncode == 127


DEBIAN = ("which", "add-shell", "savelog")


@pytest.mark.parametrize("name", DEBIAN)
def test_a_script_that_debian_ships_is_read_by_it(kos_process: Run, name: str) -> None:
    path = shutil.which(name)
    if path is None or not Path(path).read_bytes().startswith(b"#!"):
        pytest.skip(f"{name} is not a script here")
    folder = str(Path(path).resolve().parent)
    done = kos_process("sh", "--mount", f"{folder}:/host", "--", "-n", f"/host/{Path(path).resolve().name}")
    assert (done.returncode, done.stderr) == (0, b"")


def test_debians_which_finds_a_command(kos_process: Run) -> None:
    path = shutil.which("which")
    if path is None or not Path(path).read_bytes().startswith(b"#!"):
        pytest.skip("which is not a script here")
    real = Path(path).resolve()
    done = kos_process("sh", "--mount", f"{real.parent}:/host", "--", f"/host/{real.name}", "cat", "no-such-command")
    assert (done.returncode, done.stdout) == (1, b"/usr/bin/cat\n")


def test_debians_add_shell_adds_a_shell(kos_process: Run, tmp_path: Path) -> None:
    path = shutil.which("add-shell", path="/usr/sbin:/sbin:/usr/bin")
    if path is None or not Path(path).read_bytes().startswith(b"#!"):
        pytest.skip("add-shell is not here")
    script = f"echo /bin/sh > /etc/shells; sh /host/{Path(path).name} /bin/kaede; cat /etc/shells"
    done = kos_process("sh", "--mount", f"{Path(path).parent}:/host", "-c", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"/bin/sh\n/bin/kaede\n")  # newer versions add what /bin leads to, too


def test_debians_savelog_rotates_a_log(kos_process: Run) -> None:
    path = shutil.which("savelog")
    if path is None:
        pytest.skip("savelog is not here")
    script = f"mkdir /log; cd /log; echo one > a.log; sh /host/{Path(path).name} -l a.log; ls; cat a.log.0"
    done = kos_process("sh", "--mount", f"{Path(path).parent}:/host", "-c", script)
    assert done.returncode == 0, done.stderr
    assert b"a.log.0" in done.stdout
    assert done.stdout.endswith(b"one\n")


# ------------------------------------------------------------------------------------------------ --coverage, --analyze
def test_coverage_is_printed_without_a_machine(kos_process: Run) -> None:
    done = kos_process("sh", "--coverage")
    assert done.returncode == 0 and b"held against bash 5.2" in done.stdout
    told = json.loads(kos_process("sh", "--json", "--coverage").stdout)
    assert {item["support"] for item in told["sections"]["builtins"]} == {"yes", "partly", "no"}


def test_a_script_of_the_host_is_analyzed_and_not_run(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_text("touch made\ncat < in\n")
    done = kos_process("sh", "--analyze", "x.sh")
    assert done.stdout == (
        b"commands\n  cat    program: 2\n  touch  program: 1\n\nfiles\n  in    read (<): 2\n  made  write (touch): 1\n"
    )
    assert not (tmp_path / "made").exists()
    assert kos_process("sh", "--analyze", stdin=b"touch made\ncat < in\n").stdout == done.stdout
    told = json.loads(kos_process("sh", "--analyze", "--json", "-c", "rm x").stdout)
    assert told["files"] == [{"path": "x", "mode": "write", "line": 1, "by": "rm", "pattern": False}]


def test_what_cannot_be_analyzed(kos_process: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.sh").write_text("if true; fi\n")
    broken = kos_process("sh", "--analyze", "bad.sh")
    assert (broken.returncode, broken.stdout) == (2, b"")
    assert broken.stderr.startswith(b"bad.sh: line 1: syntax error near unexpected token `fi'\n")
    assert kos_process("sh", "--analyze", "nowhere").returncode == 127
    for arguments, message in (
        (("--json", "-c", "true"), b"--json: goes with --coverage or --analyze"),
        (("--analyze", "--seed", "7", "-c", "true"), b"--seed: --analyze needs no machine"),
        (("--coverage", "--analyze"), b"--coverage: takes no --analyze"),
        (("--coverage", "x"), b"--coverage: takes no operands"),
        (("--analyze", "-x", "f"), b"-x: --analyze takes -c CMD, a FILE or nothing"),
        (("--analyze", "-c"), b"-c: there is no CMD behind it"),
    ):
        refused = kos_process("sh", *arguments)
        assert refused.returncode == 2 and message in refused.stderr, arguments
