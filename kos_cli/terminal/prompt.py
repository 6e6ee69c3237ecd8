"""The line editor of `kos shell`: prompt_toolkit around what the machine's shell knows.

The shell says whether a text is a complete command, what its prompts are and how a word goes on; this module owns keys,
history and colours, and never runs anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import ANSI, AnyFormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output


class Guide(Protocol):
    """What the editor asks the shell."""

    def feed(self, text: str) -> str:
        """Return "complete", "incomplete" or "error" for what was typed so far."""
        ...

    def prompt(self, number: int) -> str:
        """Return the text of PS1 (1) or PS2 (2), its escapes replaced."""
        ...

    def complete(self, text: str, cursor: int) -> Iterable[tuple[int, str]]:
        """Return (where the replaced word starts, what it could become) for the word before the cursor."""
        ...


class WordCompleter(Completer):
    """prompt_toolkit's view of the shell's completion."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Return the ways in which the word before the cursor may go on."""
        text, cursor = document.text, document.cursor_position
        for start, word in self._guide.complete(text, cursor):
            shown = word.rstrip(" ")
            name = shown.rstrip("/").rpartition("/")[2] + ("/" if shown.endswith("/") else "")
            yield Completion(word, start_position=start - cursor, display=name or shown)


class Editor:
    """Reads one command at a time, of one line or many."""

    def __init__(
        self, guide: Guide, *, history: str | None, input: Input | None = None, output: Output | None = None
    ) -> None:
        self._guide = guide
        kept: History = InMemoryHistory() if history is None else FileHistory(history)
        self._session: PromptSession[str] = PromptSession(
            history=kept,
            completer=WordCompleter(guide),
            complete_while_typing=False,
            enable_history_search=True,
            multiline=True,
            key_bindings=self._keys(),
            prompt_continuation=self._continuation,
            input=input,
            output=output,
        )

    async def read(self, status: int, begun: str = "") -> str | None:
        """Return the next command as typed; "" after Ctrl-C, None at the end (Ctrl-D on an empty line).

        status: of the command before; shown in the prompt when it isn't 0. begun: what was typed already.
        """
        try:
            return await self._session.prompt_async(self._prompt(status), default=begun)
        except KeyboardInterrupt:
            return ""
        except EOFError:
            return None

    def _prompt(self, status: int) -> AnyFormattedText:
        mark = f"\x1b[31m[{status}]\x1b[0m " if status else ""
        return ANSI(mark + self._guide.prompt(1))

    def _continuation(self, width: int, line_number: int, wrap_count: int) -> AnyFormattedText:
        return "" if wrap_count else ANSI(self._guide.prompt(2))

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            """Accept a complete command; begin another line of one that isn't."""
            buffer: Buffer = event.current_buffer
            if self._guide.feed(buffer.text + "\n") == "incomplete":
                buffer.insert_text("\n")
            else:
                buffer.validate_and_handle()

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            """Begin another line, whatever the shell thinks."""
            event.current_buffer.insert_text("\n")

        return keys


def history_file() -> str | None:
    """Return where the history is kept, readable by its owner alone; None if it can't be kept."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    folder = os.path.join(base, "kos")
    path = os.path.join(folder, "history")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    except OSError:
        return None
    return path
