"""container: run, create, start, list, state, kill, wait, delete. Inside the machine, as runc is on Linux."""

from __future__ import annotations

import json

from kos_kernel.api import (
    SIGNAL_NAMES,
    SIGTERM,
    WEXITSTATUS,
    WIFEXITED,
    WTERMSIG,
    Bundle,
    Command,
    Flag,
    Syscalls,
    SysError,
    Value,
)

from .native import NativeRuntime

CONTAINER = Command(
    "container",
    usage="run|create [OPTION]... CMD [ARG]...",
    summary="Run programs in containers; or: container start|list|state|kill|wait|delete [ID].",
    permute=False,
    options=[
        Value("root", "r", "root", metavar="DIR", default=b"/", help="the directory that becomes its /"),
        Value("name", "n", "name", metavar="ID", default=b"", help="its name; default: a fresh one"),
        Value("hostname", "h", "hostname", metavar="NAME", default=b"", help="its hostname; default: its name"),
        Value("workdir", "w", "workdir", metavar="DIR", default=b"/", help="where it starts"),
        Value("env", "e", "env", metavar="NAME=VALUE", repeat=True, default=(), help="a variable of its environment"),
        Value("volume", "v", "volume", metavar="DIR:INSIDE", repeat=True, default=(), help="show a directory inside"),
        Flag("read_only", "read-only", help="its / can't be written"),
        Flag("detach", "d", "detach", help="don't wait for it; print its name"),
        Flag("keep", "keep", help="don't delete it when it has ended"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Run one command. `run` ends with the container's own status."""
    if len(argv) < 2 or argv[1][:1] == b"-":
        CONTAINER.parse(argv)
        raise CONTAINER.error(argv[0], "missing command: run, create, start, list, state, kill, wait or delete")
    verb = argv[1].decode("utf-8", "replace")
    opts, words = CONTAINER.parse([argv[0], *argv[2:]])
    runtime = NativeRuntime()
    try:
        if verb in ("run", "create"):
            if not words:
                raise CONTAINER.error(argv[0], "missing program")
            return _run(k, runtime, opts, words, verb)
        if verb == "list":
            for state in runtime.list(k):
                command = b" ".join(state.bundle.argv).decode("utf-8", "replace")
                k.write(1, f"{state.id}\t{state.status}\t{state.pid}\t{command}\n".encode())
            return 0
        if not words:
            raise CONTAINER.error(argv[0], f"{verb}: missing name")
        name = words[0].decode("utf-8", "surrogateescape")
        if verb == "start":
            runtime.start(k, name)
        elif verb == "state":
            state = runtime.state(k, name)
            plain = {"id": state.id, "status": state.status, "pid": state.pid, "exit_status": state.exit_status}
            k.write(1, json.dumps(plain).encode() + b"\n")
        elif verb == "kill":
            runtime.kill(k, name, _signal(words[1]) if len(words) > 1 else SIGTERM)
        elif verb == "wait":
            return _exit_code(runtime.wait(k, name))
        elif verb == "delete":
            runtime.delete(k, name)
        else:
            raise CONTAINER.error(argv[0], f"unknown command '{verb}'")
    except SysError as error:
        where = f"{error.filename.decode('utf-8', 'replace')}: " if error.filename else ""
        k.write(2, f"container: {where}{error.why or error.strerror}\n".encode("utf-8", "surrogateescape"))
        return 125
    return 0


def _run(k: Syscalls, runtime: NativeRuntime, opts, words: list[bytes], verb: str) -> int:  # type: ignore[no-untyped-def]
    name = opts.name.decode("utf-8", "surrogateescape") or k.getrandom(6).hex()
    env = {b"PATH": k.env.get(b"PATH", b"/usr/bin:/bin"), b"HOME": b"/root", b"TERM": k.env.get(b"TERM", b"dumb")}
    for word in opts.env:
        key, equals, value = word.partition(b"=")
        env[key] = value if equals else k.env.get(key, b"")
    mounts = []
    for word in opts.volume:
        source, _, inside = word.partition(b":")
        mounts.append((source, inside or source, "bind"))
    bundle = Bundle(
        opts.root, words, env, opts.workdir, opts.hostname or name.encode()[:64], bool(opts.read_only), tuple(mounts)
    )
    runtime.create(k, name, bundle)
    if verb == "create":
        k.write(1, name.encode() + b"\n")
        return 0
    runtime.start(k, name)
    if opts.detach:
        k.write(1, name.encode() + b"\n")
        return 0
    status = runtime.wait(k, name)
    if not opts.keep:
        runtime.delete(k, name)
    return _exit_code(status)


def _exit_code(status: int) -> int:
    return WEXITSTATUS(status) if WIFEXITED(status) else 128 + WTERMSIG(status)


def _signal(word: bytes) -> int:
    text = word.decode("utf-8", "replace").upper().removeprefix("SIG")
    if text.isdigit():
        return int(text)
    if text in SIGNAL_NAMES:
        return SIGNAL_NAMES.index(text) + 1
    raise CONTAINER.error(b"container", f"unknown signal '{text}'")
