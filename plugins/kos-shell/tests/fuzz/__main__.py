"""The long run: so many scripts, every difference reduced and shown. Exits with 1 if there was any."""

from __future__ import annotations

import argparse
import random
import sys
import time

from .both import Both, Did, Hang
from .commands import Commands
from .reduce import reduced


def main() -> int:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--scripts", type=int, default=1000, help="how many scripts to run")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other scripts")
    parser.add_argument(
        "--strict", action="store_true", help="compare messages on stderr too, not only whether there are any"
    )
    parser.add_argument("--most", type=int, default=20, help="stop after so many differences")
    parser.add_argument("--bash", default="bash", help="which bash to compare with")
    options = parser.parse_args()
    both = Both(options.bash)
    found: list[list[str]] = []
    ran = 0

    rng = random.Random(options.seed)
    start = time.monotonic()
    try:
        while ran < options.scripts and len(found) < options.most:
            statements = Commands(rng.randrange).script()
            ran += 1
            if ran % 1000 == 0:
                print(f"{ran} scripts, {len(found)} differences, {time.monotonic() - start:.0f} s", flush=True)
            first = both.kind(statements, options.strict, again=4)
            if not first:
                continue
            small = reduced(statements, lambda fewer: both.takes(fewer) and both.kind(fewer, options.strict) == first)  # noqa: B023
            if small not in found:
                found.append(small)
                show(small, both, options.strict)
    finally:
        both.close()
    print(f"{ran} scripts, {len(found)} differences, seed {options.seed}, {time.monotonic() - start:.0f} s")
    return 1 if found else 0


def show(statements: list[str], both: Both, strict: bool) -> None:
    """Print a difference."""
    print("=" * 20, *statements, sep="\n")
    try:
        pair = both.difference(statements, strict)
    except Hang:
        print("-- hangs in the machine", flush=True)
        return
    if pair is not None:
        for name, did in zip(("bash", "KOS"), pair, strict=True):
            _print(name, did)
    sys.stdout.flush()


def _print(name: str, did: Did) -> None:
    print(
        f"-- {name}: {did.status}",
        did.stdout.decode(errors="backslashreplace"),
        did.stderr.decode(errors="backslashreplace"),
        sep="\n",
    )


if __name__ == "__main__":
    sys.exit(main())
