"""A program: prints each line of its input once."""

from __future__ import annotations

GROUP = "kos.program"
PREFIX = "kos-program-"
SUMMARY = "The KOS command $name: prints each line of its input once, in order of first sight."
USE = """\
```console
$$ kos run -c 'printf "a\\\\nb\\\\na\\\\n" | $name'
a
b
```
"""
TABLE = {
    "src/$package/plugin.py": "announces the command; imports nothing of it",
    "src/$package/$module.py": "the command",
    "src/$package/options.py": "what its command line may say",
}
FILES = {
    "src/$package/plugin.py": '''\
"""Announces the command `$name`."""

from collections.abc import Iterable

from kos_kernel.api import ProgramFamily, hookimpl


@hookimpl
def kos_program_families() -> Iterable[ProgramFamily]:
    """Announce a family of one command. Its file appears as /usr/bin/$name in every machine."""
    yield ProgramFamily(
        "$name",
        contract=1,
        programs={"$name": "$package.$module:main"},
        summary="print each line once",
    )
''',
    "src/$package/options.py": '''\
"""What the command line of `$name` may say: parsing, --help and messages come from this table."""

from kos_kernel.api import Command, Flag

COMMAND = Command(
    "$name",
    usage="[OPTION]... [FILE]...",
    summary="Print each line of the FILEs (or of standard input) once, in order of first sight.",
    options=[Flag("ignore_case", "i", "ignore-case", help="take upper and lower case for the same")],
)
''',
    "src/$package/$module.py": '''\
"""Prints each line once. Reads and writes bytes and blocks like any Unix filter; ends by SIGPIPE like one, too."""

from kos_kernel.api import O_RDONLY, Syscalls, SysError

from .options import COMMAND


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run the command. k: the system calls, the only way to anything outside. Returns the exit status."""
    options, files = COMMAND.parse(argv)
    seen: set[bytes] = set()
    status = 0
    for file in files or [b"-"]:
        try:
            fd = 0 if file == b"-" else k.open(file, O_RDONLY)
        except SysError as error:
            k.write(2, b"%s: %s: %s\\n" % (argv[0], file, error.strerror.encode()))
            status = 1
            continue
        for line in k.lines(fd):
            key = line.lower() if options.ignore_case else line
            if key not in seen:
                seen.add(key)
                k.write(1, line)
        if fd != 0:
            k.close(fd)
    return status
''',
    "tests/test_in_a_machine.py": '''\
"""What the command does for a user."""

from kos_kernel import Machine


def test_each_line_comes_once_in_order_of_first_sight() -> None:
    with Machine() as machine:
        result = machine.run("$name", stdin=b"b\\na\\nb\\nA\\n")
    assert (result.status, result.stdout) == (0, b"b\\na\\nA\\n")


def test_case_can_be_ignored() -> None:
    with Machine() as machine:
        assert machine.run("$name -i", stdin=b"a\\nA\\n").stdout == b"a\\n"


def test_a_missing_file_is_named_and_the_others_are_read() -> None:
    with Machine() as machine:
        machine.write_file("/tmp/there", b"x\\n")
        result = machine.run("$name /tmp/absent /tmp/there")
    assert result.status == 1
    assert result.stdout == b"x\\n"
    assert result.stderr == b"$name: /tmp/absent: No such file or directory\\n"
''',
    "tests/test_conformance.py": '''\
"""The contract of a program family, clause by clause, and what every command of a machine has."""

from kos_kernel import Machine
from kos_kernel.testing import conformance

test_$module = conformance("kos.program", "$name")


def test_the_machine_has_the_command() -> None:
    with Machine() as machine:
        assert machine.run("command -v $name").stdout == b"/usr/bin/$name\\n"


def test_its_help_is_printed() -> None:
    with Machine() as machine:
        result = machine.run("$name --help")
    assert result.status == 0
    assert result.stdout.startswith(b"Usage: $name")
''',
}
