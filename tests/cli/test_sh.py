"""`kos sh`: a drop-in for sh."""

from __future__ import annotations

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
