"""Children that go on running shell code: ( ), $( ), the stages of a pipeline, `&`.

The parent copies its Shell (`sh.fork()`), starts a process on the copy and waits or doesn't. What the child does first is
what POSIX says of a subshell environment: traps back to default, no jobs of its own, no job control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CLOEXEC,
    O_RDONLY,
    SIG_BLOCK,
    SIG_DFL,
    SIG_IGN,
    SIG_SETMASK,
    SIGCHLD,
    SIGINT,
    SIGQUIT,
    ResourceUnavailable,
    SysError,
)
from kos_shell.errors import Complaint, Discard, ExpansionFailure, FunctionReturn, LoopJump, ShellExit
from kos_shell.jobs import Job, exit_code
from kos_shell.redirection import Plan, child_table

if TYPE_CHECKING:
    from kos_shell.shell import Shell

    Run = Callable[[Shell], int]


def enter_subshell(sh: Shell, k: Any) -> None:
    """Make a copied Shell that of a new child process."""
    controlled = "monitor" in sh.options
    sh.k = k
    sh.subshell_level += 1
    sh.stack = 0
    sh.outer_loops, sh.loops = sh.loops, 0
    sh.stays = False
    sh.random_seed = None
    sh.stdin, sh.stdout, sh.stderr = 0, 1, 2
    options = sh.options
    if sh.watching:  # the handler is the parent's
        sh.watching = False
        if not sh.traps.get("CHLD"):
            k.sigaction(SIGCHLD, SIG_DFL)
    if sh.traps:
        sh.reset_traps_for_subshell(keep_debug="functrace" in options, keep_err="errtrace" in options)
    sh.interactive = False
    for signum in sh.own_signals:
        k.sigaction(signum, SIG_DFL)
    sh.own_signals = ()
    if controlled:
        sh.set_options(off=("monitor",))
    if sh.blocked is not None:
        k.sigmask(SIG_SETMASK, sh.blocked)
        sh.blocked = None


_ALL_SIGNALS = range(1, 65)


def child_main(k: Any, sh: Shell, run: Run, background: bool) -> int:
    """The program of a child: run a closure in a Shell and return the exit code."""
    controlled = "monitor" in sh.options
    enter_subshell(sh, k)
    if background and not controlled:
        _detach(sh)
    return finish(sh, run)


def _detach(sh: Shell) -> None:
    """`&` without job control: the terminal's interrupts and input aren't for this child."""
    k = sh.k
    k.sigaction(SIGINT, SIG_IGN)
    k.sigaction(SIGQUIT, SIG_IGN)
    sh.ignored_at_start = sh.ignored_at_start | {"INT", "QUIT"}


def finish(sh: Shell, run: Run) -> int:
    """Run a closure to the end of the shell: its jumps end here, and the EXIT trap runs. Returns the exit code."""
    from kos_shell.startup import run_exit_trap

    try:
        status = run(sh)
        if sh.pending:
            sh.status = status
            sh.run_pending()
    except (ShellExit, Discard, FunctionReturn) as jump:
        status = jump.status
    except LoopJump:
        status = 0
    except ExpansionFailure as failure:
        sh.warn(str(failure))
        status = failure.status
    if "EXIT" in sh.traps:
        status = run_exit_trap(sh, status)
    return status & 255


def start_child(
    sh: Shell,
    run: Run,
    changes: Mapping[int, int | bytes | None],
    *,
    group: int | None = None,
    background: bool = False,
    job: bool = True,
    lend: bool = False,
) -> int:
    """Start a child that runs `run` in a copy of the shell; return its pid. Raises ShellExit when no process is to be had.

    changes: what its descriptors are to be, beyond what it inherits. group: as for spawn. job: with job control it gets a
    group of its own (and, unless `background`, the terminal); substitutions don't. lend: it sees the jobs of this shell.
    """
    foreground = None
    if job and "monitor" in sh.options:
        if group is None:
            group = 0
        if sh.terminal >= 0 and not background:
            foreground = sh.terminal
    table = child_table(sh, changes)
    # Until the child has put its traps back to the default no signal may run the parent's.
    blocked = sh.k.sigmask(SIG_BLOCK, _ALL_SIGNALS) if sh.traps else None
    child = sh.fork()
    child.blocked = blocked
    if lend:
        child.lent = sh.known_jobs() if sh.lent else sh.jobs.values()
    if 0 in changes:
        child.stdin_piped = True
    if sh.open_fds is not None:
        child.open_fds = frozenset(table)
    k = sh.k
    try:
        return k.fork_call(  # type: ignore[no-any-return]
            child_main, child, run, background, fds=table, pgid=group, foreground=foreground
        )
    except ResourceUnavailable:
        from kos_shell.retry import start_when_possible

        return start_when_possible(
            sh,
            lambda: k.fork_call(child_main, child, run, background, fds=table, pgid=group, foreground=foreground),
        )
    finally:
        if blocked is not None:
            sh.k.sigmask(SIG_SETMASK, blocked)


def run_in_subshell(sh: Shell, run: Run, plan: Plan | None, text: Callable[[], str] = lambda: "") -> int:
    """Run a closure in a child, wait, and return its exit code."""
    pid = start_child(sh, run, plan.table if plan is not None else {})
    return sh.finish_foreground([pid], text)[0]


def message_with_plan(sh: Shell, plan: Plan | None, message: str) -> None:
    """Print a message where the command's standard error would have gone: `nosuch 2>/dev/null` is silent."""
    kept = sh.stderr
    if plan is not None and 2 in plan.table:
        fd = plan.table[2]
        sh.stderr = -1 if fd is None else fd
    try:
        sh.warn(message)
    finally:
        sh.stderr = kept


def start_background(sh: Shell, pids: list[int], text: Callable[[], str] | str) -> None:
    """Note an asynchronous job: `$!`, the table, and what an interactive shell says of it."""
    controlled = "monitor" in sh.options
    if len(sh.jobs) > sh.jobs_room and not sh.interactive:
        sh.make_room()
    job = Job(0, pids[0], pids, text, own_group=controlled)
    sh.add_job(job)
    sh.last_background = pids[-1]
    if sh.interactive:
        sh.write_error(f"[{job.number}] {pids[-1]}\n")


def dev_null(sh: Shell) -> int:
    """Return a descriptor of /dev/null for a background child's input, or of an empty pipe where there's no such file."""
    k = sh.k
    try:
        return k.open(b"/dev/null", O_RDONLY | O_CLOEXEC)  # type: ignore[no-any-return]
    except SysError:
        reader, writer = k.pipe(cloexec=True)
        k.close(writer)
        return reader  # type: ignore[no-any-return]


def _substituted(run: Run) -> Run:
    def substituted(child: Shell) -> int:
        child.in_substitution = True
        return run(child)

    return substituted


def capture(sh: Shell, run: Run, launch: Callable[..., int] | None = None) -> str:
    """Return what a child that runs `run` (or that `launch` starts) writes to its standard output, as $( ) gives it.

    Trailing newlines are cut, NULs dropped with a warning; the status goes to `sh.substitution_status`.
    """
    k = sh.k
    reader, writer = k.pipe(cloexec=True)
    try:
        if launch is None:
            pid = start_child(sh, _substituted(run), {1: writer}, job=False, lend=bool(sh.jobs or sh.lent))
        else:
            pid = launch(sh, {1: writer}, None, False)
    except BaseException:
        k.close(reader)
        k.close(writer)
        raise
    k.close(writer)
    try:
        data = read_to_end(k, reader)
    finally:
        k.close(reader)
    sh.status = sh.substitution_status = exit_code(sh.wait_process(pid))
    return output_text(sh, data)


def read_to_end(k: Any, fd: int) -> bytes:
    """Return all that can be read from `fd`; interruptions by handlers don't count."""
    parts: list[bytes] = []
    held = 0
    try:
        while True:
            try:
                data = k.read(fd, 65536)
            except SysError as error:
                if error.NAME == "EINTR":
                    continue
                raise Complaint(f"read error: {error.strerror}") from None
            if not data:
                break
            parts.append(data)
            if len(data) >= 4096:
                k.charge(len(data))
                held += len(data)
    finally:
        if held:
            k.charge(-held)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def output_text(sh: Shell, data: bytes) -> str:
    """Return the text of a command's output without trailing newlines and NULs."""
    if b"\0" in data:
        sh.warn("warning: command substitution: ignored null byte in input")
        data = data.replace(b"\0", b"")
    return data.rstrip(b"\n").decode("utf-8", "surrogateescape")
