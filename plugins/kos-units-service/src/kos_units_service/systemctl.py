"""systemctl: start, stop, restart, status, list-units, is-active, is-failed, show, cat, daemon-reload. Over /run/init."""

from __future__ import annotations

from kos_kernel.api import O_RDWR, SIGHUP, Command, Flag, Syscalls, SysError

SYSTEMCTL = Command(
    "systemctl",
    usage="[OPTIONS...] COMMAND [UNIT...]",
    summary="Query or send control commands to the service manager.",
    options=[
        Flag("all", "a", "all", help="show units that are inactive, too"),
        Flag("no_legend", "no-legend", help="don't print a header and a footer"),
        Flag("no_pager", "no-pager", help="accepted: there never is a pager"),
        Flag("quiet", "q", "quiet", help="suppress output of is-active and is-failed"),
    ],
)
_DOT = {"active": "●", "failed": "×"}


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run one command. Status: 0; 1 a job failed; 3 a unit isn't active; 4 there is no such unit."""
    opts, words = SYSTEMCTL.parse(argv)
    _wake_manager(k)
    verb = words[0].decode("utf-8", "replace") if words else "list-units"
    names = [_full(word.decode("utf-8", "surrogateescape")) for word in words[1:]]
    if verb in ("list-units", "list-unit-files"):
        return _list(k, names, opts.all or verb == "list-unit-files", opts.no_legend)
    if verb == "daemon-reload":
        return _request(k, "reload")
    if verb in ("start", "stop", "restart", "status", "is-active", "is-failed", "show", "cat") and not names:
        return _complain(k, "Too few arguments.", 1)
    if verb in ("start", "stop", "restart"):
        return _worst([_request(k, f"{verb} {name}") for name in names])
    if verb in ("is-active", "is-failed"):
        wanted = verb[3:]
        good = False
        for name in names:
            active = _status(k, name).get("ActiveState", "inactive")
            good = good or active == wanted
            if not opts.quiet:
                k.write(1, active.encode() + b"\n")
        return 0 if good else (3 if verb == "is-active" else 1)
    if verb == "status":
        return _worst([_show_status(k, name) for name in names])
    if verb == "show":
        for name in names:
            for key, value in _status(k, name).items():
                k.write(1, f"{key}={value}\n".encode("utf-8", "surrogateescape"))
        return 0
    if verb == "cat":
        return _worst([_cat(k, name) for name in names])
    return _complain(k, f"Unknown command verb {verb}.", 1)


def _worst(statuses: list[int]) -> int:
    return max(statuses)


def _full(name: str) -> str:
    return name if "." in name else name + ".service"


def _complain(k: Syscalls, text: str, status: int) -> int:
    k.write(2, text.encode("utf-8", "surrogateescape") + b"\n")
    return status


def _request(k: Syscalls, request: str) -> int:
    try:
        fd = k.open(b"/run/init/control", O_RDWR)
    except SysError as error:
        if error.errno == 2:
            return _complain(k, "systemctl: the service manager isn't running: there are no unit files", 1)
        return _complain(k, f"systemctl: {error.strerror}", 1)
    try:
        k.write(fd, request.encode("utf-8", "surrogateescape"))
        answer = k.read(fd, 65536).decode("utf-8", "surrogateescape").rstrip("\n")
    finally:
        k.close(fd)
    if answer == "ok":
        return 0
    missing = answer.endswith("not found") or "not found." in answer
    return _complain(k, f"Failed to {request}: {answer}" if missing else answer, 5 if missing else 1)


def _wake_manager(k: Syscalls) -> None:
    """The manager is brought in when there are unit files; those written after boot are found when PID 1 is told to look."""
    try:
        k.stat(b"/run/init/control")
    except SysError:
        k.kill(1, SIGHUP)


def _read(k: Syscalls, path: str) -> str:
    fd = k.open(path.encode("utf-8", "surrogateescape"))
    try:
        return k.read_all(fd).decode("utf-8", "surrogateescape")
    finally:
        k.close(fd)


def _status(k: Syscalls, name: str) -> dict[str, str]:
    try:
        text = _read(k, f"/run/init/unit/{name}")
    except SysError:
        return {}
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _show_status(k: Syscalls, name: str) -> int:
    rows = _status(k, name)
    if not rows:
        return _complain(k, f"Unit {name} could not be found.", 4)
    active, sub = rows["ActiveState"], rows["SubState"]
    lines = [f"{_DOT.get(active, '○')} {name} - {rows['Description']}"]
    lines.append(f"     Loaded: {rows['LoadState']} ({rows.get('LoadError') or rows.get('FragmentPath', 'no file')})")
    result = f" (Result: {rows['Result']})" if active == "failed" and "Result" in rows else f" ({sub})"
    lines.append(f"     Active: {active}{result}")
    if "MainPID" in rows:
        lines.append(f"   Main PID: {rows['MainPID']}")
    elif "ExecMainStatus" in rows:
        lines.append(f"    Process: exited, status={rows['ExecMainStatus']}")
    elif "ExecMainSignal" in rows:
        lines.append(f"    Process: killed, signal={rows['ExecMainSignal']}")
    try:
        tail = _read(k, f"/var/log/{name}.log").splitlines()[-10:]
    except SysError:
        tail = []
    if tail:
        lines.extend(["", *tail])
    k.write(1, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
    return 0 if active == "active" else 3


def _list(k: Syscalls, names: list[str], everything: bool, bare: bool) -> int:
    try:
        text = _read(k, "/run/init/units")
    except SysError:
        text = ""
    rows = [line.split("\t") for line in text.splitlines()]
    rows = [row for row in rows if (everything or row[2] != "inactive") and (not names or row[0] in names)]
    header = ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"]
    widths = [max([len(row[place]) for row in rows] + [len(header[place])]) for place in range(4)]
    shown = rows if bare else [header, *rows]
    lines = [
        "  " + " ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]])
        for row in shown
    ]
    if not bare:
        lines += ["", f"{len(rows)} loaded units listed."]
    k.write(1, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
    return 0


def _cat(k: Syscalls, name: str) -> int:
    rows = _status(k, name)
    path = rows.get("FragmentPath")
    if path is None:
        return _complain(k, f"No files found for {name}.", 1)
    k.write(1, f"# {path}\n{_read(k, path)}".encode("utf-8", "surrogateescape"))
    return 0
