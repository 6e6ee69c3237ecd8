"""Pipelines and background commands: who becomes a process, and with which descriptors.

Each stage of a pipeline is a child of the shell. A stage that is a plain program whose words can be expanded by the parent
without anybody noticing is spawned at once; any other runs in a forked shell, where a program that is all there is
replaces it. The parent closes its ends and waits for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kos_shell.errors import Complaint, ExpansionFailure, LoopJump
from kos_shell.execution import RUNS_CODE, find_command, run_builtin, spawn
from kos_shell.jobs import exit_code
from kos_shell.redirection import child_table
from kos_shell.specials import DYNAMICS
from kos_shell.subshells import dev_null, output_text, read_to_end, start_background, start_child
from kos_shell.syntax import tree
from kos_shell.trace import before_command, text_of

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]

Changes = dict[int, "int | bytes | None"]
"""Child's descriptor -> the parent's, None for none, bytes for a pipe that holds these."""

PRINTERS = frozenset(["echo", "printf", "pwd"])
PIPE_BUF = 4096  # so much a pipe takes at once, whoever reads it


_UNSHIELDED = (tree.Group, tree.If, tree.While, tree.For, tree.ForArith, tree.Case)
"""What `!` stands before without shielding the commands in it from the ERR trap."""


class Stage(NamedTuple):
    """How a command in a pipeline is started.

    launch(sh, changes, group, background) starts it and returns its pid.  program(sh): the file, if it is a program that needs
    no shell around it; else None.  prints(sh): (status, output) if it only prints and may do so in this very process.
    """

    launch: Callable[[Shell, Changes, int | None, bool], int]
    program: Callable[[Shell], str | None] | None
    prints: Callable[[Shell], tuple[int, bytes] | None] | None


class Pipelines:
    """Part of the compiler."""

    if TYPE_CHECKING:

        def command(self, node: tree.Command, tested: bool = False, final: bool = False) -> Run: ...
        def fields(self, words: tuple[tree.Word, ...]) -> Callable[[Shell], list[str]]: ...
        def child_body(self, body: tree.Sequence, tested: bool = False) -> Run: ...
        def later(self, make: Callable[[], Callable[[Shell], Any]]) -> Callable[[Shell], Any]: ...

    def pipeline(self, node: tree.Pipeline, tested: bool) -> Run:
        """Return what runs ! time a | b."""
        inner: Run
        if not node.commands:
            inner = lambda sh: 0  # noqa: E731
        elif len(node.commands) == 1:
            inner = self.command(node.commands[0], tested or node.negated)
        else:
            inner = self._stages(node, tested)
        if node.negated:
            plain = inner
            bare: Run | None = None
            if len(node.commands) == 1 and isinstance(node.commands[0], _UNSHIELDED) and not tested:
                bare = self.later(lambda: self.command(node.commands[0], False))

            def negate(sh: Shell) -> int:
                shielded = (
                    bare is None or "errexit" in sh.options
                )  # ! shields a group only from a set -e that is on already
                sh.tested += shielded
                try:
                    return 0 if (plain if bare is None or shielded else bare)(sh) else 1
                except LoopJump as jump:
                    jump.status = 0 if jump.status else 1  # of the loop that is left
                    raise
                finally:
                    sh.tested -= shielded

            inner = negate
        if node.time:
            from kos_shell.timing import timed

            return timed(inner, posix=node.time.endswith("-p"))
        return inner

    def _stages(self, node: tree.Pipeline, tested: bool) -> Run:
        stages = [self.stage(command, tested) for command in node.commands]
        count = len(stages)
        in_parent = self.later(lambda: self.command(node.commands[-1], tested))
        negated = node.negated
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            last_in_parent = "lastpipe" in sh.options and "monitor" not in sh.options
            pids, reader = launch_all(sh, stages[:-1] if last_in_parent else stages, count, None, False)
            if last_in_parent:
                assert reader is not None
                status, codes = _run_last(sh, in_parent, reader)
                codes = [*sh.finish_foreground(pids, lambda: text_of(node)), status]
            else:
                codes = sh.finish_foreground(pids, lambda: text_of(node))
            sh.pipe_status = tuple(codes)
            status = codes[-1]
            if sh.pipefail:
                status = next((code for code in reversed(codes) if code), 0)
            if status and not tested and not negated and sh.errcheck:
                sh.failed(status, node)
            return status

        return run

    def stage(self, node: tree.Command, tested: bool = False) -> Stage:
        """Return how to start one stage of a pipeline."""
        if isinstance(node, tree.Subshell) and not node.redirects:
            # The child is a subshell already: its traps are those of the process that $! names.
            body = node.body
            run = self.later(lambda: self.child_body(body, tested))
        else:
            run = self.later(lambda: self.command(node, tested, True))
        simple = isinstance(node, tree.SimpleCommand)
        called = node.words[0].literal if isinstance(node, tree.SimpleCommand) and node.words else None

        def fork(sh: Shell, changes: Changes, group: int | None, background: bool) -> int:
            if simple and sh.hooks and not background:
                sh.line = node.line
                before_command(sh, node)
            # A builtin that is a stage by itself still sees the jobs of its parent: bash makes no subshell for it.
            lends_jobs = (
                bool(sh.jobs or sh.lent) and not background and called in sh.builtins and called not in RUNS_CODE
            )
            return start_child(sh, run, changes, group=group, background=background, lend=lends_jobs)

        if not isinstance(node, tree.SimpleCommand) or node.redirects or node.assignments or not node.words:
            return Stage(fork, None, None)
        name = node.words[0].literal
        if name is None or not all(is_harmless(word) for word in node.words):
            return Stage(fork, None, None)
        arguments = self.later(lambda: self.fields(node.words))
        line = node.line
        if name in PRINTERS:

            def prints(sh: Shell) -> tuple[int, bytes] | None:
                if (
                    sh.hooks
                    or sh.nounset
                    or sh.sink is not None
                    or name in sh.functions
                    or name not in sh.builtins
                    or "monitor" in sh.options
                ):
                    return None
                output = printed(sh, arguments, line)
                return None if output is None or len(output[1]) > PIPE_BUF else output

            return Stage(fork, None, prints)

        def program(sh: Shell) -> str | None:
            if name in sh.functions or name in sh.builtins or sh.hooks or sh.nounset:
                return None
            return find_command(sh, name)

        def launch(sh: Shell, changes: Changes, group: int | None, background: bool) -> int:
            file = None if background else program(sh)
            if file is None:
                return fork(sh, changes, group, background)
            try:
                argv = arguments(sh)
            except ExpansionFailure:
                return fork(sh, changes, group, background)
            sh.line = line
            pid = spawn(sh, file, argv, child_table(sh, changes), None, group=group)
            if pid <= 0:
                status = -pid
                return start_child(sh, lambda child: status, {}, group=group)
            return pid

        return Stage(launch, program, None)

    def background(self, node: tree.Background, tested: bool) -> Run:
        """Return what runs command &."""
        command = node.command
        stages = command.commands if isinstance(command, tree.Pipeline) and _is_bare(command) else (command,)
        starts = [self.stage(stage, tested) for stage in stages]
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            first = None
            if "monitor" not in sh.options and not sh.stdin_piped:
                first = dev_null(sh)
            try:
                pids, _ = launch_all(sh, starts, len(starts), first, True)
            finally:
                if first is not None:
                    sh.k.close(first)
            start_background(sh, pids, lambda: text_of(command))
            return 0

        return run


def printed(sh: Shell, arguments: Callable[[Shell], list[str]], line: int) -> tuple[int, bytes] | None:
    """Run a printing builtin in this very process; return (status, output), None if a process of its own is called for."""
    kept = sh.line, sh.last_argument
    sh.line = line
    try:
        argv = arguments(sh)
        if len(argv) > 1 and argv[1][:2] == "-v":
            return None
        sh.sink = []
        status = run_builtin(sh, sh.builtins[argv[0]], argv)
        return status, b"".join(sh.sink)
    except ExpansionFailure as failure:  # in a subshell it would end that
        sh.warn(str(failure))
        return 1, b""
    finally:
        sh.sink = None
        sh.line, sh.last_argument = kept


def _is_bare(node: tree.Pipeline) -> bool:
    return not node.negated and not node.time and len(node.commands) > 1


def launch_all(
    sh: Shell,
    stages: Sequence[Stage],
    count: int,
    stdin: int | None,
    background: bool,
    stdout: int | None = None,
) -> tuple[list[int], int | None]:
    """Start the stages, piped together; return (pids, reading end left over if there are fewer stages than `count`).

    stdin: what the first one reads, stdout: where the last one writes; None = as the shell. A first stage that only prints
    needs no process: what it says is put into the pipe, and -1 - its status stands for the process that isn't there. Nobody
    can tell: a pipe holds PIPE_BUF bytes without a reader.
    """
    k = sh.k
    pids: list[int] = []
    reader: int | bytes | None = None
    group: int | None = None
    controlled = "monitor" in sh.options
    for at, stage in enumerate(stages):
        changes: Changes = {}
        if reader is not None:
            changes[0] = reader
        elif at == 0:
            if stage.prints is not None and count > 1 and len(stages) > 1 and not background:
                output = stage.prints(sh)
                if output is not None:
                    status, reader = output
                    pids.append(-1 - status)
                    continue
            if stdin is not None:
                changes[0] = stdin
        writer = -1
        following: int | None = None
        if at < count - 1:
            try:
                following, writer = k.pipe(cloexec=True)
            except OSError as error:
                if type(reader) is int:
                    k.close(reader)
                raise Complaint(f"pipe error: {error.strerror}") from None
            changes[1] = writer
        elif stdout is not None:
            changes[1] = stdout
        try:
            pid = stage.launch(sh, changes, group, background)
        finally:
            if type(reader) is int:
                k.close(reader)
            if writer >= 0:
                k.close(writer)
        reader = following
        pids.append(pid)
        if controlled and group is None:
            group = pid
    assert type(reader) is not bytes  # a stage follows what only prints
    return pids, reader  # type: ignore[return-value]


def capture_pipeline(sh: Shell, stages: Sequence[Stage]) -> str:
    """Return what a pipeline writes, as $( ) gives it; its status goes to `sh.substitution_status`."""
    k = sh.k
    reader, writer = k.pipe(cloexec=True)
    try:
        pids, _ = launch_all(sh, stages, len(stages), None, False, writer)
    except BaseException:
        k.close(reader)
        raise
    finally:
        k.close(writer)
    try:
        data = read_to_end(k, reader)
    finally:
        k.close(reader)
    codes = [exit_code(sh.wait_process(pid)) if pid > 0 else -1 - pid for pid in pids]
    failed = [code for code in codes if code] if sh.pipefail else []
    sh.substitution_status = failed[-1] if failed else codes[-1]
    return output_text(sh, data)


def _run_last(sh: Shell, run: Run, reader: int) -> tuple[int, list[int]]:
    """lastpipe: run the last stage in the shell itself, its standard input the pipe."""
    from kos_shell.redirection import Plan, install, uninstall

    plan = Plan(False)
    plan.table[0] = reader
    plan.opened.append(reader)
    undo = install(sh, plan, undo=True)
    try:
        status = run(sh)
    except Exception:
        uninstall(sh, undo)
        raise
    uninstall(sh, undo)
    return status, []


def is_harmless(word: tree.Word) -> bool:
    """Tell whether the parent may expand a stage's word: no side effects, no other results than in the child."""
    if word.literal is not None:
        return True
    if word.flags & tree.GLOB:
        return False
    for node in tree.walk(word):
        if isinstance(node, tree.Expansion):
            if type(node) is not tree.Param or node.index is not None or node.indirect or node.every:
                return False
            if node.name in DYNAMICS:
                return False
    return True
