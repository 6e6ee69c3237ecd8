"""The parser's face: text to tree, all at once (`parse`) or line by line (`Parser`).

A shell reads line by line, because aliases, `set` and `shopt` take effect on the next line, `exit` ends the script, and
a syntax error is one only when the shell gets there:

    parser = Parser(text, name="x.sh", aliases=shell.aliases)
    while (commands := parser.next_command()) is not None:
        shell.run(commands)
        parser.extglob = shell.shopt("extglob")

How the parser is built: a recursive descent over tokens that are read on demand, in layers, each a class that adds
readers to the one below. They are layers of one object, not parts that could be swapped, because a shell's words hold
commands and its commands hold words:

    Source         source.py      text, position, lines, depth
    Quoting        quoting.py     '..' ".." $'..' `..`
    Expansions     expansions.py  $x $( ) $(( )) <( ), arithmetic text
    Parameters     parameters.py  ${ }, subscripts
    WordLexer      wordlexer.py   unquoted words, tildes, extended globs
    HereDocs       heredocs.py    << bodies
    Tokens         tokens.py      the master regular expression, reserved words, aliases
    SimpleCommands simple.py      assignments, redirections, simple commands
    Conditionals   conditional.py [[ ]]
    Compounds      compound.py    if, for, case, functions, ...
    Lists          lists.py       pipelines, && ||, lists
    Parser         here

Time is linear in the text: nothing is read twice but what follows (( that isn't arithmetic (see `double_paren`).
"""

from __future__ import annotations

from kos_shell.syntax.commands import ArrayValue, Script, Sequence
from kos_shell.syntax.errors import Incomplete, NestingTooDeep, ShellSyntaxError
from kos_shell.syntax.lists import Lists
from kos_shell.syntax.source import MAX_DEPTH
from kos_shell.syntax.tokens import COMMAND, END
from kos_shell.syntax.words import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kos_shell.syntax.commands import Command

__all__ = [
    "MAX_DEPTH",
    "Incomplete",
    "NestingTooDeep",
    "Parser",
    "ShellSyntaxError",
    "parse",
    "parse_array_value",
    "parse_template",
    "parse_word",
]


class Parser(Lists):
    """Reads a script command by command.

    text: the script, or what is known of it; more: a function that returns the next line or lines, "" at the end.
        (Lines are only asked for when a command isn't complete without them.)
    name: for messages. line: the number of the first line.
    aliases: looked up when a command is read; may change between commands. None or empty: no alias expansion.
    posix: tildes behind = only in real assignments; reserved words can't be aliases.
    extglob: ?(..) *(..) +(..) @(..) !(..) are patterns (in [[ == ]] they always are); may change between commands.
    interactive: a here-document without its end, and a joined last line, are Incomplete.
    """

    def __init__(
        self,
        text: str,
        *,
        more: Callable[[], str] | None = None,
        name: str = "",
        line: int = 1,
        aliases: Mapping[str, str] | None = None,
        posix: bool = False,
        extglob: bool = True,
        interactive: bool = False,
    ) -> None:
        super().__init__(text, more, line)
        self.name = name
        self.aliases = aliases
        self.posix = posix
        self.extglob = extglob
        self.interactive = interactive
        self.warnings: list[tuple[int, str]] = []
        """What bash warns of, (line, text) each; the caller shows and empties it."""

    def next_command(self) -> Sequence | None:
        """Return the commands of the next line that has any (with all lines they go on over), None at the end.

        Raises ShellSyntaxError; after one, `skip_line` goes on behind the line.
        """
        self.depth = self.substitutions = 0
        self.memo = None
        if self.not_arithmetic:
            self.not_arithmetic.clear()
        self.forget()
        try:
            while self.next_token(COMMAND) == "\n":
                pass
            if self.token == END:
                return None
            return self.line_list()
        except RecursionError:
            # MAX_DEPTH keeps a parser away from this unless it was started deep in its caller's stack.
            line = self.line_at(self.pos)
            raise NestingTooDeep("syntax error: nesting too deep for the stack", line) from None

    def skip_line(self) -> None:
        """After an error: go on at the start of the next line."""
        self.pending = []
        end = self.text.find("\n", max(self.pos - 1, self.start))
        self.pos = len(self.text) if end < 0 else end + 1
        self.token = "\n"

    def body_parser(self, text: str, line: int) -> Parser:
        """Return a parser for the body of a here-document, one level deeper. To it, all of the body is on `line`."""
        inner = _BodyParser(text, name=self.name, line=line, posix=self.posix, extglob=self.extglob)
        inner.depth = self.depth + 1
        inner.aliases = self.aliases
        return inner


class _BodyParser(Parser):
    """A parser for a text all of which counts as one line: commands in a here-document run on the line of its <<."""

    def line_at(self, pos: int) -> int:
        return self._line


def parse(
    text: str,
    *,
    name: str = "",
    line: int = 1,
    aliases: Mapping[str, str] | None = None,
    posix: bool = False,
    extglob: bool = True,
    interactive: bool = False,
) -> Script:
    """Return the tree of a whole script. The options are those of `Parser`.

    Raises ShellSyntaxError (Incomplete if the text is a beginning) for the first error in the text.
    """
    parser = Parser(text, name=name, line=line, aliases=aliases, posix=posix, extglob=extglob, interactive=interactive)
    commands: list[Command] = []
    while True:
        sequence = parser.next_command()
        if sequence is None:
            return Script(tuple(commands), name, tuple(parser.warnings))
        commands.extend(sequence.commands)


def parse_word(text: str, *, extglob: bool = True) -> Word:
    """Return `text` as one word: quotes and expansions count, blanks and operators are literal.

    For texts that become words while a script runs: a subscript within arithmetic, the argument of `declare x[..]=`.
    """
    return Parser(text, extglob=extglob).whole_word()


def parse_template(text: str) -> Word:
    """Return `text` read as if in double quotes (but `"` is literal): PS1, PS4, ${x@P}, the body of a here-document."""
    return Parser(text).template()


def parse_array_value(text: str, *, extglob: bool = True) -> ArrayValue:
    """Return the compound value "( .. )" that `text` is, as in declare "a=(1 2)" when it runs.

    Raises ShellSyntaxError, also if something follows the parenthesis.
    """
    parser = Parser(text, extglob=extglob)
    if not parser.text:
        parser.more()
    if parser.text[:1] != "(":
        raise ShellSyntaxError(f"syntax error near unexpected token `{text}'", 1, text)
    value = parser.array_value()
    if parser.next_token(COMMAND) != "\n" or parser.pos != len(parser.text):
        raise parser.unexpected()
    return value
