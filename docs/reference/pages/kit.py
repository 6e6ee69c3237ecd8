"""conformance.md: every clause of the conformance kit, from its cases."""

from __future__ import annotations

from kos_kernel.firstparty import NOUNS
from kos_kernel.hookspecs import HOOKS
from kos_kernel.testing import clauses

from . import markdown, source

PATH = clauses.__module__.replace(".", "/") + ".py"
HEAD = """# Conformance clauses

What `kos_kernel.testing` asks of a driver of each kind. A case is a function `case_...`; its clause has a number, such as
`FS-LOOKUP-2`. What a driver doesn't claim among its capabilities isn't asked. A case that builds on another is skipped when
that one fails, so that one mistake is told once.

A failure shows the rule, what the driver did, and the likely mistake.
"""


def page() -> str:
    """Return the page."""
    doors = [
        node for node in source.functions(source.tree(PATH)) if node.name in ("conformance", "check_driver", "clauses")
    ]
    parts = [HEAD]
    for node in doors:
        parts += [f"## {node.name}", f"```python\n{source.signature(node)}\n```", markdown.prose(source.doc(node))]
    for group in HOOKS:
        rows = []
        for case in clauses(group):
            asked = [f"`{word}`" for word in sorted(case.needs)] + [f"not `{word}`" for word in sorted(case.unless)]
            rows.append(
                [case.clause, f"`{case.name}`", markdown.escaped(case.rule), ", ".join(asked) or "every driver"]
            )
        parts += [f"## {NOUNS[group]}: {group}", markdown.table(["clause", "case", "the rule", "asked of"], rows)]
    return "\n\n".join(parts)
