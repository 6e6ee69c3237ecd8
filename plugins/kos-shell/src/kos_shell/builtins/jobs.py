"""jobs, fg, bg, wait, kill, disown, suspend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SIGCHLD, SIGCONT, SIGNAL_NAMES, SIGSTOP, SysError
from kos_shell.builtins.arguments import integer, parse_options
from kos_shell.builtins.letters import LETTERS
from kos_shell.errors import Complaint, UsageComplaint
from kos_shell.jobs import DONE, RUNNING, STOPPED, Job, exit_code
from kos_shell.traps import signal_name, signal_number

if TYPE_CHECKING:
    from kos_shell.shell import Shell


def _found(sh: Shell, spec: str, *, lent: bool = False) -> Job:
    job = sh.find_job(spec, lent=lent)
    if isinstance(job, str):
        raise Complaint(f"{spec}: {job}")
    return job


def jobs(sh: Shell, argv: list[str]) -> int:
    """jobs [-lnprs] [jobspec...] or jobs -x command [args]."""
    options, operands = parse_options(argv, LETTERS["jobs"], "jobs [-lnprs] [jobspec ...] or jobs -x command [args]")
    letters = {option[1] for option, _ in options}
    if "x" in letters:
        from kos_shell.execution import invoke

        words = [str(_found(sh, word, lent=True).group) if word.startswith("%") else word for word in operands]
        return invoke(sh, words) if words else 0
    sh.reap()
    status = 0
    chosen: list[Job] = []
    for spec in operands:
        job = sh.find_job(spec, lent=True)
        if isinstance(job, str):
            sh.warn(f"jobs: {spec}: {job}")
            status = 1
        else:
            chosen.append(job)
    if not operands:
        chosen = sh.known_jobs()
    for job in chosen:
        state = job.state
        if (
            ("r" in letters and state != RUNNING)
            or ("s" in letters and state != STOPPED)
            or ("n" in letters and job.told)
        ):
            continue
        if "p" in letters:
            sh.write(f"{job.group if job.own_group else job.pids[0]}\n")
        else:
            sh.write(sh.job_line(job, with_pid="l" in letters) + "\n")
        if state == DONE and sh.jobs.get(job.number) is job:
            job.told = True
    sh.forget_finished()
    return status


def _controlled(sh: Shell) -> None:
    if "monitor" not in sh.options:
        raise Complaint("no job control")


def fg(sh: Shell, argv: list[str]) -> int:
    """fg [jobspec]."""
    _controlled(sh)
    sh.reap()
    job = _found(sh, argv[1] if len(argv) > 1 else "%+") if len(argv) > 1 else _current(sh)
    if job.state == DONE:
        raise Complaint("job has terminated")
    sh.write(job.command() + "\n")
    sh.add_job(job)
    return sh.continue_job(job, foreground=True)


def _current(sh: Shell) -> Job:
    job = sh.find_job("%+")
    if isinstance(job, str):
        raise Complaint("current: no such job")
    return job


def bg(sh: Shell, argv: list[str]) -> int:
    """bg [jobspec...]."""
    _controlled(sh)
    sh.reap()
    chosen = [_found(sh, spec) for spec in argv[1:]] or [_current(sh)]
    for job in chosen:
        if job.state == RUNNING:
            sh.warn(f"bg: job {job.number} already in background")
            continue
        mark = sh.job_mark(job)
        sh.write(f"[{job.number}]{mark} {job.command()} &\n")
        sh.continue_job(job, foreground=False)
    return 0


# ------------------------------------------------------------------------------------------------------------- wait
def wait(sh: Shell, argv: list[str]) -> int:
    """wait [-fn] [-p var] [pid or jobspec...]: 127 for what is no child; over 128 when a trapped signal came."""
    options, operands = parse_options(argv, LETTERS["wait"], "wait [-fn] [-p var] [id ...]")
    variable = next((value for option, value in options if option == "-p"), None)
    letters = {option[1] for option, _ in options}
    if variable is not None:
        sh.unset_variable(variable)
    if "n" in letters:
        return _wait_any(sh, operands, variable)
    if not operands:
        return _wait_all(sh)
    status = 0
    for operand in operands:
        status = _wait_one(sh, operand, variable)
        if any(number != SIGCHLD for number in sh.pending):
            return _interrupted(sh)
    return status


def _interrupted(sh: Shell) -> int:
    number = next(number for number in sh.pending if number != SIGCHLD)
    sh.run_pending()
    return 128 + number


def _finish(sh: Shell, job: Job) -> int | None:
    """Wait for a job's processes; None when a trapped signal came first."""
    for pid in job.pids:
        if job.statuses[pid] is None:
            status = sh.wait_interruptibly(pid)
            if status is None:
                return None
            sh._note(job, pid, status)
            if job.state == STOPPED:
                return 128 + job.stopped
    if sh.ended:
        sh.tell_ended()
    job.told = True
    sh.forget(job)
    return exit_code(job.status)


def _wait_all(sh: Shell) -> int:
    for job in list(sh.jobs.values()):
        if job.state == STOPPED:
            continue
        if _finish(sh, job) is None:
            return _interrupted(sh)
    sh.forget_finished()
    return 0


def _wait_one(sh: Shell, operand: str, variable: str | None) -> int:
    if operand.startswith("%"):
        job = sh.find_job(operand)
        if isinstance(job, str):
            sh.warn(f"wait: {operand}: {job}")
            return 127
        pid = job.pids[-1]
    else:
        number = integer(operand)
        if number is None or number < 0:
            sh.warn(f"wait: `{operand}': not a pid or valid job spec")
            return 1
        pid = number
        found = sh.job_of.get(pid)
        if found is None:
            if pid in sh.statuses:
                return sh.statuses[pid]
            if pid == sh.last_background:  # a process substitution
                status = sh.wait_interruptibly(pid)
                if status is not None:
                    sh.statuses[pid] = exit_code(status)
                    return sh.statuses[pid]
            sh.warn(f"wait: pid {pid} is not a child of this shell")
            return 127
        job = found
    if variable is not None:
        sh.assign(variable, str(pid))
    if pid == job.pids[-1]:
        code = _finish(sh, job)
    else:
        status = job.statuses[pid]
        if status is None:
            status = sh.wait_interruptibly(pid)
            if status is not None:
                sh._note(job, pid, status)
        code = None if status is None else exit_code(status)
    sh.forget_finished()
    return 0 if code is None else code


def _wait_any(sh: Shell, operands: list[str], variable: str | None) -> int:
    """wait -n: the next job that ends."""
    wanted: list[Job] = []
    for operand in operands:
        job = sh.find_job(operand) if operand.startswith("%") else sh.job_of.get(integer(operand) or -1, "no such job")
        if isinstance(job, Job):
            wanted.append(job)
        else:
            sh.warn(
                f"wait: {operand}: no such job"
                if operand.startswith("%")
                else f"wait: pid {operand} is not a child of this shell"
            )
    candidates = wanted if operands else list(sh.jobs.values())
    if not candidates:
        return 127
    if sh.watching:
        sh.unwatch_children()  # the handler would reap what is waited for here
    try:
        return _next_of(sh, candidates, variable)
    finally:
        for job in sh.jobs.values():
            sh.watch_children(job)


def _next_of(sh: Shell, candidates: list[Job], variable: str | None) -> int:
    from kos_kernel.api import Interrupted, NoChild

    sh.reap()
    while True:
        for job in candidates:
            if job.state == DONE and not job.told:
                job.told = True
                if variable is not None:
                    sh.assign(variable, str(job.pids[-1]))
                sh.forget_finished()
                return exit_code(job.status)
        if not any(job.state == RUNNING for job in candidates):
            return 127
        try:
            found = sh.k.wait(-1)
        except Interrupted:
            if sh.pending:
                return _interrupted(sh)
            continue
        except NoChild:
            return 127
        job_found = sh.job_of.get(found[0])
        if job_found is not None:
            sh._note(job_found, *found)
        else:
            sh.reaped[found[0]] = found[1]


# ------------------------------------------------------------------------------------------------------------- kill
def kill(sh: Shell, argv: list[str]) -> int:
    """kill [-s name | -n number | -name] pid|jobspec... or kill -l [number|name...]."""
    usage = "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]"
    operands = argv[1:]
    number = 15
    if not operands:
        raise UsageComplaint(f"usage: {usage}") if False else _bare_usage(sh, usage)
    first = operands[0]
    if first in ("-l", "-L"):
        return _list_signals(sh, operands[1:])
    if first == "--":
        operands = operands[1:]
    elif first in ("-s", "-n"):
        if len(operands) < 2:
            raise Complaint(f"{first}: option requires an argument")
        found = signal_number(operands[1])
        if found is None:
            raise Complaint(f"{operands[1]}: invalid signal specification")
        number, operands = found, operands[2:]
    elif first[:1] == "-" and len(first) > 1:
        text = first[1:]
        if text[0] in "sn" and signal_number(text) is None and len(text) > 1:
            text = text[1:]
        found = signal_number(text)
        if found is None:
            raise Complaint(f"{first[1:]}: invalid signal specification")
        number, operands = found, operands[1:]
    if operands and operands[0] == "--":
        operands = operands[1:]
    if not operands:
        raise _bare_usage(sh, usage)
    status = 0
    if sh.jobs:
        sh.reap()  # a child that has ended is none any more
    for operand in operands:
        try:
            _send(sh, operand, number)
        except Complaint as complaint:
            sh.warn(f"kill: {complaint}")
            status = 1
    return status


def _bare_usage(sh: Shell, usage: str) -> UsageComplaint:
    sh.write_error(f"kill: usage: {usage}\n")
    return UsageComplaint("")


def _send(sh: Shell, operand: str, number: int) -> None:
    k = sh.k
    if operand.startswith("%"):
        job = _found(sh, operand, lent=True)
        targets = [-job.group] if job.own_group else [pid for pid in job.pids if job.statuses[pid] is None]
        if not targets and not job.own_group:
            raise Complaint(f"({job.pids[0]}) - No such process")
        for target in targets:
            try:
                k.kill(target, number)
                if job.state == STOPPED and number in (15, 1):
                    k.kill(target, SIGCONT)
            except SysError as error:
                raise Complaint(f"({target}) - {error.strerror}") from None
        return
    pid = integer(operand)
    if pid is None:
        raise Complaint(f"{operand}: arguments must be process or job IDs")
    try:
        k.kill(pid, number)
    except SysError as error:
        raise Complaint(f"({pid}) - {error.strerror}") from None


def _list_signals(sh: Shell, operands: list[str]) -> int:
    if not operands:
        numbers = [n for n in range(1, 65) if n not in (32, 33)]
        cells = [f"{n:2d}) SIG{signal_name(n)}" for n in numbers]
        lines = ["\t".join(cells[at : at + 5]) for at in range(0, len(cells), 5)]
        sh.write("\n".join(lines) + ("\n" if len(cells) % 5 else "\t\n"))
        return 0
    status = 0
    for operand in operands:
        if operand.isdecimal():
            number = int(operand[:6])
            number = number - 128 if number > 128 else number
            if 0 <= number <= 64 and number not in (32, 33):
                sh.write(signal_name(number) + "\n")
                continue
        else:
            found = signal_number(operand)
            if found is not None:
                sh.write(f"{found}\n")
                continue
        sh.warn(f"kill: {operand}: invalid signal specification")
        status = 1
    return status


def disown(sh: Shell, argv: list[str]) -> int:
    """disown [-ar] [-h] [jobspec...]: forget jobs."""
    options, operands = parse_options(argv, LETTERS["disown"], "disown [-h] [-ar] [jobspec ... | pid ...]")
    letters = {option[1] for option, _ in options}
    if operands:
        chosen = []
        for operand in operands:
            job = (
                sh.find_job(operand)
                if operand.startswith("%")
                else sh.job_of.get(integer(operand) or -1, "no such job")
            )
            if not isinstance(job, Job):
                raise Complaint(f"{operand}: {job if isinstance(job, str) else 'no such job'}")
            chosen.append(job)
    elif letters & {"a", "r"}:
        chosen = [job for job in sh.known_jobs() if "r" not in letters or job.state == RUNNING]
    else:
        chosen = [_current(sh)]
    if "h" not in letters:
        sh.lent = [job for job in sh.lent if job not in chosen]
        for job in chosen:
            sh.forget(job)
    return 0


def suspend(sh: Shell, argv: list[str]) -> int:
    """suspend [-f]: stop this shell until it gets SIGCONT."""
    options, _ = parse_options(argv, LETTERS["suspend"], "suspend [-f]")
    if "monitor" not in sh.options and not options:
        raise Complaint("cannot suspend: no job control")
    if sh.login and not options:
        raise Complaint("cannot suspend a login shell")
    sh.k.kill(sh.k.getpid(), SIGSTOP)
    return 0


__all__ = ["SIGNAL_NAMES", "bg", "disown", "fg", "jobs", "kill", "suspend", "wait"]
