"""The main loop's record: whether it may be kept in local variables, and what is asked of it there.

record_facts(...) -> RecordFacts
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..language import tree
from .nodes import targets, walk
from .usage import kinds_seen, looks_at_record, needed_patterns

_READING = {"FS", "RS", "FPAT", "FIELDWIDTHS", "IGNORECASE", "NR", "FNR"}


class RecordFacts(NamedTuple):
    """What is known of the record.

    in_locals: the main loop may read records in batches, each a local variable.
    changes: the program changes $0, a field or NF somewhere; in_main: rules of the main loop do.
    kinds: whether a field is a number or a text is asked somewhere in rules, after one may have been assigned.
    wanted: patterns of which one must be found in a record, or no rule does anything; None if there are none such.
    """

    in_locals: bool
    changes: bool
    in_main: bool
    kinds: bool
    wanted: tuple[bytes, ...] | None


def record_facts(
    program: tree.Program, everything: list[Any], assigned: set[str], outside: frozenset[str]
) -> RecordFacts:
    """Return the facts. assigned: special variables that the program assigns; outside: what the command line does."""
    main = [rule for rule in program.rules if rule.kind == "main"]
    in_main = any(changes_record(node) for node in walk(main))
    in_locals = _in_locals(program, main, everything, in_main, assigned, outside)
    seen = [node for node in walk(program.rules) if isinstance(node, tree.Var) and node.name in ("IGNORECASE", "ORS")]
    wanted = None if seen or not in_locals or "IGNORECASE" in outside else _wanted(program, main, in_main)
    kinds = bool(kinds_seen(walk(program.rules), tree.Field, ("text",)))
    return RecordFacts(in_locals, any(map(changes_record, everything)), in_main, kinds, wanted)


def changes_record(node: Any) -> bool:
    """Tell whether a node changes $0, a field or NF."""
    return any(
        isinstance(target, tree.Field) or (isinstance(target, tree.Var) and target.name == "NF" and not target.local)
        for target in targets(node)
    )


def _in_locals(
    program: tree.Program,
    main: list[tree.Rule],
    everything: list[Any],
    in_main: bool,
    assigned: set[str],
    outside: frozenset[str],
) -> bool:
    """Not if anything reads the main input, looks at RT or changes how records are read, but in BEGIN; nor if a function looks at
    the record, or the output's separator changes while records do."""
    if any(rule.kind in ("BEGINFILE", "ENDFILE") for rule in program.rules):
        return False
    if {"NR", "FNR"} & (assigned | outside):
        return False
    for node in everything:
        if isinstance(node, tree.Getline) and (
            node.kind != "file" or not isinstance(node.target, (tree.Var, tree.Index))
        ):
            return False
        if isinstance(node, tree.ForIn) and node.name.name == "NF":
            return False
        if isinstance(node, tree.Getline) and isinstance(node.target, tree.Var) and node.target.name == "NF":
            return False
        if isinstance(node, tree.Jump) and node.what == "nextfile":
            return False
        if isinstance(node, tree.Var) and node.name == "RT" and not node.local:
            return False
        if isinstance(node, tree.Call) and node.indirect is not None:
            return False
    functions = list(program.functions.values())
    settled = _READING | ({"OFS"} if in_main else set())
    for node in walk([*main, *functions]):
        for target in targets(node):
            if isinstance(target, tree.Var) and target.name in settled and not target.local:
                return False
    if looks_at_record(functions) or any(changes_record(node) for node in walk(functions)):
        return False
    return not any(
        isinstance(node, tree.Var) and node.name in ("NR", "FNR") and not node.local for node in walk(functions)
    )


def _wanted(program: tree.Program, main: list[tree.Rule], in_main: bool) -> tuple[bytes, ...] | None:
    found: list[bytes] = []
    left = [rule for rule in program.rules if rule not in main[:1]]
    seen = walk([*left, *program.functions.values()])
    unseen = not any(isinstance(node, tree.Var) and node.name in ("RSTART", "RLENGTH") for node in seen)
    for number, rule in enumerate(main):
        matches = number == 0 and unseen
        needed = None if rule.until is not None or rule.pattern is None else needed_patterns(rule.pattern, matches)
        if needed is None:
            return None
        found += needed
    end = [rule for rule in program.rules if rule.kind == "END"]
    if in_main and looks_at_record(end):
        return None
    counted = any(isinstance(node, tree.Var) and node.name in ("NR", "FNR") for node in walk(main))
    leaves = any(isinstance(node, tree.Exit) for node in walk([*main, *program.functions.values()]))
    if counted or (leaves and end):
        return None
    return tuple(found) or None
