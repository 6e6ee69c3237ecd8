"""The loop of `kos shell`: prompt, run, prompt.

At the prompt an event loop waits for keys and steps the machine now and then, so that background jobs go on; what they write
is shown above the prompt. While a command runs, the machine has the thread and the keys.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from typing import Any

from prompt_toolkit.application import run_in_terminal

from kos_kernel.errors import KosError

from ..machine_args import make_machine
from ..runner import output_to
from .machine_side import CONSOLE, MachineTerminal
from .prompt import Editor, history_file
from .pump import Pump


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


class Conversation:
    """The state of one `kos shell`."""

    terminal: MachineTerminal

    def __init__(self) -> None:
        self._write = output_to(1)
        self._at_prompt = False
        self._held = bytearray()  # what background jobs wrote while the prompt is shown

    def show(self, data: bytes) -> None:
        """Take what the machine's terminal shows. Called on a fiber of the machine, so it starts nothing by itself."""
        if self._at_prompt:
            self._held += data
        else:
            self._write(data)

    async def hold(self) -> int:
        """Talk until the shell ends or Ctrl-D is typed; return the status."""
        terminal = self.terminal
        editor = Editor(Guide(terminal), history=history_file())
        status = 0
        begun = ""
        while True:
            terminal.notices()
            text = await self._ask(editor, status, begun)
            begun = ""
            if text is None:
                return status
            if not text.strip():
                continue
            status = self._run(text)
            if terminal.has_ended():
                return status
            keys, terminal.typed_ahead = terminal.typed_ahead, b""
            *lines, begun = keys.decode("utf-8", "replace").replace("\r", "\n").split("\n")
            for line in lines:
                self._write(line.encode() + b"\n")
                status = self._run(line)
                if terminal.has_ended():
                    return status

    def _run(self, text: str) -> int:
        with Pump(sys.stdin.fileno(), self.terminal.feed, self.terminal.resize):
            return self.terminal.run(text.encode("utf-8", "surrogateescape") + b"\n")

    async def _ask(self, editor: Editor, status: int, begun: str) -> str | None:
        """Return what is typed at the prompt, while the machine's background jobs go on."""
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
