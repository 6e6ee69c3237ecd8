"""python -m tests.judges: run one suite and print what is news, then `passed/total`; for cases of many tests, those first."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import runner


def main(argv: list[str]) -> int:
    """Run a suite; return 1 if there is news."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__)
    parser.add_argument("suite", choices=sorted(runner.SUITES))
    parser.add_argument("--checkout", required=True, type=Path, help="where the suite lies")
    parser.add_argument("--only", default="", metavar="REGEX", help="cases whose name or title this finds")
    parser.add_argument(
        "--shell", metavar="NAME", help="judge a shell of the host instead; its failures are all printed"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--show", action="store_true", help="print each case's script and errors too")
    options = parser.parse_args(argv)
    checkout = options.checkout.resolve()
    suite = runner.load(options.suite, checkout)
    listed = {} if options.shell else runner.known(suite.name)
    verdicts = list(runner.run(suite, checkout, only=options.only, shell=options.shell, jobs=options.jobs))
    found = runner.report(verdicts, listed)
    for verdict in found.news:
        print(f"FAILS   {verdict.case.name}  {verdict.case.title}\n   {verdict.complaint}")
        if options.show:
            script = verdict.case.stdin or b" ".join(verdict.case.args)
            print("   errors", verdict.stderr.decode("utf-8", "backslashreplace"))
            print("   script", script.decode("utf-8", "backslashreplace"), sep="\n")
    for name, why in found.mended:
        print(f"PASSES  {name}, which is listed: {why}")
    odd = _counted_parts(verdicts, {} if options.shell else runner.known_parts(suite.name))
    print(f"{found.passed}/{found.total}")
    return 1 if found.news or found.mended or odd else 0


def _counted_parts(verdicts: list[runner.Verdict], listed: dict[str, str]) -> int:
    """Count the tests that cases consist of, print what is news of them, and return how much that is."""
    said = {f"{verdict.case.name}: {title}": passed for verdict in verdicts for title, passed in verdict.parts}
    news = 0
    for name, passed in said.items():
        why = runner.reason_for(listed, name)
        if passed is False and why is None:
            print(f"fails   {name}")
            news += 1
        elif passed and why is not None and name in listed:
            print(f"passes  {name}, which is listed: {why}")
            news += 1
    if said:
        counts = list(said.values())
        print(f"tests: {counts.count(True)} of {len(counts) - counts.count(None)} pass, {counts.count(None)} skipped")
    return news


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
