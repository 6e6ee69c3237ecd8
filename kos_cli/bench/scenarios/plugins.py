"""Do plugins that a machine doesn't use slow its boot? A boot with forty more installed, against one without them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from ..contest import SELF, Aim, Contender, Contest
from ..laboratory import Laboratory, as_installed, timed_process

NAME = "plugins"
SUMMARY = "boot with forty more plugins installed, against a boot without them"

COUNT = 40
_BOOT = "from kos_kernel import Machine; Machine().close()"


def contests(lab: Laboratory) -> Iterator[Contest]:
    """Yield the boot of a whole process, both with a warm cache of their own."""

    def boot(extra: str | None) -> Contender:
        env = {**as_installed(), "KOS_CACHE_DIR": lab.folder()}
        if extra is not None:
            env["PYTHONPATH"] = os.pathsep.join(part for part in (extra, os.environ.get("PYTHONPATH")) if part)
        name = "without" if extra is None else SELF
        return Contender(name, timed_process([sys.executable, "-c", _BOOT], 1e3, env))

    extra = lab.folder()
    install(extra, COUNT)
    yield Contest(
        "start",
        f"boot, {COUNT} more plugins",
        "ms",
        (boot(extra), boot(None)),
        rival="without",
        aim=Aim("ratio", 1.2, 1.2),
        rounds=lab.rounds(11),
    )


def install(folder: str, count: int) -> None:
    """Write what installing so many scheduler plugins leaves in a folder of the import path: packages and dist-infos."""
    for number in range(count):
        package = f"kos_bench_plugin_{number}"
        os.makedirs(os.path.join(folder, package))
        info = os.path.join(folder, f"{package}-1.0.dist-info")
        os.makedirs(info)
        texts = {
            os.path.join(folder, package, "__init__.py"): "",
            os.path.join(folder, package, "plugin.py"): 'raise RuntimeError("a boot must not import me")\n',
            os.path.join(info, "METADATA"): f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1.0\n",
            os.path.join(info, "entry_points.txt"): f"[kos.scheduler]\nbench-{number} = {package}.plugin\n",
        }
        for path, text in texts.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
