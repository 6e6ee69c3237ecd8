"""What can be wrong with a pattern, in the words that GNU's tools print.

PatternError        the pattern can't be compiled; str() is glibc's sentence ("Unmatched [, [^, [:, [., or [=")
PatternLimit        it can, but matching this text with it needs more time or memory than a guest gets
"""

from __future__ import annotations

from typing import Final

BAD_COLLATION: Final = "Invalid collation character"
BAD_CLASS: Final = "Invalid character class name"
TRAILING_BACKSLASH: Final = "Trailing backslash"
BAD_BACK_REFERENCE: Final = "Invalid back reference"
UNMATCHED_BRACKET: Final = "Unmatched [, [^, [:, [., or [="
NOTHING_IN_BRACKET: Final = "Invalid regular expression"  # a pattern that ends with [ or [^
UNMATCHED_OPEN: Final = "Unmatched ( or \\("
UNMATCHED_BRACE: Final = "Unmatched \\{"
BAD_BRACE: Final = "Invalid content of \\{\\}"
BAD_RANGE: Final = "Invalid range end"
BAD_REPEAT: Final = "Invalid preceding regular expression"
TOO_BIG: Final = "Regular expression too big"
UNMATCHED_CLOSE: Final = "Unmatched ) or \\)"


class PatternError(ValueError):
    """The pattern is no regular expression; str() is the sentence a user of GNU's tools knows."""


class PatternLimit(Exception):
    """Matching hit its limit of time or memory: the pattern is legal, the text (or the pattern) too hard."""
