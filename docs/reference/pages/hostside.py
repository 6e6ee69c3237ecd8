"""python-api.md: what a host program holds: Machine, what it returns, what a test gets."""

from __future__ import annotations

from . import markdown, source

CLASSES = {
    "kos_kernel/machine.py": ("Machine", "Running", "Result", "Shell", "Change", "Diff", "CommandFailed"),
    "kos_kernel/platform.py": ("Platform",),
}
PLATFORM_METHODS = ("shared", "config", "world")
HEAD = """# Python API

```python
from kos_kernel import Machine

with Machine(seed=7, clock="virtual") as machine:
    print(machine.run("uname -n; echo $((6*7))").text)
```

`kos_kernel` offers {names}. Each is imported when it is first asked for.

A machine belongs to the thread that made it. `machine.post` is the one method for other threads. Errors are Python's own
(`FileNotFoundError`) or a [KosError](errors.md#koserror); what a guest does wrong is a status in a `Result`.
"""


def page() -> str:
    """Return the page."""
    import kos_kernel

    names = ", ".join(markdown.code(name) for name in kos_kernel.__all__)
    parts = [HEAD.format(names=names)]
    for path, classes in CLASSES.items():
        for name in classes:
            parts.append(_class(path, name))
    parts += _analysis()
    parts += ["## For tests", *_testing()]
    return "\n\n".join(parts)


def _class(path: str, name: str) -> str:
    node = source.find_class(path, name)
    parts = [f"## {name}", f"From `{path}`.", markdown.prose(source.doc(node))]
    init = [one for one in source.functions(node, private=True) if one.name == "__init__"]
    if init and name in ("Machine", "Platform"):
        parts.append("```python\n" + source.signature(init[0], name=name).replace(" -> None", "") + "\n```")
    fields = source.fields(node)
    if fields:
        lines = [f"    {field}: {kind}" + ("" if value is None else f" = {value}") for field, kind, value in fields]
        parts.append(f"```python\nclass {name}(NamedTuple):\n" + "\n".join(lines) + "\n```")
    for method in source.functions(node):
        if name == "Platform" and method.name not in PLATFORM_METHODS or not source.doc(method):
            continue
        if name == "Running" and method.name in ("files", "begin", "discard", "not_started"):
            continue  # the kernel's own
        parts.append(_method(method))
    return "\n\n".join(parts)


def _method(method: source.Function) -> str:
    shown = source.signature(method)
    if "property" in source.decorators(method):
        shown = shown.replace("() -> ", ": ")
    return f"### {method.name}\n\n```python\n{shown}\n```\n\n{markdown.prose(source.doc(method))}"


ANALYSIS = "plugins/kos-shell/src/kos_shell/analysis"
RESULTS = ("Analysis", "CommandUse", "FileUse", "VariableUse", "FunctionUse", "SourceUse", "Unknown")


def _analysis() -> list[str]:
    """What the shell's package offers to host programs: a look at a script without running it."""
    function = next(one for one in source.functions(source.tree(f"{ANALYSIS}/walker.py")) if one.name == "analyze")
    head = "## Looking at a script: kos_shell.analyze\n\nFrom the package `kos_shell`, without a machine. "
    head += "[How to look at a script before it runs](../howto/look-at-a-script.md) shows it."
    return [head, _method(function), *[_class(f"{ANALYSIS}/result.py", name) for name in RESULTS]]


def _testing() -> list[str]:
    plugin = source.tree("kos_kernel/testing/pytest_plugin.py")
    parts = [markdown.prose(source.doc(plugin))]
    parts.append(_method(source.functions(source.tree("kos_kernel/testing/machines.py"))[0]))
    return parts
