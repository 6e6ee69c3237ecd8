"""The loop of `kos shell`: prompt, run, prompt.

At the prompt an event loop waits for keys and steps the machine now and then, so that background jobs go on; what they write
is shown above the prompt. While a command runs, the machine has the thread and the keys.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from prompt_toolkit.application import run_in_terminal

from kos_kernel.errors import KosError

from ..machine_args import make_machine
from ..runner import output_to
from .machine_side import CONSOLE, MachineTerminal
from .prompt import INTERRUPTED, Editor, history_file
from .pump import Pump

TAIL = 64
UNFINISHED = b"\x1b[7m%\x1b[27m\r\n"
"""Shown behind output that ended within a line: the editor draws from the start of one, and would draw over it."""
_CONTROL = re.compile(rb"\x1b\[[0-9;?]*([A-Za-z])|\x1b[()][A-Z0-9]|\x1b[=>78]")


def at_line_start(shown: bytes) -> bool:
    """Tell whether a terminal's cursor is at the start of a line, from the end of what it was shown."""
    while shown and (found := _last_control(shown)) is not None:
        if found[1] in (b"H", b"E", b"F"):  # the cursor was sent to the start of a line
            return True
        shown = shown[: found.start()]
    return not shown or shown[-1:] in b"\r\n"


def _last_control(shown: bytes) -> re.Match[bytes] | None:
    """Return the control sequence that ends the text, if one does."""
    begin = shown.rfind(b"\x1b")
    found = _CONTROL.match(shown, begin) if begin >= 0 else None
    return found if found is not None and found.end() == len(shown) else None


def interact(parsed: Any) -> int:
    """Open the shell of a new machine on this process's terminal; return the status it ended with."""
    if not (os.isatty(0) and os.isatty(1)):
        raise KosError("kos shell needs a terminal\n  pipe scripts into `kos run`; `kos sh -s` is a drop-in for sh")
    with make_machine(parsed, devices=[CONSOLE]) as machine:
        conversation = Conversation()
        conversation.terminal = MachineTerminal(machine, parsed, conversation.show)
        try:
            return asyncio.run(conversation.hold())
        finally:
            conversation.terminal.console.on_output = None


class Guide:
    """What the editor asks the shell, in the editor's terms."""

    def __init__(self, terminal: MachineTerminal) -> None:
        self._terminal = terminal
        self._commands: frozenset[str] | None = None

    def begin(self) -> None:
        """A new prompt: what is known of the machine may have changed."""
        self._commands = None

    def feed(self, text: str) -> str:
        """Return "complete", "incomplete" or "error"."""
        answer: str = self._terminal.session.feed(text)
        return answer

    def prompt(self, number: int) -> str:
        """Return PS1 or PS2 as it is to be shown, without the marks around what takes no room."""
        return self._terminal.prompt(number).replace("\1", "").replace("\2", "")

    def complete(self, text: str, cursor: int) -> Iterable[tuple[int, str]]:
        """Return (start, replacement) for each way the word before the cursor may go on."""
        return self._terminal.complete(text, cursor)

    def highlight(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Return (start, stop, kind) of what has a colour; a command that isn't there is of the kind "unknown"."""
        found = self._terminal.talk.highlight(text)
        if self._commands is None and any(kind == "command" for _, _, kind in found):
            self._commands = self._terminal.commands()
        for start, stop, kind in found:
            if kind == "command" and self._is_unknown(text[start:stop]):
                kind = "unknown"
            yield start, stop, kind

    def _is_unknown(self, word: str) -> bool:
        plain = word.isprintable() and not any(c in word for c in "/\\'\"$`*?[{~")
        return plain and self._commands is not None and word not in self._commands

    def keep(self, text: str) -> bool:
        """Tell whether a line is one for the history; the shell takes it into its own."""
        return self._terminal.talk.keep(text)

    def editing_mode(self) -> str:
        """Return "emacs" or "vi"."""
        return self._terminal.talk.editing_mode


class Conversation:
    """The state of one `kos shell`."""

    terminal: MachineTerminal

    def __init__(self) -> None:
        self._write = output_to(1)
        self._at_prompt = False
        self._tail = b"\n"  # the end of what was shown: does the prompt begin on a line of its own?
        self._held = bytearray()  # what background jobs wrote while the prompt is shown

    def show(self, data: bytes) -> None:
        """Take what the machine's terminal shows. Called on a fiber of the machine, so it starts nothing by itself."""
        if self._at_prompt:
            self._held += data
        else:
            self._tail = (self._tail + data)[-TAIL:]
            self._write(data)

    async def hold(self) -> int:
        """Talk until the shell ends; return its status."""
        terminal = self.terminal
        guide = Guide(terminal)
        editor = Editor(guide, history=history_file())
        begun = ""
        status = 0
        if terminal.has_ended():  # its start-up file said so
            return terminal.status
        while True:
            status = self._run(terminal.before_prompt)
            if terminal.has_ended():
                return status
            guide.begin()
            text = await self._ask(editor, status, begun)
            begun = ""
            if text is None:
                status = self._run(terminal.end_of_input)
            elif text == INTERRUPTED:
                terminal.talk.interrupted()
                continue
            elif not text.strip():
                continue
            else:
                status = self._type(text)
            if terminal.has_ended():
                return status
            keys, terminal.typed_ahead = terminal.typed_ahead, b""
            *lines, begun = keys.decode("utf-8", "replace").replace("\r", "\n").split("\n")
            for line in lines:
                self._write(line.encode() + b"\n")
                if line.strip():
                    guide.keep(line)
                    status = self._type(line)
                if terminal.has_ended():
                    return status

    def _type(self, text: str) -> int:
        return self._run(lambda: self.terminal.run(text + "\n"))

    def _run(self, action: Callable[[], int]) -> int:
        """Let the machine have the keys while it does something."""
        with Pump(sys.stdin.fileno(), self.terminal.feed, self.terminal.resize):
            return action()

    async def _ask(self, editor: Editor, status: int, begun: str) -> str | None:
        """Return what is typed at the prompt, while the machine's background jobs go on."""
        if not at_line_start(self._tail):
            self._write(UNFINISHED)
        self._tail = b"\n"
        self._at_prompt = True
        stepping = asyncio.ensure_future(self._step())
        try:
            return await editor.read(status, begun)
        finally:
            stepping.cancel()
            self._at_prompt = False
            await self._flush()

    async def _step(self) -> None:
        while True:
            pause_s = self.terminal.step()
            await self._flush()
            await asyncio.sleep(pause_s)

    async def _flush(self) -> None:
        """Show what background jobs wrote, above the prompt if there is one."""
        if self._held:
            data = bytes(self._held)
            self._held.clear()
            if self._at_prompt:
                await run_in_terminal(lambda: self._write(data))
            else:
                self._write(data)
