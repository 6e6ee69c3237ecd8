"""$(body), `body`, $(<file), <(body) and >(body)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_kernel.api import SysError
from kos_shell.compile.pipelines import PRINTERS, Stage, capture_pipeline, is_harmless, printed
from kos_shell.errors import Complaint, Discard, ExpansionFailure, ShellExit
from kos_shell.redirection import make_plan, release
from kos_shell.subshells import capture, output_text, read_to_end, start_child
from kos_shell.syntax import tree

if TYPE_CHECKING:
    from kos_shell.redirection import Step
    from kos_shell.shell import Shell

    Text = Callable[[Shell], str]
    Run = Callable[[Shell], int]

FIRST_NUMBER = 63
"""Process substitutions get descriptors from here downwards, as in bash."""


class Substitutions:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def child_body(self, body: tree.Sequence) -> Run: ...
        def stage(self, node: tree.Command, tested: bool = False) -> Stage: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def later(self, make: Callable[[], Callable[[Shell], Any]]) -> Callable[[Shell], Any]: ...
        def redirects(self, nodes: tuple[tree.Redirect, ...]) -> tuple[list[Step], bool]: ...

    def substitution(self, part: tree.CommandSub | tree.Backquote) -> Text:
        """Return what runs the commands and gives their output."""
        if isinstance(part, tree.Backquote):
            return self._backquote(part)
        file = self._only_input(part.body)
        if file is not None:
            return self._contents(file)
        body = self.later(lambda: self.child_body(part.body))
        command = part.body.commands[0] if len(part.body.commands) == 1 else None
        if isinstance(command, tree.SimpleCommand):
            return self._single(command, part.body)
        if (
            isinstance(command, tree.Pipeline)
            and len(command.commands) > 1
            and not command.negated
            and not command.time
        ):
            return self._piped(command, part.body)
        if not part.body.commands:

            def nothing(sh: Shell) -> str:
                sh.status = sh.substitution_status = 0
                return ""

            return nothing

        def run(sh: Shell) -> int:
            _enter_substitution(sh)
            return int(body(sh))

        return lambda sh: capture(sh, run)

    def _single(self, command: tree.SimpleCommand, whole: tree.Sequence) -> Text:
        """$( ) around one simple command. A program is spawned without a shell around it; a builtin that only prints, with
        words that change nothing, runs here and now and its output is collected.
        """
        body = self.later(lambda: self.child_body(whole))

        def run(sh: Shell) -> int:
            _enter_substitution(sh)
            return int(body(sh))

        name = command.words[0].literal if command.words else None
        if name is None or command.assignments or command.redirects:
            return lambda sh: capture(sh, run)
        launch = self.stage(command).launch
        line = command.line
        arguments = self.fields(command.words) if name in PRINTERS and all(map(is_harmless, command.words)) else None

        def text(sh: Shell) -> str:
            if sh.hooks or "monitor" in sh.options or name in sh.functions:
                return capture(sh, run)
            if arguments is None or name not in sh.builtins or sh.sink is not None:
                return capture(sh, run, launch)
            output = _collect(sh, arguments, line)
            return capture(sh, run) if output is None else output

        return text

    def _piped(self, pipeline: tree.Pipeline, whole: tree.Sequence) -> Text:
        """$( ) around a pipeline of programs, perhaps with something that prints before them: no shell around it."""
        body = self.later(lambda: self.child_body(whole))

        def run(sh: Shell) -> int:
            _enter_substitution(sh)
            return int(body(sh))

        stages = [self.stage(command) for command in pipeline.commands]
        first = 0 if stages[0].prints is None else 1
        if any(stage.program is None for stage in stages[first:]):
            return lambda sh: capture(sh, run)
        programs = [stage.program for stage in stages[first:] if stage.program is not None]

        def text(sh: Shell) -> str:
            if "monitor" in sh.options or sh.traps or any(program(sh) is None for program in programs):
                return capture(sh, run)
            return capture_pipeline(sh, stages)

        return text

    def _backquote(self, part: tree.Backquote) -> Text:
        """`...` is parsed when it runs: a syntax error is an error of the child then."""
        source, line = part.source, part.line
        if source.lstrip().startswith("<"):
            file = self._only_input(_parsed(source))
            if file is not None:
                return self._contents(file)

        def run(sh: Shell) -> int:
            from kos_shell.script import run_text

            _enter_substitution(sh)
            return run_text(sh, source, line=line, what="command substitution", single=True)

        return lambda sh: capture(sh, run)

    def _only_input(self, body: tree.Sequence) -> tree.Redirect | None:
        """Return the redirection of `$(<file)`, or None if the body is anything else."""
        if len(body.commands) != 1:
            return None
        command = body.commands[0]
        if not isinstance(command, tree.SimpleCommand) or command.words or command.assignments:
            return None
        if len(command.redirects) != 1 or command.redirects[0].op != "<" or command.redirects[0].var:
            return None
        return command.redirects[0]

    def _contents(self, node: tree.Redirect) -> Text:
        steps, high = self.redirects((node,))
        number = 0 if node.fd is None else node.fd

        def contents(sh: Shell) -> str:
            try:
                plan = make_plan(sh, steps, high)
            except ExpansionFailure:
                raise
            except Complaint as complaint:
                sh.warn(str(complaint))
                sh.status = sh.substitution_status = complaint.status
                return ""
            try:
                fd = plan.table[number]
                assert fd is not None
                data = read_to_end(sh.k, fd)
            except Complaint as complaint:
                sh.warn(str(complaint))
                sh.status = sh.substitution_status = 1
                return ""
            finally:
                release(sh, plan)
            sh.status = sh.substitution_status = 0
            return output_text(sh, data)

        return contents

    def process_substitution(self, part: tree.ProcSub) -> Text:
        """Return what starts the commands and gives the path of the pipe to or from them."""
        body = self.later(lambda: self.child_body(part.body))
        reads = part.op == "<"

        def run(sh: Shell) -> int:
            sh.trace_level += 1
            return int(body(sh))

        def start(sh: Shell) -> str:
            k = sh.k
            reader, writer = k.pipe(cloexec=True)
            theirs, ours = (writer, reader) if reads else (reader, writer)
            pid = start_child(sh, run, {1 if reads else 0: theirs}, background=True, job=False, lend=True)
            k.close(theirs)
            number = FIRST_NUMBER
            while _is_open(k, number):
                number -= 1
            k.dup2(ours, number)
            k.close(ours)
            if sh.open_fds is not None:
                sh.open_fds = sh.open_fds | {number}
            sh.statuses.pop(pid, None)
            sh.last_background = pid
            sh.process_substitutions.append(number)
            return f"/dev/fd/{number}"

        return start


def _is_open(k: object, fd: int) -> bool:
    try:
        k.get_cloexec(fd)  # type: ignore[attr-defined]
    except SysError:
        return False
    return True


def _collect(sh: Shell, arguments: Callable[[Shell], list[str]], line: int) -> str | None:
    """Run a printing builtin in this very process and return its output; None if a process of its own is called for."""
    output = printed(sh, arguments, line)
    if output is None:
        return None
    status, data = output
    sh.status = sh.substitution_status = status
    return output_text(sh, data)


def _parsed(source: str) -> tree.Sequence:
    """Return the commands of `source`, none if it can't be parsed (which is told when it runs)."""
    from kos_shell.syntax.parser import ShellSyntaxError, parse

    try:
        return tree.Sequence(parse(source).commands, 1)
    except ShellSyntaxError:
        return tree.Sequence((), 1)


def _enter_substitution(sh: Shell) -> None:
    sh.trace_level += 1
    sh.loops = sh.outer_loops  # break ends the substitution
    if "errexit" in sh.options and "inherit_errexit" not in sh.options and "posix" not in sh.options:
        sh.set_options(off=("errexit",))


__all__ = ["Discard", "ShellExit", "Substitutions"]
