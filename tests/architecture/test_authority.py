"""Time, chance and state: where they may come from."""

from __future__ import annotations

import ast
import itertools

CLOCK = "kos_kernel.clock"
ENTROPY = "kos_kernel.entropy"
# What reads the host's clock or randomness: modules, and attributes of modules.
CHANCE_MODULES = {"random", "secrets", "uuid"}
CHANCE_CALLS = {("os", "urandom"), ("os", "getrandom"), ("ssl", "RAND_bytes")}
NOW_CALLS = {"now", "utcnow", "today"}
NOW_OWNERS = {"datetime", "date", "dt"}


def everything(kernel, cli, plugins):
    return [*kernel, *cli, *itertools.chain.from_iterable(plugins.values())]


def test_only_the_clock_reads_the_hosts_time(kernel, cli, plugins):
    wrong = []
    for module in everything(kernel, cli, plugins):
        # The bench measures the host: that is its work.
        if module.name == CLOCK or module.name.startswith("kos_cli.bench"):
            continue
        wrong += [
            f"{module.shown}:{line}: imports {name}" for line, name in module.imports() if name.split(".")[0] == "time"
        ]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in NOW_CALLS:
                owner = node.func.value
                name = (
                    owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
                )
                if name in NOW_OWNERS:
                    wrong.append(f"{module.shown}:{node.lineno}: {name}.{node.func.attr}()")
    assert not wrong, "time is a device (clock.py); what needs it is given a clock:\n" + "\n".join(wrong)


def test_only_entropy_asks_the_host_for_chance(kernel, cli, plugins):
    wrong = []
    for module in everything(kernel, cli, plugins):
        if module.name == ENTROPY:
            continue
        wrong += [
            f"{module.shown}:{line}: imports {name}"
            for line, name in module.imports()
            if name.split(".")[0] in CHANCE_MODULES
        ]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if (node.value.id, node.attr) in CHANCE_CALLS:
                    wrong.append(f"{module.shown}:{node.lineno}: {node.value.id}.{node.attr}")
            elif isinstance(node, ast.ImportFrom) and any((node.module, a.name) in CHANCE_CALLS for a in node.names):
                wrong.append(f"{module.shown}:{node.lineno}: {ast.unparse(node)}")
    assert not wrong, "chance is a device (entropy.py); what needs it is given an Entropy:\n" + "\n".join(wrong)


def test_no_host_threads_run_guest_work(kernel, plugins):
    """A thread is a host of a world or of nothing: kernel and plugins make none."""
    wrong = []
    for module in [*kernel, *itertools.chain.from_iterable(plugins.values())]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "threading.Thread",
                "Thread",
                "ThreadPoolExecutor",
            ):
                wrong.append(f"{module.shown}:{node.lineno}")
    assert not wrong, "\n".join(wrong)


CHANGES = {
    *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"),
    *("add", "discard", "update", "setdefault", "popitem", "appendleft", "popleft"),
}
MAKERS = {
    "dict",
    "list",
    "set",
    "deque",
    "defaultdict",
    "OrderedDict",
    "Counter",
    "WeakKeyDictionary",
    "WeakValueDictionary",
}
CACHES = {"cache", "lru_cache", "functools.cache", "functools.lru_cache"}
# Constants that are too dear to make before somebody asks: the same for the same arguments, of which there are a few.
LATE_CONSTANTS = {
    ("kos_kernel.toolkit.regex.engines", "_real"),
    ("kos_kernel.toolkit.regex.charset", "class_ranges"),
    ("kos_kernel.toolkit.regex.charset", "_which"),
    ("kos_kernel.toolkit.regex.charset", "_case_pairs"),
}
# The platform that `Machine()` uses when it is given none: what is installed in this process, found out once.
SHARED_PLATFORM = ("kos_kernel.platform", "_SHARED")


def test_no_module_holds_state(kernel, plugins):
    """A table that is written while its module is imported is a constant; one that a function changes is state.

    State belongs to a Platform, a World, a Machine or a driver, so that a process can hold many of each.
    """
    wrong = []
    for module in [*kernel, *itertools.chain.from_iterable(plugins.values())]:
        mutable = set(module_tables(module.tree))
        for function in functions(module.tree):
            decorators = {ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in function.decorator_list}
            if decorators & CACHES and (module.name, function.name) not in LATE_CONSTANTS:
                wrong.append(
                    f"{module.shown}:{function.lineno}: {function.name} has a cache that lives as long as the process"
                )
            local = local_names(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Global):
                    wrong.append(f"{module.shown}:{node.lineno}: global {', '.join(node.names)}")
                name = changed(node)
                if name in mutable and name not in local and (module.name, name) != SHARED_PLATFORM:
                    wrong.append(f"{module.shown}:{node.lineno}: {function.name} changes the module's {name}")
    assert not wrong, "\n".join(wrong)


def module_tables(tree: ast.Module):
    """Yield the names that a module binds to something that can change."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        table = isinstance(value, (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp))
        called = isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1].split("[")[0] in MAKERS
        if table or called:
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def functions(tree: ast.AST):
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def local_names(function) -> set[str]:
    """Return the names that a function binds itself: these hide the module's."""
    arguments = function.args
    names = {a.arg for a in (*arguments.args, *arguments.posonlyargs, *arguments.kwonlyargs)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def changed(node: ast.AST) -> str | None:
    """Return the name of the table that this piece of code changes."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else None
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, (ast.Store, ast.Del))
        and isinstance(node.value, ast.Name)
    ):
        return node.value.id
    return None
