"""The unit type `service`: Type=simple and Type=oneshot.

    inactive ──start──► start-pre ─► start ─► running (simple) / exited (oneshot, RemainAfterExit) ──stop──► stop-sigterm ─► dead
                                      │            └─ exit ─► Restart=? ─► auto-restart ─► start ...          └─ (timeout) SIGKILL
                                      └─ failed

A service is over when all its processes are: ctx.members knows them, as systemd's control group does, wherever they have gone to
(a daemon that forks into the background and begins a session of its own is still the unit's). KillMode= says who gets a signal:

    control-group   (default) all get KillSignal=, and after TimeoutStopSec= SIGKILL; what is left when the main process ends
                    by itself is ended in the same way (final-sigterm)
    mixed           the main process gets KillSignal=, what is left after it SIGKILL
    process         the main process alone; the others go on
    none            nobody: ExecStop= has to do it

It holds no fiber: processes are started through the context and report their ends. Keys that it doesn't know are an error that
names them, rather than a service that runs otherwise than its file says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kos_kernel.api import (
    SIGKILL,
    SIGNAL_NAMES,
    WEXITSTATUS,
    WIFEXITED,
    WTERMSIG,
    ConfigError,
    Section,
    SysError,
    UnitContext,
)

from .commandline import CommandLine, parse_command, parse_flag, parse_time_ns

KILL_MODES = ("control-group", "mixed", "process", "none")
RESTART = ("no", "on-success", "on-failure", "on-abnormal", "on-abort", "always")
_SERVICE_KEYS = frozenset(
    "Type ExecStart ExecStartPre ExecStop ExecStartPost Restart RestartSec RemainAfterExit User WorkingDirectory Environment "
    "TimeoutStopSec TimeoutStartSec KillSignal KillMode SuccessExitStatus StartLimitBurst StartLimitIntervalSec".split()
)
_UNIT_KEYS = frozenset(
    "Description Documentation After Before Requires Wants BindsTo Requisite StartLimitBurst StartLimitIntervalSec".split()
)
_INSTALL_KEYS = frozenset("WantedBy RequiredBy Alias Also".split())
CLEAN_SIGNALS = (1, 2, 13, 15)  # HUP INT PIPE TERM, as systemd


class Settings:
    """A service's file, checked."""

    def __init__(self, name: str, sections: Mapping[str, Section]) -> None:
        known = {"Service": _SERVICE_KEYS, "Unit": _UNIT_KEYS, "Install": _INSTALL_KEYS}
        for section, values in sections.items():
            allowed = known.get(section)
            if allowed is None:
                if section.startswith("X-"):
                    continue
                raise ConfigError(f"{name}: unknown section [{section}]")
            for key in values:
                if key not in allowed:
                    raise ConfigError(f"{name}: [{section}] {key}= is not supported")
        service = sections.get("Service", {})
        unit = sections.get("Unit", {})

        def last(key: str, default: str, table: Section = service) -> str:
            values = table.get(key) or [default]
            return values[-1]

        self.type = last("Type", "simple")
        if self.type not in ("simple", "oneshot", "exec"):
            raise ConfigError(f"{name}: Type={self.type} is not supported; simple, exec and oneshot are")
        self.start = _commands(name, "ExecStart", service)
        self.start_pre = _commands(name, "ExecStartPre", service)
        self.start_post = _commands(name, "ExecStartPost", service)
        self.stop = _commands(name, "ExecStop", service)
        if not self.start and not (self.type == "oneshot" and self.stop):
            raise ConfigError(f"{name}: [Service] has no ExecStart=")
        if len(self.start) > 1 and self.type != "oneshot":
            raise ConfigError(f"{name}: only Type=oneshot has more than one ExecStart=")
        self.restart = last("Restart", "no")
        if self.restart not in RESTART:
            raise ConfigError(f"{name}: Restart={self.restart}: expected one of {', '.join(RESTART)}")
        if self.type == "oneshot" and self.restart in ("always", "on-success"):
            raise ConfigError(f"{name}: Type=oneshot can't have Restart={self.restart}")
        self.restart_ns = parse_time_ns(name, "RestartSec", last("RestartSec", "100ms")) or 0
        self.remain = parse_flag(name, "RemainAfterExit", last("RemainAfterExit", "no"))
        self.user = last("User", "").encode() or None
        self.cwd = last("WorkingDirectory", "/").encode("utf-8", "surrogateescape")
        self.stop_timeout_ns = parse_time_ns(name, "TimeoutStopSec", last("TimeoutStopSec", "90s"))
        self.start_timeout_ns = parse_time_ns(
            name, "TimeoutStartSec", last("TimeoutStartSec", "infinity" if self.type == "oneshot" else "90s")
        )
        self.kill_signal = _signal(name, last("KillSignal", "SIGTERM"))
        self.kill_mode = last("KillMode", "control-group")
        if self.kill_mode not in KILL_MODES:
            raise ConfigError(f"{name}: KillMode={self.kill_mode}: expected one of {', '.join(KILL_MODES)}")
        self.success = frozenset(_statuses(name, service.get("SuccessExitStatus", [])))
        burst = last("StartLimitBurst", last("StartLimitBurst", "5", unit))
        if not burst.isdecimal():
            raise ConfigError(f"{name}: StartLimitBurst={burst}: expected a whole number")
        self.burst = int(burst)
        interval = last("StartLimitIntervalSec", last("StartLimitIntervalSec", "10s", unit))
        self.interval_ns = parse_time_ns(name, "StartLimitIntervalSec", interval) or 0
        self.env: dict[bytes, bytes] = {}
        for value in service.get("Environment", ()):
            for word in parse_command(name, "Environment", value).argv if value else ():
                variable, equals, text = word.partition(b"=")
                if not equals:
                    raise ConfigError(f"{name}: Environment={value}: expected NAME=value")
                self.env[variable] = text


def _commands(name: str, key: str, service: Section) -> list[CommandLine]:
    found: list[CommandLine] = []
    for value in service.get(key, ()):
        found = [*found, parse_command(name, key, value)] if value else []
    return found


def _signal(name: str, value: str) -> int:
    word = value.strip().upper().removeprefix("SIG")
    if word.isdigit() and 0 < int(word) < 65:
        return int(word)
    if word in SIGNAL_NAMES:
        return SIGNAL_NAMES.index(word) + 1
    raise ConfigError(f"{name}: KillSignal={value}: unknown signal")


def _statuses(name: str, values: list[str]) -> list[int]:
    found = []
    for value in values:
        for word in value.split():
            if not word.isdigit() or int(word) > 255:
                raise ConfigError(f"{name}: SuccessExitStatus={value}: expected exit codes 0 to 255")
            found.append(int(word))
    return found


class Service:
    """One service."""

    def __init__(self, name: str, settings: Settings, ctx: UnitContext) -> None:
        self.name = name
        self.settings = settings
        self.ctx = ctx
        self.active, self.sub = "inactive", "dead"
        self.result = "success"
        self.main_pid = 0
        self.main_status: int | None = None
        self.todo: list[CommandLine] = []
        self.phase = ""
        self.control_pid = 0
        self.restarts = 0
        self.wanted = False  # somebody wants it to run: what decides about restarts
        self.starts: list[int] = []
        self.cancel: Callable[[], None] | None = None
        self.go_on: Callable[[], None] | None = None  # what comes when the last of its processes has ended
        self.start_again = False  # it was asked to start while it was stopping

    # ---- asked from outside
    def start(self) -> None:
        """Begin to start."""
        if self.active in ("active", "activating"):
            return
        if self.active == "deactivating":
            self.start_again = True
            return
        self.wanted = True
        self.restarts = 0
        self.starts.clear()
        self._start()

    def stop(self) -> None:
        """Begin to stop."""
        self.wanted = self.start_again = False
        if self.active == "deactivating":
            return
        self._drop_timer()
        if self.sub == "auto-restart":
            self._settle("inactive", "dead")
        elif self.control_pid and self.phase != "stop":
            self._terminate(self.control_pid)
        elif self.main_pid:
            if self.settings.stop:
                self._run_stop()
            else:
                self._terminate(self.main_pid)
        elif self.active == "active":
            if self.settings.stop:
                self._run_stop()
            else:
                self._end_others(self._over)
        elif self.active == "failed":
            self._settle("inactive", "dead")

    def state(self) -> tuple[str, str]:
        """Return (active state, sub state)."""
        return self.active, self.sub

    def status(self) -> Mapping[str, Any]:
        """Return what systemctl shows."""
        rows: dict[str, Any] = {"Type": self.settings.type, "Result": self.result, "NRestarts": self.restarts}
        if self.main_pid:
            rows["MainPID"] = self.main_pid
        if self.main_status is not None:
            if WIFEXITED(self.main_status):
                rows["ExecMainStatus"] = WEXITSTATUS(self.main_status)
            else:
                rows["ExecMainSignal"] = SIGNAL_NAMES[WTERMSIG(self.main_status) - 1]
        return rows

    # ---- starting
    def _start(self) -> None:
        now_ns = self.ctx.now_ns()
        interval_ns = self.settings.interval_ns
        self.starts = [at for at in self.starts if now_ns - at < interval_ns]
        if interval_ns and len(self.starts) >= self.settings.burst:
            self.result = "start-limit-hit"
            self.ctx.log(self.name, "Start request repeated too quickly.")
            self._settle("failed", "failed")
            return
        self.starts.append(now_ns)
        self.result = "success"
        self.main_status = None
        if self.settings.start_timeout_ns is not None:
            self.cancel = self.ctx.after(self.settings.start_timeout_ns, self._start_timed_out)
        self._set("activating", "start-pre" if self.settings.start_pre else "start")
        self._run("pre", list(self.settings.start_pre))

    def _run(self, phase: str, commands: list[CommandLine]) -> None:
        """Run the commands of a phase one after the other, then go on to the next phase."""
        self.phase = phase
        self.todo = commands
        self._next()

    def _next(self) -> None:
        if self.todo:
            self.control_pid = self._spawn(self.todo[0])
            if self.control_pid < 0:
                self.control_pid = 0
                if self.todo.pop(0).tolerant:
                    self._next()
                else:
                    self._failed("exit-code")
            return
        if self.phase == "pre":
            if self.settings.type == "oneshot":
                self._set("activating", "start")
                self._run("start", list(self.settings.start))
            else:
                self._start_main()
        elif self.phase == "start":
            self._run("post", list(self.settings.start_post))
        elif self.phase == "post":
            self._started()
        elif self.phase == "stop":
            if self.main_pid:
                self._terminate(self.main_pid)
            else:
                self._end_others(self._over)

    def _start_main(self) -> None:
        pid = self._spawn(self.settings.start[0])
        if pid < 0:
            self.main_status = 203 << 8
            self._main_ended(False)
            return
        self.main_pid = pid
        if self.settings.start_post:
            self._run("post", list(self.settings.start_post))
        else:
            self._started()

    def _started(self) -> None:
        self._drop_timer()
        self.phase = ""
        if self.main_pid:
            self._settle("active", "running")
        elif self.settings.remain:
            self._settle("active", "exited")
        else:
            self._end_others(self._over)

    def _spawn(self, command: CommandLine) -> int:
        """Return the pid, or -1 if it couldn't be started, which the journal says."""
        settings = self.settings
        try:
            return self.ctx.spawn(self.name, command.argv, dict(settings.env), settings.cwd, settings.user)
        except (SysError, ConfigError) as error:
            self.ctx.log(self.name, f"can't run {command.argv[0].decode('utf-8', 'replace')}: {error}")
            return -1

    def _start_timed_out(self) -> None:
        self.result = "timeout"
        self.ctx.log(self.name, "start operation timed out. Terminating.")
        if self.control_pid:
            self._terminate(self.control_pid)
        elif self.main_pid:
            self._terminate(self.main_pid)

    # ---- ends of processes
    def process_exited(self, pid: int, status: int) -> None:
        """A process of this service ended."""
        if pid == self.main_pid:
            self.main_pid = 0
            self.main_status = status
            if self.control_pid:
                return  # ExecStop runs: it decides what comes next
            stopping = self.active == "deactivating"
            self._end_others(lambda: self._main_ended(self._clean(status), stopping))
        elif pid == self.control_pid:
            self.control_pid = 0
            command = self.todo.pop(0)
            if self.phase == "start":
                self.main_status = status
            if self.active == "deactivating" and self.phase != "stop":
                self._drop_timer()
                self._end_others(self._over)
            elif not self._clean(status) and not command.tolerant and self.phase != "stop":
                self.ctx.log(self.name, f"{self.phase} process {_words(status)}")
                self._failed("exit-code" if WIFEXITED(status) else "signal")
            else:
                self._next()
        elif self.go_on is not None and not self._others():
            go_on, self.go_on = self.go_on, None
            self._drop_timer()
            go_on()

    def _clean(self, status: int) -> bool:
        if WIFEXITED(status):
            return WEXITSTATUS(status) == 0 or WEXITSTATUS(status) in self.settings.success
        return self.settings.type != "oneshot" and WTERMSIG(status) in CLEAN_SIGNALS

    def _main_ended(self, clean: bool, stopping: bool = False) -> None:
        self._drop_timer()
        status = self.main_status or 0
        if stopping and (clean or not WIFEXITED(status)):
            self._over()
            return
        if clean:
            if self._restarts(True, status):
                self._schedule()
            elif self.settings.remain:
                self._settle("active", "exited")
            else:
                self._settle("inactive", "dead")
            return
        self.ctx.log(self.name, f"main process {_words(status)}")
        self._failed("exit-code" if WIFEXITED(status) else "signal")

    def _failed(self, result: str) -> None:
        if self.result == "success":
            self.result = result
        self.todo = []
        self._drop_timer()
        if self.main_pid:
            self.wanted = False
            self._terminate(self.main_pid)
        else:
            self._end_others(self._give_up)

    def _give_up(self) -> None:
        if self._restarts(False, self.main_status or 0):
            self._schedule()
        else:
            self._settle("failed", "failed")

    def _restarts(self, clean: bool, status: int) -> bool:
        if not self.wanted:
            return False
        how = self.settings.restart
        if how == "always":
            return True
        if clean:
            return how == "on-success"
        by_signal = not WIFEXITED(status)
        return how == "on-failure" or (by_signal and how in ("on-abnormal", "on-abort"))

    def _schedule(self) -> None:
        self._set("activating", "auto-restart")
        self.restarts += 1
        self.cancel = self.ctx.after(self.settings.restart_ns, self._restart_now)

    def _restart_now(self) -> None:
        self.cancel = None
        if self.wanted:
            self._start()

    # ---- stopping
    def _terminate(self, pid: int) -> None:
        """Ask a process, and with KillMode=control-group all others, to end."""
        settings = self.settings
        self._drop_timer()
        if settings.kill_mode == "none":
            self.main_pid = self.control_pid = 0
            self._over()
            return
        self._set("deactivating", "stop-sigterm")
        self._signal([pid, *(self._others() if settings.kill_mode == "control-group" else ())], settings.kill_signal)
        self._set_stop_timer()

    def _run_stop(self) -> None:
        self._set("deactivating", "stop")
        self._set_stop_timer()
        self._run("stop", list(self.settings.stop))

    def _others(self) -> list[int]:
        """Return the processes of the unit besides the main and the control process, if it is to end them."""
        if self.settings.kill_mode in ("process", "none"):
            return []
        return [pid for pid in self.ctx.members(self.name) if pid not in (self.main_pid, self.control_pid)]

    def _end_others(self, go_on: Callable[[], None]) -> None:
        """Go on when the other processes have ended; they are told to."""
        others = self._others()
        if not others:
            go_on()
            return
        mixed = self.settings.kill_mode == "mixed"
        self._drop_timer()
        self.go_on = go_on
        self._set("deactivating", "final-sigkill" if mixed else "final-sigterm")
        self._signal(others, SIGKILL if mixed else self.settings.kill_signal)
        self._set_stop_timer()

    def _set_stop_timer(self) -> None:
        if self.settings.stop_timeout_ns is not None:
            self.cancel = self.ctx.after(self.settings.stop_timeout_ns, self._kill)

    def _kill(self) -> None:
        self.cancel = None
        self.result = "timeout"
        self._set("deactivating", "final-sigkill" if self.go_on is not None else "stop-sigkill")
        self._signal([pid for pid in (self.control_pid, self.main_pid) if pid] + self._others(), SIGKILL)

    def _signal(self, pids: list[int], signum: int) -> None:
        for pid in pids:
            self.ctx.kill(pid, signum)

    # ---- states
    def _drop_timer(self) -> None:
        if self.cancel is not None:
            self.cancel()
            self.cancel = None

    def _set(self, active: str, sub: str) -> None:
        self.active, self.sub = active, sub

    def _over(self) -> None:
        """It has stopped: well, unless something went wrong on the way."""
        self._settle(*(("inactive", "dead") if self.result == "success" else ("failed", "failed")))

    def _settle(self, active: str, sub: str) -> None:
        self._set(active, sub)
        self.ctx.changed(self.name)
        if self.start_again and self.active in ("inactive", "failed"):
            self.start_again = False
            self.start()

    def checkpoint(self) -> Any:
        """Return its state as plain data. A running process isn't carried by a fork: the copy is inactive then."""
        if self.main_pid or self.control_pid or self.go_on is not None or self.sub == "auto-restart":
            return ("inactive", "dead", self.result, self.main_status, self.restarts)
        return (self.active, self.sub, self.result, self.main_status, self.restarts)


def _words(status: int) -> str:
    if WIFEXITED(status):
        return f"exited, status={WEXITSTATUS(status)}"
    return f"killed, signal={SIGNAL_NAMES[WTERMSIG(status) - 1]}"


class ServiceType:
    """.service"""

    def __init__(self, options: Any, ctx: Any) -> None:
        pass

    def load(self, name: str, sections: Mapping[str, Section], ctx: UnitContext) -> Service:
        """Return a service. Raises ConfigError naming what its file says wrong."""
        return Service(name, Settings(name, sections), ctx)

    def restore(self, name: str, sections: Mapping[str, Section], ctx: UnitContext, saved: Any) -> Service:
        """Return a service as checkpoint saw it."""
        service = self.load(name, sections, ctx)
        service.active, service.sub, service.result, service.main_status, service.restarts = saved
        return service
