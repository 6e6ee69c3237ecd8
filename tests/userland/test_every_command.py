"""What every command in /usr/bin does with --help, man, and an option that it doesn't have.

Who adds a command gets these without asking. The sets name those that can't, as their namesakes on Linux can't.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kos_kernel import Machine

# what looks like an option is an operand, as it is for their namesakes
EXCEPT = set("[ echo expr false test true printf".split())
# their namesakes have no --help and say so
NO_HELP = {"fuser", "lsof", "which", "zipinfo", "shred"}
# they print it on standard error
ON_STDERR = {"bunzip2", "bzcat", "bzip2"}
# they refuse a wrong option in their namesakes' own words, or look at what is missing first (the z family, renice, stty)
OWN_WORDS = set(
    "ar bzcmp bzdiff bzegrep bzfgrep bzgrep kill lsof ps renice shred stty unzip unzstd which xzcmp xzdiff xzegrep xzfgrep "
    "xzgrep zcmp zdiff zegrep zfgrep zgrep zip zipinfo zstd zstdcat".split()
)
# xxd takes it for -n with a name
TAKES_ANY = {"xxd"}


@pytest.fixture(scope="module")
def world() -> Iterator[Machine]:
    with Machine() as machine:
        yield machine


@pytest.fixture(scope="module")
def commands(world: Machine) -> list[str]:
    return [name for name in world.run("ls /usr/bin").stdout.decode().split() if name not in EXCEPT]


def test_help_is_printed_and_ends_well(world: Machine, commands: list[str]) -> None:
    found = {}
    for name in commands:
        done = world.run(f"env -- {name} --help </dev/null", timeout=20)
        text = done.stderr if name in ON_STDERR else done.stdout
        printed = name.encode() in text or b"sage" in text
        if name not in NO_HELP and (done.status or not printed):
            found[name] = done.status, done.stdout[:80], done.stderr[:200]
    assert found == {}


def test_a_wrong_option_is_named_on_standard_error(world: Machine, commands: list[str]) -> None:
    found = {}
    for name in commands:
        done = world.run(f"env -- {name} --no-such-option </dev/null", timeout=20)
        said = b"no-such-option" in done.stderr or name in OWN_WORDS
        if name not in TAKES_ANY and (not done.status or not said or b"Traceback" in done.stderr):
            found[name] = done.status, done.stdout[:80], done.stderr[:200]
    assert found == {}


def test_its_manual_page_renders(world: Machine, commands: list[str]) -> None:
    found = {}
    for name in commands:
        done = world.run(f"man {name} </dev/null", timeout=20)
        if done.status or len(done.stdout) < 80:
            found[name] = done.status, done.stderr[:200]
    assert found == {}
