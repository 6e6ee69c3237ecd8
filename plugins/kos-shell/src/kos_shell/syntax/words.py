"""Words and what they are made of: literal text, quotes, expansions.

A `Word` is what the shell expands into fields. It keeps what was quoted and how, because field splitting, pathname
expansion, patterns and `declare -f` all need to know:

    a'b c'"$x"*.txt   ->   Word(Literal("a"), SingleQuoted("b c"), DoubleQuoted(Param("x")), Literal("*.txt"))

Kinds of part:

    WordPart
      Literal           unquoted text; pattern characters * ? [ ] and extglob +( | ) in it are active, nothing else is
      QuotedText        text that stands for itself:  Escaped \\c   SingleQuoted '..'   AnsiQuoted $'..'
      DoubleQuoted      ".." or $".."; its parts are Literal (quoted text there), Escaped (\\$ \\` \\" \\\\) and expansions
      Tilde             ~ ~user ~+ ~- ~2 where a tilde prefix is due (word start; after = and : in assignments)
      Expansion
        Param           $x ${x} ${a[i]} ${a[@]} ${!x}
        ParamLength     ${#x}                     ParamDefault   ${x:-w} - = ? + with and without colon
        ParamTrim       ${x#p} ## % %%            ParamReplace   ${x/p/r} // /# /%
        ParamSlice      ${x:o:l}                  ParamCase      ${x^p} ^^ , ,, ~ ~~
        ParamTransform  ${x@Q} ...                ParamNames     ${!prefix*} ${!prefix@}
        ParamKeys       ${!a[@]} ${!a[*]}         BadSubstitution  ${...} that is an error when it is expanded
        CommandSub      $( )                      Backquote      ` ` and the rare $((..) ..): parsed when it runs
        ArithSub        $(( )) $[ ]               ProcSub        <( ) >( )

Brace expansion is not a part: it is a step on whole words, `braces.expand_braces(word)`, due where `word.flags & BRACE`.
"""

from __future__ import annotations

from kos_shell.syntax.node import Node

TYPE_CHECKING = False  # the real one costs an import of typing on the cold path; type checkers take this name as true
if TYPE_CHECKING:
    from kos_shell.syntax.commands import Assignment, Sequence

QUOTED = 1
"""Some of the word was quoted: it is never an alias or reserved word, and an empty result is kept as an empty field."""
GLOB = 2
"""Has unquoted pattern characters (`*`, `?`, `[`..`]`, extglob), so pathname expansion is due."""
BRACE = 4
"""Has an unquoted `{`..`,`..`}` or `{x..y}`, so `expand_braces` is due (where the word stands in an argument list)."""
TILDE = 8
"""Has a `Tilde` part."""
EXPANDS = 16
"""Has an `Expansion` part somewhere, perhaps within double quotes."""
_DYNAMIC = GLOB | BRACE | TILDE | EXPANDS


class WordPart(Node):
    """One piece of a word."""

    __slots__ = ()


class Literal(WordPart):
    """Text as it stands: unquoted in a Word (pattern characters in it are active), quoted inside DoubleQuoted."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class QuotedText(WordPart):
    """Text that was quoted as a whole: it is neither split nor a pattern. `text` is what remains after quote removal."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Escaped(QuotedText):
    r"""One character behind a backslash, `\*`. In a regex of `[[ =~ ]]` it is `\c`, which may differ from a quoted `c`."""

    __slots__ = ()


class SingleQuoted(QuotedText):
    """'text'"""

    __slots__ = ()


class AnsiQuoted(QuotedText):
    r"""$'text' with its escapes already decoded; `source` is what stood between the quotes.

    Escapes that name bytes (`\xff`, `\377`) give the characters that those bytes decode to in UTF-8 with surrogateescape.
    """

    __slots__ = ("source",)

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source


class DoubleQuoted(WordPart):
    """ "parts" or, if `locale`, $"parts" (translated; in the C and POSIX locales the same as "parts")."""

    __slots__ = ("parts", "locale")

    def __init__(self, parts: tuple[WordPart, ...], locale: bool = False) -> None:
        self.parts = parts
        self.locale = locale


class Tilde(WordPart):
    """A tilde prefix. `name` is what follows the `~`: "", a login name, "+", "-", or a directory stack index like "+2".

    If it can't be expanded (no such user) it stands for itself: "~" + name, unquoted.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Word(Node):
    """Parts in source order, and what can be known of them at once.

    literal: the text of the one field this word always gives, if no expansion of any kind can touch it (after quote
        removal; "" for '' as well as for an empty word, see `flags & QUOTED`). None otherwise.
    flags: QUOTED | GLOB | BRACE | TILDE | EXPANDS.
    """

    __slots__ = ("parts", "literal", "flags")
    fields = ("parts",)

    def __init__(self, parts: tuple[WordPart, ...], literal: str | None, flags: int) -> None:
        self.parts = parts
        self.literal = literal
        self.flags = flags

    @property
    def lone_param(self) -> Param | None:
        """The plain `$x` or `"$x"` (no subscript, no operator, no indirection) that is the whole word, or None.

        Whether it was quoted says `flags & QUOTED`.
        """
        if len(self.parts) != 1:
            return None
        part = self.parts[0]
        if type(part) is DoubleQuoted and len(part.parts) == 1:
            part = part.parts[0]
        if type(part) is Param and part.index is None and not part.every and not part.indirect:
            return part
        return None

    @property
    def static(self) -> str | None:
        """The text after quote removal if only pattern characters or braces are special in it, else None.

        For places where no pathname or brace expansion happens (assignments, the word of `case`, here-strings).
        """
        if self.flags & (TILDE | EXPANDS):
            return None
        if self.literal is not None:
            return self.literal
        return static_text(self.parts)

    @property
    def assignment(self) -> Assignment | None:
        """The assignment this argument would be after `declare`, `export`, `local`, ..., see `AssignmentWord`."""
        return None


class AssignmentWord(Word):
    """An argument that looks like an assignment: `declare x=1`, `echo x=~`, `export a=(1 2)`.

    As a plain argument it is its `parts` (in which a compound value is the source text); a declaration builtin
    (declare typeset local export readonly) takes `assignment` instead and neither splits nor globs the value.
    """

    __slots__ = ("_assignment",)
    fields = ("assignment",)

    def __init__(self, parts: tuple[WordPart, ...], literal: str | None, flags: int, assignment: Assignment) -> None:
        self.parts = parts
        self.literal = literal
        self.flags = flags
        self._assignment = assignment

    @property
    def assignment(self) -> Assignment:
        """See the class."""
        return self._assignment


def static_text(parts: tuple[WordPart, ...]) -> str | None:
    """Return the text of `parts` after quote removal, or None if one of them is a tilde or an expansion."""
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, Literal | QuotedText):
            pieces.append(part.text)
        elif isinstance(part, DoubleQuoted):
            inner = static_text(part.parts)
            if inner is None:
                return None
            pieces.append(inner)
        else:
            return None
    return "".join(pieces)


def make_word(parts: tuple[WordPart, ...], flags: int) -> Word:
    """Return the Word of `parts`, working out `literal`. The caller vouches for `flags`."""
    return Word(parts, None if flags & _DYNAMIC else static_text(parts), flags)


def literal_word(text: str) -> Word:
    """Return a word of one unquoted literal without anything special in it."""
    return Word((Literal(text),), text, 0)


# ---------------------------------------------------------------------------------------------------------- expansions


class Expansion(WordPart):
    """What is replaced by something computed when the word is expanded."""

    __slots__ = ()


class Param(Expansion):
    """`$name`, `${name}`, `${name[index]}`, `${name[@]}`, `${!name}`.

    name: a variable, a decimal number (positional), or one of @ * # ? - $ ! 0.
    index: the subscript, to be expanded as a string (associative) or as arithmetic (indexed); None without one.
    every: "@" or "*" for `${name[@]}` and `${name[*]}` (then index is None), else "".
    indirect: `${!name}`: the value of the parameter (or `a[i]`) whose name is the value.
    braced: written with braces; only `unparse` cares, and it doesn't count for equality.
    """

    __slots__ = ("name", "index", "every", "indirect", "braced")
    fields = ("name", "index", "every", "indirect")

    def __init__(
        self, name: str, index: Word | None = None, every: str = "", indirect: bool = False, braced: bool = True
    ) -> None:
        self.name = name
        self.index = index
        self.every = every
        self.indirect = indirect
        self.braced = braced


class ParamExpansion(Expansion):
    """An expansion with an operator: `param` says of what."""

    __slots__ = ()
    param: Param


class ParamLength(ParamExpansion):
    """`${#x}`; `${#a[@]}` and `${#@}` count elements."""

    __slots__ = ("param",)

    def __init__(self, param: Param) -> None:
        self.param = param


class ParamDefault(ParamExpansion):
    """`${x:-word}`. op is one of - = ? + or, where an empty value counts as unset, :- := :? :+"""

    __slots__ = ("param", "op", "word")

    def __init__(self, param: Param, op: str, word: Word) -> None:
        self.param = param
        self.op = op
        self.word = word


class ParamTrim(ParamExpansion):
    """`${x#pattern}`. op is one of # ## % %%"""

    __slots__ = ("param", "op", "pattern")

    def __init__(self, param: Param, op: str, pattern: Word) -> None:
        self.param = param
        self.op = op
        self.pattern = pattern


class ParamReplace(ParamExpansion):
    """`${x/pattern/replacement}`. op is one of / (first) // (all) /# (at the start) /% (at the end).

    An unquoted & in the replacement means the match (bash's patsub_replacement, on by default in 5.2).
    """

    __slots__ = ("param", "op", "pattern", "replacement")

    def __init__(self, param: Param, op: str, pattern: Word, replacement: Word | None) -> None:
        self.param = param
        self.op = op
        self.pattern = pattern
        self.replacement = replacement


class ParamSlice(ParamExpansion):
    """`${x:offset}` or `${x:offset:length}`; both are arithmetic."""

    __slots__ = ("param", "offset", "length")

    def __init__(self, param: Param, offset: Word, length: Word | None) -> None:
        self.param = param
        self.offset = offset
        self.length = length


class ParamCase(ParamExpansion):
    """`${x^pattern}`. op is one of ^ ^^ , ,, ~ ~~; no pattern means any character."""

    __slots__ = ("param", "op", "pattern")

    def __init__(self, param: Param, op: str, pattern: Word | None) -> None:
        self.param = param
        self.op = op
        self.pattern = pattern


class ParamTransform(ParamExpansion):
    """`${x@op}`. op is one of Q E P A K a k L U u"""

    __slots__ = ("param", "op")

    def __init__(self, param: Param, op: str) -> None:
        self.param = param
        self.op = op


class ParamNames(Expansion):
    """`${!prefix*}` or `${!prefix@}`: the names of the variables that start so. op is * or @."""

    __slots__ = ("prefix", "op")

    def __init__(self, prefix: str, op: str) -> None:
        self.prefix = prefix
        self.op = op


class ParamKeys(Expansion):
    """`${!name[@]}` or `${!name[*]}`: the subscripts of an array. op is @ or *."""

    __slots__ = ("name", "op")

    def __init__(self, name: str, op: str) -> None:
        self.name = name
        self.op = op


class BadSubstitution(Expansion):
    """What bash accepts when it reads it and refuses when it expands it: `${a b}`, or an unclosed `${` in a here-document.

    message: what it says then, without the "name: line n: " in front.
    """

    __slots__ = ("source", "message")

    def __init__(self, source: str, message: str) -> None:
        self.source = source
        self.message = message


class CommandSub(Expansion):
    """`$(body)`. `$(<file)` is a body of one command that has nothing but that redirection."""

    __slots__ = ("body", "line")

    def __init__(self, body: Sequence, line: int) -> None:
        self.body = body
        self.line = line


class Backquote(Expansion):
    """`` `source` `` or the rare `$((cmd) ...)` that isn't arithmetic: a command substitution that is parsed when it runs.

    Bash does so, too: a syntax error in it is an error then and not before. Use `parse(source, line=part.line)`.
    source: the commands, backslashes removed as due within backquotes. raw: all of it as it was written.
    """

    __slots__ = ("source", "raw", "line")

    def __init__(self, source: str, raw: str, line: int) -> None:
        self.source = source
        self.raw = raw
        self.line = line


class ArithSub(Expansion):
    """`$((expr))` or, if `bracket`, the old `$[expr]`. expr's parts are expanded, then it is read as arithmetic."""

    __slots__ = ("expr", "bracket")

    def __init__(self, expr: Word, bracket: bool = False) -> None:
        self.expr = expr
        self.bracket = bracket


class ProcSub(Expansion):
    """`<(body)` or `>(body)`; op is < or >."""

    __slots__ = ("op", "body", "line")

    def __init__(self, op: str, body: Sequence, line: int) -> None:
        self.op = op
        self.body = body
        self.line = line
