"""How control leaves a command early, and what a shell complains of.

    Exception
      Jump                    control flow; never an error
        LoopJump                break and continue, `levels` loops out
        FunctionReturn          return
        ShellExit               exit, and everything that ends the shell
        Discard                 the rest of the current top-level command is given up (its message is already out)
      Complaint               a message with a status; whoever runs the command prints it as bash does
        UsageComplaint          a builtin was called wrongly (status 2)
        ExpansionFailure        a word can't be expanded: the top-level command is given up
          ReadonlyVariable        an assignment to a readonly variable
          FatalExpansion          ${x?}: a shell that isn't interactive exits
            Unbound                 $x under set -u

Signals of the kernel (SIGKILL and such) are BaseExceptions and pass through all of this.
"""

from __future__ import annotations


class Jump(Exception):
    """Control flow that unwinds Python frames."""


class LoopJump(Jump):
    """break (`again` false) or continue, out of `levels` loops."""

    def __init__(self, levels: int, again: bool, status: int = 0) -> None:
        self.levels = levels
        self.again = again
        self.status = status


class FunctionReturn(Jump):
    """return from the innermost function or sourced file."""

    def __init__(self, status: int) -> None:
        self.status = status


class ShellExit(Jump):
    """The shell process ends with this status, after its EXIT trap."""

    def __init__(self, status: int) -> None:
        self.status = status


class Discard(Jump):
    """The current top-level command is given up; the shell reads on behind it.

    whole: that of the script itself, not of an eval or a file that is being read.
    """

    def __init__(self, status: int = 1, whole: bool = False) -> None:
        self.status = status
        self.whole = whole


class Complaint(Exception):
    """What went wrong, without the prefix of shell name and line. status: what the command's exit status becomes."""

    status = 1

    def __init__(self, message: str, status: int | None = None) -> None:
        self.message = message
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return self.message


class UsageComplaint(Complaint):
    """A builtin was called with an option or number of arguments that it doesn't take."""

    status = 2


class ExpansionFailure(Complaint):
    """A word can't be expanded, so the command doesn't run and the rest of the top-level command is given up."""


class ReadonlyVariable(ExpansionFailure):
    """An assignment to a readonly variable."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: readonly variable")
        self.name = name


class BadSubscript(ExpansionFailure):
    """A negative subscript before the first element."""


class FatalExpansion(ExpansionFailure):
    """An expansion whose failure ends a shell that isn't interactive."""


class Unbound(FatalExpansion):
    """An unset variable was used under `set -u`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: unbound variable")
