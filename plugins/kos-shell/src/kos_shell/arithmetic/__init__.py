"""Shell arithmetic: 64-bit integers, all of C's operators, compiled to closures.

    text --lexer--> tokens --compiler--> closure(sh) -> int

`compile_arithmetic(text)` is all the rest of the shell needs; closures hold no state, so one may be shared by any number of
shells. What an expression says of its own mistakes is an `ArithmeticError_` with bash's wording.
"""

from kos_shell.arithmetic.compiler import compile_arithmetic
from kos_shell.arithmetic.errors import ArithmeticError_, NotPlainNumber
from kos_shell.arithmetic.integers import parse_integer, wrap

__all__ = ["ArithmeticError_", "NotPlainNumber", "compile_arithmetic", "parse_integer", "wrap"]
