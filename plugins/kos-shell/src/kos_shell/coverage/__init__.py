"""What of POSIX sh and bash 5.2 this shell has: `sh --coverage [--json]`.

    bash52.py      what bash 5.2 has: names alone
    features.py    what no table of the shell knows: syntax, expansions, redirections; each with a script that shows it
    collect.py     the shell's own tables, held against bash52.py
    report.py      as text and as JSON

No claim is made by hand that a table of the shell could make, and tests run a probe for every claim, in both directions.
"""

from kos_shell.coverage.collect import Item, Section, coverage

__all__ = ["Item", "Section", "coverage"]
