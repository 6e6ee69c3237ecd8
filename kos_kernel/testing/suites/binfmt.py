"""The contract of a binary format: it looks at a file's first bytes and says what runs it.

example = the bytes of a file of the kind that, run with no arguments, ends with status 0; the cases that run one need it.
"""

from __future__ import annotations

from typing import Any

from ...abi import O_CREAT, O_WRONLY, WEXITSTATUS, WIFEXITED
from ...contracts.machine import DriverConfig, MachineConfig
from ...contracts.program import BinaryFormat, Image, Redirect
from ...errors import NoExec, NoSuchFile, SysError
from ..cases import NotAsked, Violation, clause, collect, expect, expect_equal, shown, told
from .common import COMMON, MadeSubject

HEAD_BYTES = 256
STRANGERS = (
    b"",
    b"\n",
    b"plain text\n",
    b"\x7fELF\x02\x01\x01" + bytes(57),
    b"\0asm\1\0\0\0",
    b"PK\3\4",
    b"\xff" * HEAD_BYTES,
    b"# comment\n",
)


class NoPrograms:
    """A table of programs in which every name is one that does nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def load(self, name: str) -> Any:
        """Return the program that ends at once, for a name that is a file name; NoSuchFile for others."""
        self.asked.append(name)
        if not name or "/" in name or not name.isprintable():
            raise NoSuchFile(None, f"no program {name!r}")
        return lambda k, argv: 0


class BinfmtSubject(MadeSubject):
    """A binary format."""

    face = BinaryFormat

    def plugged(self, base: MachineConfig) -> MachineConfig:
        """Return a machine that knows the format."""
        others = tuple(one for one in base.formats if one.driver != self.record.name)
        return base._replace(formats=(*others, DriverConfig(self.record.name, self.options, self.grants)))

    def load(self, head: bytes, argv: list[bytes] | None = None) -> Any:
        """Return what the format says of a file, or the NoExec that it raised."""
        words = [b"./file", b"one"] if argv is None else argv
        try:
            return self.make().load(head[:HEAD_BYTES], b"./file", words, NoPrograms())
        except (NoExec, NoSuchFile) as error:
            return error

    @property
    def example(self) -> bytes:
        """Return a file of the kind."""
        if self.driver.example is None:
            raise NotAsked("the kit has no file of this kind; give it example=b'...'")
        data: bytes = self.driver.example
        return data


@clause(
    "BIN-MAGIC-1",
    mistake="without a magic the format is asked about every file, also those of others; with a long one it may never be",
)
def case_magic_fits_the_head(subject: BinfmtSubject) -> None:
    """The record's magic is no longer than the 256 bytes that a format gets to see."""
    magic = subject.record.magic
    expect(isinstance(magic, bytes) and len(magic) <= HEAD_BYTES, f"the magic is {shown(magic)}")


@clause(
    "BIN-LOAD-1",
    after="case_magic_fits_the_head",
    mistake="load raises for what it doesn't know; None lets the next format look",
)
def case_strangers_are_left_to_others(subject: BinfmtSubject) -> None:
    """load returns None for files that don't begin with its magic."""
    magic = subject.record.magic
    for head in STRANGERS:
        if magic and head.startswith(magic):
            continue
        if not magic and head:
            continue  # a format without a magic may know anything
        got = subject.load(head)
        expect(got is None, f"load of {shown(head)} gave {shown(got)}")


@clause(
    "BIN-LOAD-2",
    after="case_strangers_are_left_to_others",
    mistake="a broken file of the kind raises what Python raises (IndexError, UnicodeDecodeError): it must be NoExec",
)
def case_broken_files_are_no_exec(subject: BinfmtSubject) -> None:
    """Whatever follows the magic, load returns an Image, a Redirect or None, or raises NoExec."""
    magic = subject.record.magic
    tails = [
        b"",
        b"\n",
        b" \n",
        b"\0",
        b"\xff\xfe\n",
        b"\r\n",
        b"=" * HEAD_BYTES,
        b"program=\xff\n",
        b"/none\n",
        bytes(range(256)),
    ]
    seed = 99
    for _ in range(200):
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        tails.append(bytes(seed >> shift & 255 for shift in range(0, 24, 3)) * (seed % 40))
    for tail in tails:
        head = (magic + tail)[:HEAD_BYTES]
        try:
            got = subject.make().load(head, b"./file", [b"./file"], NoPrograms())
        except (NoExec, NoSuchFile):
            continue
        except Exception as error:
            raise Violation(f"load of {shown(head)} raised {told(error)}") from error
        expect(got is None or isinstance(got, (Image, Redirect)), f"load of {shown(head)} returned {shown(got)}")


@clause(
    "BIN-LOAD-3",
    after="case_broken_files_are_no_exec",
    mistake="the example isn't recognised, argv is text, or the caller's list is changed in place",
)
def case_files_of_the_kind_are_recognised(subject: BinfmtSubject) -> None:
    """load of a file of the kind returns an Image or a Redirect with argv as bytes, and leaves the caller's argv alone."""
    argv = [b"./file", b"one", b"two"]
    got = subject.load(subject.example, argv)
    expect(isinstance(got, (Image, Redirect)), f"load returned {shown(got)}")
    expect(got.argv and all(type(word) is bytes for word in got.argv), f"argv is {shown(got.argv)}")
    expect_equal(got.argv[-2:], [b"one", b"two"], "the last words of argv")
    expect_equal(argv, [b"./file", b"one", b"two"], "the caller's argv")
    if isinstance(got, Image):
        expect(callable(got.main), f"main is {shown(got.main)}")
        expect(
            type(got.name) is bytes and 0 < len(got.name) <= 15, f"name is {got.name!r}: it is ps's, at most 15 bytes"
        )


@clause(
    "BIN-MACHINE-1",
    after="case_files_of_the_kind_are_recognised",
    mistake="what load returns works on its own, and not with a real table of programs",
)
def case_program_of_the_kind_runs(subject: BinfmtSubject) -> None:
    """In a machine, a file of the kind can be executed and ends with status 0; one without the x bit is refused."""
    data = subject.example

    def main(k: Any) -> None:
        for path, mode in ((b"/tmp/kit", 0o755), (b"/tmp/kit-closed", 0o644)):
            fd = k.open(path, O_WRONLY | O_CREAT, mode)
            k.write(fd, data)
            k.close(fd)
        _, status = k.wait(k.spawn(b"/tmp/kit", [b"/tmp/kit"]))
        expect(WIFEXITED(status) and WEXITSTATUS(status) == 0, f"it ended with wait status {status:#x}")
        try:
            k.spawn(b"/tmp/kit-closed", [b"/tmp/kit-closed"])
        except SysError as error:
            expect_equal(error.NAME, "EACCES", "the error of a file without the x bit")
        else:
            raise Violation("a file without the x bit was executed", "that is the kernel's business: tell its authors")

    subject.run(subject.machine(), main)


CASES = (*COMMON, *collect(globals()))
SUBJECT = BinfmtSubject
