"""The two kinds of executable that every machine has: an announced program, and a script that names its interpreter."""

from __future__ import annotations

from typing import Any

from kos_kernel.api import Image, NoExec, ProgramTable, Redirect

MAGIC = b"\x7fKOS\n"
_FIELD = b"program="


class ProgramFormat:
    """A file of /usr/bin, or a copy of one: its second line names an announced program."""

    def __init__(self, options: Any, ctx: Any) -> None:
        self._names: dict[bytes, str] = {}

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: ProgramTable) -> Image | None:
        name = self._names.get(head)
        if name is None:
            if not head.startswith(MAGIC):
                return None
            line = head[len(MAGIC) :].partition(b"\n")[0]
            if not line.startswith(_FIELD):
                raise NoExec(path, "a KOS program file whose second line names no program")
            name = line[len(_FIELD) :].decode("utf-8", "replace")
            if len(self._names) < 4096:
                self._names[head] = name
        return Image(programs.load(name), argv, path.rpartition(b"/")[2][:15])


class ScriptFormat:
    """A text file that begins with #!, an interpreter and perhaps one argument. As Linux splits it."""

    def __init__(self, options: Any, ctx: Any) -> None:
        pass

    def load(self, head: bytes, path: bytes, argv: list[bytes], programs: ProgramTable) -> Redirect | None:
        if not head.startswith(b"#!"):
            return None
        line, newline, _ = head[2:].partition(b"\n")
        if not newline and len(head) >= 256:
            raise NoExec(path, "the #! line is longer than 256 bytes")
        interpreter, _, argument = line.strip(b" \t").partition(b" ")
        if b"\t" in interpreter:
            interpreter, _, rest = interpreter.partition(b"\t")
            argument = rest + b" " + argument if argument else rest
        argument = argument.strip(b" \t")
        if not interpreter:
            raise NoExec(path, "the #! line names no interpreter")
        return Redirect(interpreter, [interpreter, *([argument] if argument else []), path, *argv[1:]])
