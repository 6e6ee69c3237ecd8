"""The long run: so many scripts, every difference reduced and shown. Exits with 1 if there was any, 2 if not all could run.

Which scripts a seed gives doesn't depend on --jobs: number N is drawn from numbers that follow from the seed and N.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
import traceback
from typing import Any

from .both import Both, Did, Hang
from .commands import script

REPORT = 1000  # scripts between two lines of progress


def main() -> int:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--scripts", type=int, default=1000, help="how many scripts to run")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other scripts")
    parser.add_argument("--jobs", type=int, default=1, help="so many processes share the scripts")
    parser.add_argument(
        "--strict", action="store_true", help="compare messages on stderr too, not only whether there are any"
    )
    parser.add_argument("--most", type=int, default=20, help="stop after so many differences")
    parser.add_argument("--bash", default="bash", help="which bash to compare with")
    options = parser.parse_args()
    start = time.monotonic()
    results: Any = multiprocessing.SimpleQueue()
    workers = [
        multiprocessing.Process(target=_work, args=(options, job, results), daemon=True) for job in range(options.jobs)
    ]
    for worker in workers:
        worker.start()
    ran, left, found = 0, len(workers), []
    failed: list[str] = []
    while left and len(found) < options.most:
        what, value = results.get()
        if what == "ran":
            before, ran = ran, ran + value
            if ran // REPORT > before // REPORT:
                print(f"{ran} scripts, {len(found)} differences, {time.monotonic() - start:.0f} s", flush=True)
        elif what == "found":
            small, text = value
            if small not in found:
                found.append(small)
                print("=" * 20, text, sep="\n", flush=True)
        elif what == "failed":
            failed.append(value)
        else:
            left -= 1
    for worker in workers:
        worker.terminate()
        worker.join()
    print(f"{ran} scripts, {len(found)} differences, seed {options.seed}, {time.monotonic() - start:.0f} s")
    return ended(options, ran, len(found), failed)


def ended(options: argparse.Namespace, ran: int, found: int, failed: list[str]) -> int:
    """Return the exit status, and say why if not all scripts ran."""
    for why in failed:
        print(f"a worker broke down:\n{why}")
    if failed:
        return 2
    if found >= options.most:
        print(f"stopped before all {options.scripts} scripts ran: --most {options.most} differences are found")
    return 1 if found else 0


def _work(options: argparse.Namespace, job: int, results: Any) -> None:
    """Run every so manieth script and put ("ran", how many), ("found", (script, what to show)) and at last ("done", None)."""
    both = Both(options.bash)
    ran = number = 0
    try:
        for number in range(job, options.scripts, options.jobs):
            statements = script(options.seed, number)
            if both.kind(statements, options.strict, again=4):
                small = both.small(statements, options.strict)
                if not both.kind(small, options.strict):  # it isn't the same each time
                    small = statements
                results.put(("found", (small, f"script {number}\n{shown(small, both, options.strict)}")))
            ran += 1
            if ran == 50:
                results.put(("ran", ran))
                ran = 0
    except Exception:
        results.put(("failed", f"script {number}\n{traceback.format_exc()}"))
    finally:
        both.close()
        results.put(("ran", ran))
        results.put(("done", None))


def shown(statements: list[str], both: Both, strict: bool) -> str:
    """Return a difference as it is shown."""
    text = "\n".join(statements) + "\n"
    try:
        pair = both.difference(statements, strict)
    except Hang:
        return f"{text}-- hangs in the machine"
    return text + "".join(_shown(name, did) for name, did in zip(("bash", "KOS"), pair or (), strict=False))


def _shown(name: str, did: Did) -> str:
    stdout, stderr = (data.decode(errors="backslashreplace") for data in (did.stdout, did.stderr))
    return f"-- {name}: {did.status}\n{stdout}\n{stderr}\n"


if __name__ == "__main__":
    sys.exit(main())
