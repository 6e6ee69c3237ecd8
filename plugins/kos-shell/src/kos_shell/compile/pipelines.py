"""Pipelines and background commands: who becomes a process, and with which descriptors.

Each stage of a pipeline is a child of the shell. A stage that is a plain program whose words can be expanded by the parent
without anybody noticing is spawned at once; any other runs in a forked shell, where a program that is all there is
replaces it. The parent closes its ends and waits for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kos_shell.errors import Complaint, ExpansionFailure, LoopJump
from kos_shell.execution import find_command, run_builtin, spawn
from kos_shell.redirection import child_table
from kos_shell.specials import DYNAMICS
from kos_shell.subshells import dev_null, start_background, start_child
from kos_shell.syntax import tree
from kos_shell.trace import before_command, text_of

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]
    Launch = Callable[[Shell, dict[int, "int | None"], "int | None", bool], int]


PRINTERS = frozenset(["echo", "printf", "pwd"])
PIPE_BUF = 4096  # so much a pipe takes at once, whoever reads it


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
            if len(node.commands) == 1 and isinstance(node.commands[0], tree.Group) and not tested:
                bare = self.later(lambda: self.command(node.commands[0], False))

            def negate(sh: Shell) -> int:
                if bare is not None and "errexit" not in sh.options and not sh.loops:
                    return 0 if bare(sh) else 1  # ! shields what is in a group only from a set -e that is on already
                sh.tested += 1
                try:
                    return 0 if plain(sh) else 1
                except LoopJump as jump:
                    jump.status = 0 if jump.status else 1  # of the loop that is left
                    raise
                finally:
                    sh.tested -= 1

            inner = negate
        if node.time:
            from kos_shell.timing import timed

            return timed(inner, posix=node.time.endswith("-p"))
        return inner

    def _stages(self, node: tree.Pipeline, tested: bool) -> Run:
        launches = [self.launcher(command, tested) for command in node.commands]
        count = len(launches)
        in_parent = self.later(lambda: self.command(node.commands[-1], tested))
        negated = node.negated
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            last_in_parent = "lastpipe" in sh.options and "monitor" not in sh.options
            children = launches[:-1] if last_in_parent else launches
            pids, reader = launch_all(sh, children, count, None, False)
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

    def launcher(self, node: tree.Command, tested: bool = False) -> Any:
        """Return what starts one stage: `(sh, changes of descriptors, group, background) -> pid`."""
        if isinstance(node, tree.Subshell) and not node.redirects:
            # The child is a subshell already: its traps are those of the process that $! names.
            body = node.body
            run = self.later(lambda: self.child_body(body, tested))
        else:
            run = self.later(lambda: self.command(node, tested, True))
        simple = isinstance(node, tree.SimpleCommand)

        def fork(sh: Shell, changes: dict[int, int | None], group: int | None, background: bool) -> int:
            if simple and sh.hooks and not background:
                sh.line = node.line
                before_command(sh, node)
            return start_child(sh, run, changes, group=group, background=background)

        if not isinstance(node, tree.SimpleCommand) or node.redirects or node.assignments or not node.words:
            return fork
        name = node.words[0].literal
        if name is None or not all(is_harmless(word) for word in node.words):
            return fork
        arguments = self.later(lambda: self.fields(node.words))
        if name in PRINTERS:
            return self._printer(name, arguments, node.line, fork)

        def launch(sh: Shell, changes: dict[int, int | None], group: int | None, background: bool) -> int:
            if name in sh.functions or name in sh.builtins or sh.hooks or sh.nounset or background:
                return fork(sh, changes, group, background)
            file = find_command(sh, name)
            if file is None:
                return fork(sh, changes, group, background)
            try:
                argv = arguments(sh)
            except ExpansionFailure:
                return fork(sh, changes, group, background)
            sh.line = node.line
            pid = spawn(sh, file, argv, child_table(sh, changes), None, group=group)
            if pid <= 0:
                status = -pid
                return start_child(sh, lambda child: status, {}, group=group)
            return pid

        return launch

    def _printer(self, name: str, arguments: Callable[[Shell], list[str]], line: int, fork: Launch) -> Launch:
        """Return what starts a stage that only prints: a little text goes into the pipe at once, without a process.

        Nobody can tell: a pipe holds PIPE_BUF bytes without a reader. "-1 - status" stands for the process that isn't there.
        """

        def launch(sh: Shell, changes: dict[int, int | None], group: int | None, background: bool) -> int:
            writer = changes.get(1)
            if (
                writer is None
                or background
                or sh.hooks
                or sh.nounset
                or sh.sink is not None
                or name in sh.functions
                or name not in sh.builtins
                or "monitor" in sh.options
            ):
                return fork(sh, changes, group, background)
            output = printed(sh, arguments, line)
            if output is None or len(output[1]) > PIPE_BUF:
                return fork(sh, changes, group, background)
            status, data = output
            if data:
                sh.k.write(writer, data)
            return -1 - status

        return launch

    def background(self, node: tree.Background) -> Run:
        """Return what runs command &."""
        command = node.command
        stages = command.commands if isinstance(command, tree.Pipeline) and _is_bare(command) else (command,)
        launches = [self.launcher(stage) for stage in stages]
        line = node.line

        def run(sh: Shell) -> int:
            sh.line = line
            first = None
            if "monitor" not in sh.options and not sh.stdin_piped:
                first = dev_null(sh)
            try:
                pids, _ = launch_all(sh, launches, len(launches), first, True)
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
    sh: Shell, launches: list[Launch], count: int, stdin: int | None, background: bool
) -> tuple[list[int], int | None]:
    """Start the stages, piped together; return (pids, reading end left over if there are fewer stages than `count`).

    stdin: what the first one reads, None = what the shell reads.
    """
    k = sh.k
    pids: list[int] = []
    reader: int | None = None
    group: int | None = None
    controlled = "monitor" in sh.options
    for at, launch in enumerate(launches):
        changes: dict[int, int | None] = {}
        writer = -1
        following: int | None = None
        if at < count - 1:
            try:
                following, writer = k.pipe(cloexec=True)
            except OSError as error:
                if reader is not None:
                    k.close(reader)
                raise Complaint(f"pipe error: {error.strerror}") from None
            changes[1] = writer
        if reader is not None:
            changes[0] = reader
        elif at == 0 and stdin is not None:
            changes[0] = stdin
        try:
            pid = launch(sh, changes, group, background)
        finally:
            if reader is not None:
                k.close(reader)
            if writer >= 0:
                k.close(writer)
        reader = following
        pids.append(pid)
        if controlled and group is None:
            group = pid
    return pids, reader


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
