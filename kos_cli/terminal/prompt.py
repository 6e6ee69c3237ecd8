"""The line editor of `kos shell`: prompt_toolkit around what the machine's shell knows.

The shell says whether a text is a complete command, what its prompts are, how a word goes on, what the characters are and which
lines are kept; this module owns keys, history and colours, and never runs anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import emacs_mode, has_focus
from prompt_toolkit.formatted_text import ANSI, AnyFormattedText, StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

INTERRUPTED = "\x03"
"""What `read` returns after Ctrl-C."""

COLOURS = Style.from_dict(
    {
        "shell.command": "ansigreen",
        "shell.unknown": "ansired",
        "shell.keyword": "bold ansiblue",
        "shell.operator": "bold",
        "shell.redirection": "bold ansicyan",
        "shell.assignment": "ansicyan",
        "shell.string": "ansiyellow",
        "shell.variable": "ansimagenta",
        "shell.substitution": "bold ansimagenta",
        "shell.arithmetic": "ansimagenta",
        "shell.comment": "italic ansibrightblack",
        "shell.heredoc": "ansiyellow",
        "shell.error": "underline ansired",
    }
)


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

    def highlight(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Return (start, stop, kind) of what has a colour, later ones over earlier ones."""
        ...

    def keep(self, text: str) -> bool:
        """Tell whether a line is one for the history."""
        ...

    def editing_mode(self) -> str:
        """Return "emacs" or "vi"."""
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


class Painter(Lexer):
    """prompt_toolkit's view of the shell's lexer."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return a function that returns a line as (style, text) pairs."""
        text = document.text
        kinds = [""] * len(text)
        for start, stop, kind in self._guide.highlight(text):
            kinds[start:stop] = [kind] * (stop - start)
        starts = [0]
        for shown_line in document.lines:
            starts.append(starts[-1] + len(shown_line) + 1)

        def styled(number: int) -> StyleAndTextTuples:
            if number >= len(document.lines):
                return []
            shown: StyleAndTextTuples = []
            at, end = starts[number], starts[number + 1] - 1
            while at < end:
                stop = at + 1
                while stop < end and kinds[stop] == kinds[at]:
                    stop += 1
                kind = kinds[at]
                shown.append((f"class:shell.{kind}" if kind and kind != "plain" else "", text[at:stop]))
                at = stop
            return shown

        return styled


class KeptInMemory(InMemoryHistory):
    """A history that asks the shell before it keeps a line."""

    def __init__(self, guide: Guide) -> None:
        super().__init__()
        self._guide = guide

    def append_string(self, string: str) -> None:
        """Keep a line, if it is to be kept."""
        if self._guide.keep(string):
            super().append_string(string)


class KeptInFile(FileHistory):
    """The same in a file."""

    def __init__(self, guide: Guide, path: str) -> None:
        super().__init__(path)
        self._guide = guide

    def append_string(self, string: str) -> None:
        """Keep a line, if it is to be kept."""
        if self._guide.keep(string):
            super().append_string(string)


class Editor:
    """Reads one command at a time, of one line or many."""

    def __init__(
        self, guide: Guide, *, history: str | None, input: Input | None = None, output: Output | None = None
    ) -> None:
        self._guide = guide
        kept: History = KeptInMemory(guide) if history is None else KeptInFile(guide, history)
        self._session: PromptSession[str] = PromptSession(
            history=kept,
            completer=WordCompleter(guide),
            complete_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            enable_history_search=True,
            lexer=Painter(guide),
            style=COLOURS,
            multiline=True,
            key_bindings=self._keys(),
            prompt_continuation=self._continuation,
            input=input,
            output=output,
        )

    async def read(self, status: int, begun: str = "") -> str | None:
        """Return the next command as typed; INTERRUPTED after Ctrl-C, None at the end (Ctrl-D on an empty line).

        status: of the command before; shown in the prompt when it isn't 0. begun: what was typed already.
        """
        self._session.editing_mode = EditingMode.VI if self._guide.editing_mode() == "vi" else EditingMode.EMACS
        try:
            return await self._session.prompt_async(self._prompt(status), default=begun)
        except KeyboardInterrupt:
            return INTERRUPTED
        except EOFError:
            return None

    def _prompt(self, status: int) -> AnyFormattedText:
        mark = f"\x1b[31m[{status}]\x1b[0m " if status else ""
        return ANSI(mark + self._guide.prompt(1))

    def _continuation(self, width: int, line_number: int, wrap_count: int) -> AnyFormattedText:
        return "" if wrap_count else ANSI(self._guide.prompt(2))

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter", filter=has_focus(DEFAULT_BUFFER))  # and not where a search is typed
        def _(event: KeyPressEvent) -> None:
            """Accept a complete command; begin another line of one that isn't."""
            buffer: Buffer = event.current_buffer
            if self._guide.feed(buffer.text + "\n") == "incomplete":
                buffer.insert_text("\n")
            else:
                buffer.validate_and_handle()

        @keys.add("escape", "enter", filter=emacs_mode & has_focus(DEFAULT_BUFFER))
        def _(event: KeyPressEvent) -> None:
            """Begin another line, whatever the shell thinks."""
            event.current_buffer.insert_text("\n")

        @keys.add("c-z")
        def _(event: KeyPressEvent) -> None:
            """There is no job to stop at the prompt: do nothing, as a shell does."""

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
