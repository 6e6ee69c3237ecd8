"""Children: waiting for them, the table of jobs, telling what became of them.

A foreground command is waited for by pid. A background one becomes a Job. While one runs the shell handles SIGCHLD
(`on_child`), so that a background child's end is noticed at once whatever the shell is doing: nobody sees it as a zombie,
which `kill -0`, `tail --pid` and /proc would take for alive. Without background jobs there's no handler, and a foreground
child's end costs nothing more. What the handler reaps and no job knows (the foreground child itself) lies in `reaped` for whoever
waits for it. Stops are noticed when the shell next looks (`reap`). With job control (`set -m`) each job is a process group
of its own, may be stopped, and gets the terminal while it is in the foreground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    SIG_DFL,
    SIGCHLD,
    SIGCONT,
    SIGINT,
    SIGNAL_NAMES,
    SIGPIPE,
    SIGTERM,
    WCONTINUED,
    WEXITSTATUS,
    WIFCONTINUED,
    WIFSIGNALED,
    WIFSTOPPED,
    WNOHANG,
    WSTOPSIG,
    WTERMSIG,
    WUNTRACED,
    Interrupted,
    NoChild,
    SysError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


RUNNING, STOPPED, DONE = "Running", "Stopped", "Done"
_STATUSES_KEPT = 32768  # exit codes of background processes that `wait` may still ask for: as many as there are pids
_JOBS_ROOM = 64
_SIGNAL_TEXTS = {
    1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap", 6: "Aborted",
    7: "Bus error", 8: "Floating point exception", 9: "Killed", 10: "User defined signal 1", 11: "Segmentation fault",
    12: "User defined signal 2", 13: "Broken pipe", 14: "Alarm clock", 15: "Terminated", 16: "Stack fault",
    17: "Child exited", 18: "Continued", 19: "Stopped (signal)", 20: "Stopped", 21: "Stopped (tty input)",
    22: "Stopped (tty output)", 23: "Urgent I/O condition", 24: "CPU time limit exceeded", 25: "File size limit exceeded",
    26: "Virtual timer expired", 27: "Profiling timer expired", 28: "Window changed", 29: "I/O possible",
    30: "Power failure", 31: "Bad system call",
}  # fmt: skip


def signal_text(signum: int) -> str:
    """Return what Linux calls a signal when it ended or stopped somebody."""
    return _SIGNAL_TEXTS.get(signum, f"Real-time signal {signum - 34}" if signum >= 34 else f"Unknown signal {signum}")


def exit_code(status: int) -> int:
    """Return `$?` for a wait status: the exit code, or 128 + the signal that ended or stopped the process."""
    if not status & 0x7F:  # WIFEXITED, written out: asked after every command
        return status >> 8 & 0xFF
    if WIFSIGNALED(status):
        return 128 + WTERMSIG(status)
    return 128 + WSTOPSIG(status)


class Job:
    """A background pipeline, or one that was stopped.

    statuses: pid -> wait status, None while it runs. text: the command as `jobs` shows it. told: its end was reported.
    """

    __slots__ = ("number", "group", "pids", "statuses", "stopped", "text", "told", "own_group")

    def __init__(
        self, number: int, group: int, pids: list[int], text: Callable[[], str] | str, own_group: bool
    ) -> None:
        self.number = number
        self.group = group
        self.pids = pids
        self.statuses: dict[int, int | None] = dict.fromkeys(pids)
        self.stopped = 0
        self.text = text
        self.told = False
        self.own_group = own_group

    def clone(self) -> Job:
        """Return a copy for another shell."""
        copy = Job(self.number, self.group, self.pids, self.text, self.own_group)
        copy.statuses = self.statuses.copy()
        copy.stopped, copy.told = self.stopped, self.told
        return copy

    @property
    def state(self) -> str:
        """RUNNING, STOPPED or DONE."""
        if None not in self.statuses.values():
            return DONE
        return STOPPED if self.stopped else RUNNING

    @property
    def status(self) -> int:
        """The wait status of the last process (0 while it runs)."""
        return self.statuses[self.pids[-1]] or 0

    def describe(self) -> str:
        """Return "Running", "Done", "Exit 3", "Killed", "Stopped"."""
        state = self.state
        if state == STOPPED:
            return signal_text(self.stopped)
        if state == RUNNING:
            return RUNNING
        status = self.status
        if WIFSIGNALED(status):
            return signal_text(WTERMSIG(status))
        code = WEXITSTATUS(status)
        return f"Exit {code}" if code else DONE

    def command(self) -> str:
        """Return the command's text."""
        text = self.text
        if not isinstance(text, str):
            text = self.text = text()
        return text


class JobTable:
    """Mixed into Shell.

    jobs: number -> Job, in the order of the numbers; job_of: pid -> Job, for every process of these. lent: what a child
    that stands for its parent sees of its parent's jobs (`$(jobs)`): to be listed and signalled, not to be waited for.
    """

    if TYPE_CHECKING:
        k: Any
        jobs: dict[int, Job]
        job_of: dict[int, Job]
        lent: Collection[Job]
        jobs_room: int
        ended: list[Job]
        from_string: bool
        name0: str
        options: frozenset[str]
        interactive: bool
        terminal: int
        group: int
        statuses: dict[int, int]
        last_background: int | None
        pending: list[int]
        traps: dict[str, str]
        notices: list[str]
        status: int
        line: int
        current_job: int
        previous_job: int
        watching: bool
        watched: dict[int, Job]
        reaped: dict[int, int]

        def run_pending(self) -> None: ...
        def write_error(self, text: str) -> None: ...
        def prefix(self) -> str: ...
        def on_signal(self, number: int) -> None: ...

    # ------------------------------------------------------------------ noticing the end of background children
    def watch_children(self, job: Job) -> None:
        """Notice the end of a job's processes as soon as it comes."""
        for pid, status in job.statuses.items():
            if status is None:
                ended = self.reaped.pop(pid, None)
                if ended is None:
                    self.watched[pid] = job
                else:
                    self._note(job, pid, ended)
        if self.watched and not self.watching:
            self.watching = True
            if not self.traps.get("CHLD"):  # a trap's handler collects too
                self.k.sigaction(SIGCHLD, self.on_child, restart=True)
            self.collect()

    def unwatch_children(self) -> None:
        """Let children's ends wait until they are asked for again."""
        self.watching = False
        if not self.traps.get("CHLD"):
            self.k.sigaction(SIGCHLD, SIG_DFL)

    def on_child(self, number: int) -> None:
        """The handler of SIGCHLD while a background child runs."""
        self.collect()
        if "notify" in self.options and self.interactive:
            self.notify()

    def collect(self) -> None:
        """Reap every child that has ended."""
        wait, watched = self.k.wait, self.watched
        while True:
            try:
                found = wait(-1, WNOHANG)
            except NoChild:
                break
            if found is None:
                break
            pid, status = found
            job = watched.get(pid)
            if job is None:
                self.reaped[pid] = status
            else:
                self._note(job, pid, status)
        if self.watching and not watched:
            self.unwatch_children()

    def _reaped_status(self, pid: int) -> int:
        """Return the wait status of a child that is gone already; 127 if nobody knows it."""
        status = self.reaped.pop(pid, None)
        if status is None:
            job = self.job_of.get(pid)
            status = None if job is None else job.statuses[pid]
        return 127 << 8 if status is None else status

    # ------------------------------------------------------------------ the foreground
    def wait_process(self, pid: int) -> int:
        """Wait until a foreground child has ended (handlers may run meanwhile) and return its wait status."""
        wait = self.k.wait
        while True:
            try:
                found = wait(pid)
            except Interrupted:
                continue
            except NoChild:
                return self._reaped_status(pid)
            return found[1]  # type: ignore[no-any-return]

    def finish_foreground(self, pids: list[int], text: Callable[[], str]) -> list[int]:
        """Wait for a foreground pipeline; return the exit codes of its processes. Reports a death by signal."""
        if "monitor" in self.options:
            return self._finish_controlled(pids, text)
        wait = self.wait_process
        statuses = [wait(pid) if pid > 0 else -1 - pid << 8 for pid in pids]  # see launch_all
        if statuses[-1] & 0x7F:
            self.report_death(pids, statuses, text)
        if self.ended:
            self.tell_ended()
        return [exit_code(status) if status else 0 for status in statuses]

    def report_death(self, pids: list[int], statuses: list[int], text: Callable[[], str]) -> None:
        """Say that a foreground command died of a signal, as bash does; SIGINT and SIGPIPE are passed over."""
        signum = WTERMSIG(statuses[-1])
        if signum in (SIGINT, SIGPIPE):
            if signum == SIGINT and self.interactive:
                self.write_error("\n")  # behind the ^C that the terminal shows
            return
        if (
            self.interactive
            or signum == SIGTERM
            or SIGNAL_NAMES[signum - 1 : signum]
            and SIGNAL_NAMES[signum - 1] in self.traps
        ):
            self.write_error(signal_text(signum) + "\n")
            return
        commands = text().split(" | ") if len(pids) > 1 else [text()]
        if len(commands) != len(pids):
            pids, statuses, commands = pids[-1:], statuses[-1:], [text()]
        lines = []
        for at, (pid, status, command) in enumerate(zip(pids, statuses, commands, strict=True)):
            shown = signal_text(WTERMSIG(status)) if WIFSIGNALED(status) else DONE
            lines.append(f"{'' if at == 0 else '     '}{pid:5d} {shown:<24}{'| ' if at else ''}{command}\n")
        where = f"{self.name0}: " if self.from_string else self.prefix()
        self.write_error(where + "".join(lines))

    def tell_ended(self) -> None:
        """Report the background jobs of a script that died of a signal, and drop them; `bash -c` drops the others too."""
        ended, self.ended = self.ended, []
        for job in ended:
            if job.told:
                continue
            if job.status & 0x7F:
                if WTERMSIG(job.status) != SIGTERM:
                    self.report_death(job.pids, [status or 0 for status in job.statuses.values()], job.command)
            elif not self.from_string:
                continue
            job.told = True
            self.forget(job)

    def _finish_controlled(self, pids: list[int], text: Callable[[], str]) -> list[int]:
        """Wait for a foreground job that may be stopped; then it becomes a background job."""
        job = Job(0, pids[0], pids, text, own_group=True)
        self.watch(job)
        self.take_terminal()
        if job.state == STOPPED:
            self.add_job(job)
            self.write_error("\n" + self.job_line(job) + "\n")
            job.told = True
            return [128 + job.stopped]
        codes = [exit_code(status or 0) for status in job.statuses.values()]
        if WIFSIGNALED(job.status):
            self.report_death(pids, [status or 0 for status in job.statuses.values()], text)
        return codes

    def watch(self, job: Job) -> None:
        """Wait until a job has ended or is stopped."""
        while job.state == RUNNING:
            pid = next(pid for pid, status in job.statuses.items() if status is None)
            try:
                found = self.k.wait(pid, WUNTRACED)
            except Interrupted:
                continue
            except NoChild:
                if job.statuses[pid] is None:
                    job.statuses[pid] = self._reaped_status(pid)
                continue
            self._note(job, *found)

    def take_terminal(self) -> None:
        """Make the shell's own group the foreground again."""
        if self.terminal >= 0:
            k = self.k
            try:
                k.tcsetpgrp(self.terminal, self.group)  # SIGTTOU is ignored: see terminal.py
            except SysError:
                pass

    # ------------------------------------------------------------------ the table
    def add_job(self, job: Job) -> None:
        """Give a job a number and make it the current one."""
        if not job.number:
            job.number = self.known_jobs()[-1].number + 1 if self.lent else next(reversed(self.jobs), 0) + 1
            self.jobs[job.number] = job
            for pid in job.pids:
                self.job_of[pid] = job
            self.watch_children(job)
        if self.current_job != job.number:
            self.previous_job, self.current_job = self.current_job, job.number

    def known_jobs(self) -> list[Job]:
        """Return the jobs that `jobs` lists and %n can mean."""
        return [*self.lent, *self.jobs.values()]

    def adopt_jobs(self, jobs: Iterable[Job]) -> None:
        """Make copies of another shell's jobs this shell's table."""
        self.jobs = {job.number: job.clone() for job in jobs}
        self.job_of = {pid: job for job in self.jobs.values() for pid in job.pids}

    def lose_children(self) -> None:
        """Note that the jobs' processes are no children of this shell (it's the copy of another): they end with 127."""
        for job in self.jobs.values():
            for pid, status in job.statuses.items():
                if status is None:
                    self._note(job, pid, 127 << 8)

    def job_mark(self, job: Job) -> str:
        """Return "+" for the current job, "-" for the previous one, else " "."""
        known = self.known_jobs()
        stopped = [other.number for other in known if other.state == STOPPED]
        alive = [other.number for other in known]
        order = [n for n in (self.current_job, self.previous_job) if n in alive]
        for candidates in (reversed(stopped), reversed(alive)):
            order.extend(n for n in candidates if n not in order)
        if order and job.number == order[0]:
            return "+"
        return "-" if len(order) > 1 and job.number == order[1] else " "

    def job_line(self, job: Job, *, with_pid: bool = False) -> str:
        """Return "[1]+  Running                 sleep 5 &"."""
        tail = " &" if job.state == RUNNING else ""
        pid = f"{job.pids[0]:5d} " if with_pid else ""
        return f"[{job.number}]{self.job_mark(job)}  {pid}{job.describe():<24}{job.command()}{tail}"

    def _note(self, job: Job, pid: int, status: int) -> None:
        if WIFSTOPPED(status):
            job.stopped = WSTOPSIG(status)
            job.told = False
        elif WIFCONTINUED(status):
            job.stopped = 0
        else:
            job.statuses[pid] = status
            self.watched.pop(pid, None)
            if not self.interactive and job.number and job.state == DONE and (self.from_string or status & 0x7F):
                self.ended.append(job)
            statuses = self.statuses
            statuses[pid] = exit_code(status)
            if len(statuses) > _STATUSES_KEPT:
                del statuses[next(iter(statuses))]

    def reap(self) -> None:
        """Notice what happened to background children, without waiting. Stops are noticed under job control alone."""
        self.collect()
        if "monitor" not in self.options:
            return
        wait = self.k.wait
        for job in self.jobs.values():
            if job.state == DONE:
                continue
            for pid in job.pids:
                if job.statuses[pid] is not None:
                    continue
                try:
                    found = wait(pid, WNOHANG | WUNTRACED | WCONTINUED)
                except NoChild:
                    if job.statuses[pid] is None:
                        self._note(job, pid, self._reaped_status(pid))
                    continue
                if found is not None:
                    self._note(job, *found)

    def forget_finished(self) -> None:
        """Drop jobs whose end was told; their exit statuses stay known to `wait`."""
        for job in [job for job in self.jobs.values() if job.told and job.state == DONE]:
            self.forget(job)

    def forget(self, job: Job) -> None:
        """Drop a job from the table, if it's there."""
        if self.jobs.pop(job.number, None) is not None:
            for pid in job.pids:
                self.job_of.pop(pid, None)

    def make_room(self) -> None:
        """Drop the finished jobs of a shell that tells nobody of their end, now and then: each time the table has doubled."""
        if len(self.jobs) > self.jobs_room:
            self.reap()
            for job in self.jobs.values():
                if job.state == DONE:
                    job.told = True
            self.forget_finished()
            self.jobs_room = max(_JOBS_ROOM, 2 * len(self.jobs))

    def notify(self) -> None:
        """Tell of finished and newly stopped jobs (an interactive shell, before its prompt)."""
        self.reap()
        for job in self.jobs.values():
            if not job.told and job.state != RUNNING:
                self.write_error(self.job_line(job) + "\n")
                job.told = True
        self.forget_finished()

    def find_job(self, spec: str, *, lent: bool = False) -> Job | str:
        """Return the job that %spec means, or what is wrong: "no such job", "ambiguous job spec".

        lent: it may be one of the parent's, which can't be waited for.
        """
        text = spec[1:] if spec.startswith("%") else spec
        known = self.known_jobs() if lent else list(self.jobs.values())
        if text in ("", "%", "+", "-"):
            mark = "-" if text == "-" else "+"
            for job in known:
                if self.job_mark(job) == mark or (mark == "-" and len(known) == 1):
                    return job
            return "no such job"
        if text.isdecimal():
            number = int(text) if len(text) < 10 else 0
            return self.jobs.get(number) or next((job for job in known if job.number == number), "no such job")
        inside = text.startswith("?")
        wanted = text[1:] if inside else text
        found = [job for job in known if (wanted in job.command() if inside else job.command().startswith(wanted))]
        if len(found) > 1:
            return "ambiguous job spec"
        return found[0] if found else "no such job"

    # ------------------------------------------------------------------ wait
    def wait_interruptibly(self, pid: int) -> int | None:
        """Wait for one background child; return its wait status, or None when a trapped signal came first."""
        while True:
            try:
                found = self.k.wait(pid, WUNTRACED if "monitor" in self.options else 0)
            except Interrupted:
                if self.pending:
                    return None
                continue
            except NoChild:
                return self._reaped_status(pid)
            return found[1]  # type: ignore[no-any-return]

    def continue_job(self, job: Job, *, foreground: bool) -> int:
        """fg and bg: wake a job; in the foreground wait for it and return its exit code."""
        k = self.k
        if foreground and self.terminal >= 0 and job.own_group:
            k.tcsetpgrp(self.terminal, job.group)
        job.stopped = 0
        job.told = False
        try:
            if job.own_group:
                k.kill(-job.group, SIGCONT)
            else:
                for pid in job.pids:
                    k.kill(pid, SIGCONT)
        except SysError:
            pass
        if not foreground:
            return 0
        self.watch(job)
        self.take_terminal()
        if job.state == STOPPED:
            self.add_job(job)
            self.write_error("\n" + self.job_line(job) + "\n")
            job.told = True
            return 128 + job.stopped
        job.told = True
        if WIFSIGNALED(job.status):
            self.report_death(job.pids, [status or 0 for status in job.statuses.values()], job.command)
        self.forget_finished()
        return exit_code(job.status)


__all__ = ["DONE", "RUNNING", "SIG_DFL", "STOPPED", "Job", "JobTable", "exit_code", "signal_text"]
