"""The dialects of regular expressions that Linux's programs speak, as switches.

    bre, ere        POSIX basic and extended with GNU's additions: sed (without -E), regcomp(3); bash's [[ =~ ]]
    basic           bre as expr and nl have it: a** is a*, \\{1\\} where nothing is to repeat is text
    sed-ere         ere as `sed -E` has it: a lone `)` is an error
    grep, egrep     as grep has them: more is taken literally where POSIX leaves it open
    awk             ere with backslash escapes inside of brackets
    emacs           what `find -regex` has by default: \\( \\| and plain * + ?, no intervals
    fixed           no pattern at all: plain text

Source: the syntax bits of GNU's regex (regex.h), found out by asking the programs.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Dialect(NamedTuple):
    """How a dialect reads the characters that others read differently."""

    plain_groups: bool = False  # ( ) | are operators, \( \) \| are characters
    plain_repeats: bool = False  # + ? are operators
    plain_braces: bool = False  # {1,2} rather than \{1,2\}
    intervals: bool = True
    classes: bool = True  # [[:alpha:]]
    anchors_anywhere: bool = False  # ^ and $ are anchors wherever they stand
    leading_repeat: str = "char"  # a repetition of nothing is a "char", an "error", or "skip"ped
    leading_brace: str = "char"  # likewise, for {1}
    double_repeat_error: bool = False  # a** is an error
    lone_close_error: bool = True  # a ) without ( is an error
    bad_interval_is_text: bool = False  # {1a} is text rather than an error
    newline_is_or: bool = False
    escapes_in_brackets: bool = False
    colon_class_error: bool = False  # [:space:] outside of brackets is an error, since it's always a mistake


DIALECTS: Final[dict[str, Dialect]] = {
    "bre": Dialect(leading_brace="error", double_repeat_error=True),
    "basic": Dialect(),
    "grep": Dialect(newline_is_or=True, colon_class_error=True),
    "ere": Dialect(
        plain_groups=True,
        plain_repeats=True,
        plain_braces=True,
        anchors_anywhere=True,
        leading_repeat="error",
        leading_brace="error",
        lone_close_error=False,
    ),
    "sed-ere": Dialect(
        plain_groups=True,
        plain_repeats=True,
        plain_braces=True,
        anchors_anywhere=True,
        leading_repeat="error",
        leading_brace="error",
    ),
    "egrep": Dialect(
        plain_groups=True,
        plain_repeats=True,
        plain_braces=True,
        anchors_anywhere=True,
        leading_repeat="skip",
        leading_brace="skip",
        lone_close_error=False,
        bad_interval_is_text=True,
        newline_is_or=True,
        colon_class_error=True,
    ),
    "awk": Dialect(
        plain_groups=True,
        plain_repeats=True,
        plain_braces=True,
        anchors_anywhere=True,
        leading_repeat="skip",
        leading_brace="char",
        lone_close_error=False,
        bad_interval_is_text=True,
        escapes_in_brackets=True,
    ),
    "emacs": Dialect(plain_repeats=True, intervals=False, classes=False),
}
