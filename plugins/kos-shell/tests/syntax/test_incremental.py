"""Reading a script command by command, from text that comes in bit by bit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kos_shell.syntax.parser import Incomplete, Parser, parse
from kos_shell.syntax.tree import Command, Node, walk

SCRIPT = """\
# a script with all that goes on over lines
name="two
lines" other='three
more
lines' $'and\\
one' "${name:-a
b}" $((1 +
2)) `echo a
echo b` $(echo c
echo d)
if test -f /x
then
  cat <<EOF >&2 | tr a-z A-Z
text $name $(date
)
EOF
elif [[ a == b &&
  c ]]; then :
fi
case $name in
  a|b) echo ;;
  (c)
    echo \\
      joined
    ;;
esac
f() {
  local x=(1 2
    3)
  for ((i = 0;
        i < 3; i++)); do echo $i; done
}
while read -r line; do echo "$line"; done <<'A' <<-B
raw $x
A
\ttabs
\tB
f a; f b &
((x = 1,
  y = 2)) && echo @(a|
b) {a,b}
echo last"""


def lines_of(nodes: list[Command]) -> list[int]:
    return [node.line for command in nodes for node in walk(command) if isinstance(node, Command)]


def fed(pieces: list[str]) -> tuple[list[Command], int]:
    """Parse a script that arrives piece by piece; return its commands and how often a piece was asked for at once."""
    waiting = iter(pieces)
    commands: list[Command] = []
    parser = Parser("", more=lambda: next(waiting, ""))
    while (sequence := parser.next_command()) is not None:
        commands += sequence.commands
    return commands, 0


def test_line_by_line_gives_the_same_tree_as_the_whole_text() -> None:
    commands, _ = fed(SCRIPT.splitlines(keepends=True))
    whole = list(parse(SCRIPT).commands)
    assert commands == whole
    assert lines_of(commands) == lines_of(whole)


def test_pieces_that_end_anywhere_give_the_same_tree() -> None:
    whole = list(parse(SCRIPT).commands)
    for size in (1, 2, 3, 7, 50):
        pieces = [SCRIPT[at : at + size] for at in range(0, len(SCRIPT), size)]
        commands, _ = fed(pieces)
        assert commands == whole
        assert lines_of(commands) == lines_of(whole)


def test_a_long_script_read_in_pieces_keeps_lines_and_trees() -> None:
    text = (SCRIPT + "\n") * 300
    whole = parse(text)
    single = parse(SCRIPT)
    assert len(whole.commands) == 300 * len(single.commands)
    assert whole.commands[-len(single.commands) :] == single.commands
    last = whole.commands[-1]
    assert last.line == text.count("\n")


def test_no_line_is_read_before_it_is_needed() -> None:
    asked: list[str] = []
    waiting = ["read x\n", "data for read\n", "if a; then\n", "b; fi\n", "echo <<E\n", "E\n", "exit\n"]

    def more() -> str:
        asked.append(waiting[len(asked)] if len(asked) < len(waiting) else "")
        return asked[-1]

    parser = Parser("", more=more)
    counts = []
    for _ in range(4):
        parser.next_command()
        counts.append(len(asked))
    assert counts == [1, 2, 4, 6]


def test_options_may_change_between_commands() -> None:
    parser = Parser("echo !(a)\necho !(a)\n", extglob=True)
    first = parser.next_command()
    assert first is not None
    assert isinstance(first, Node)
    parser.extglob = False
    with pytest.raises(Exception, match="unexpected token"):
        parser.next_command()


def test_every_beginning_of_a_script_is_complete_or_incomplete_but_never_wrong() -> None:
    lines = SCRIPT.splitlines(keepends=True)
    for count in range(len(lines)):
        try:
            parse("".join(lines[:count]), interactive=True)
        except Incomplete:
            continue


def test_lines_are_counted_from_the_given_one() -> None:
    (command,) = parse("\na", line=10).commands
    assert command.line == 11


def make_reader(lines: list[str]) -> Callable[[], str]:
    waiting = iter(lines)
    return lambda: next(waiting, "")


def test_a_nul_is_dropped_as_bash_drops_it() -> None:
    assert parse("ec\0ho a\n").commands == parse("echo a\n").commands
    parser = Parser("", more=make_reader(["ec\0ho a\n"]))
    sequence = parser.next_command()
    assert sequence is not None
    assert sequence.commands == parse("echo a\n").commands
