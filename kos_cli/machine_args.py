"""What the machine options mean: a configuration for `Machine`, and the environment, user and folder of what runs in it.

Both readers of the option table hand over text; its meaning is decided here, once. Imports nothing heavy.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kos_kernel.errors import KosError

if TYPE_CHECKING:
    from kos_kernel import Machine


def make_machine(parsed: Any, **more: Any) -> Machine:
    """Return the machine that these options ask for. more: further overrides, shaped as kos.toml is.

    Raises KosError for an option that can't be.
    """
    from kos_kernel import Machine, Platform

    platform = Platform(safe_mode=True) if parsed.safe_mode else Platform.shared()
    config = platform.config(parsed.config, sets=parsed.set, overrides={**overrides(parsed), **more})
    watchers = observers(parsed)
    if watchers:  # beside those that the configuration names, not instead of them
        watched = platform.config(None, overrides={"trace": {"observers": watchers}})
        config = config._replace(observers=(*config.observers, *watched.observers))
    return Machine(config, platform=platform)


def observers(parsed: Any) -> list[dict[str, Any]]:
    """Return the observers that --strace and --trace ask for, as [trace] observers of kos.toml would name them."""
    made: list[dict[str, Any]] = []
    if parsed.strace:
        made.append({"driver": "strace"})
    if parsed.trace is not None:
        try:
            with open(parsed.trace, "ab"):
                pass
        except OSError as error:
            raise KosError(f"--trace {parsed.trace}: {error.strerror}") from None
        made.append({"driver": "trace", "file": os.path.abspath(parsed.trace)})
    return made


def overrides(parsed: Any) -> dict[str, Any]:
    """Return what is laid over the configuration file and --set, shaped as kos.toml is."""
    laid: dict[str, Any] = {}
    if parsed.clock is not None:
        if parsed.clock not in ("wall", "virtual"):
            raise KosError(f"--clock {parsed.clock}: there is 'wall' and 'virtual'")
        laid["clock"] = parsed.clock
    if parsed.seed is not None:
        laid["seed"] = seed(parsed.seed)
    if parsed.mount:
        laid["mounts"] = [mount(text, virtual_times=parsed.clock == "virtual") for text in parsed.mount]
    return laid


def mount(text: str, *, virtual_times: bool = False) -> dict[str, Any]:
    """Return HOST:GUEST[:ro|rw] as an entry of [[mounts]]. The host's side may hold colons, the guest's may not.

    virtual_times: show every file as of the machine's boot, so that runs in virtual time repeat.
    """
    rest, mode = text, "ro"
    if text.endswith((":ro", ":rw")):
        rest, mode = text[:-3], text[-2:]
    host, colon, guest = rest.rpartition(":")
    if not colon or not host or not guest.startswith("/"):
        raise KosError(f"--mount {text}: expected HOST:GUEST[:ro|rw] with an absolute GUEST, as in ./logs:/logs")
    source = os.path.abspath(host)
    if not os.path.isdir(source):
        what = "is not a folder" if os.path.exists(source) else "isn't there"
        raise KosError(f"--mount {text}: the host's {host} {what}")
    made: dict[str, Any] = {"target": guest, "driver": "host", "source": source, "mode": mode}
    if virtual_times:
        made["virtual_times"] = True
    return made


def seed(text: str) -> int:
    """Return the seed that was asked for."""
    if not text.isascii() or not text.removeprefix("-").isdecimal() or len(text) > 40:
        raise KosError(f"--seed {text}: expected a whole number")
    return int(text)


def environment(parsed: Any) -> dict[bytes, bytes]:
    """Return the variables that the options name, for laying over the machine's own."""
    given: dict[bytes, bytes] = {}
    if parsed.host_env:
        given.update((os.fsencode(name), os.fsencode(value)) for name, value in os.environ.items())
    for text in parsed.env:
        name, equals, value = text.partition("=")
        if not name:
            raise KosError(f"--env {text}: expected NAME=VALUE, or NAME to take its value from the host")
        if not equals:
            if name not in os.environ:
                raise KosError(
                    f"--env {name}: the host has no variable of that name\n  write --env {name}=VALUE to give it one"
                )
            value = os.environ[name]
        given[os.fsencode(name)] = os.fsencode(value)
    return given


def timeout_s(parsed: Any) -> float | None:
    """Return --timeout in seconds; a number without a unit means seconds, as for timeout(1)."""
    if parsed.timeout is None:
        return None
    from kos_kernel.quantities import parse_duration

    try:
        return parse_duration(parsed.timeout, bare="s") / 1e9
    except ValueError as error:
        raise KosError(f"--timeout {parsed.timeout}: {error}") from None
