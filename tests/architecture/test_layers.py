"""Who may import whom. The house of the architecture document, as a list from the ground up."""

from __future__ import annotations

import sys
import tomllib

# A module imports from rows above its own in this list (which are below it in the house), and from its own package.
# Modules of one row don't know each other. A new module gets a place here before it gets a test.
LAYERS = [
    ("abi", "clock", "entropy", "loadavg"),
    ("errors",),
    ("contracts", "quantities"),
    ("events", "toolkit"),
    ("index", "firstparty", "hookspecs"),
    ("discovery",),
    ("pluginhost",),
    ("registry",),
    ("config_types", "config_source"),
    ("config_models",),
    ("config_schema", "config_options"),
    ("config",),
    ("credentials", "signals", "memory"),
    ("fibers",),
    ("vfs",),
    ("namespaces", "process", "devices"),
    ("net",),
    ("programs", "unitfiles", "contexts"),
    ("kernel", "unitlinks"),
    ("view", "difference", "launch", "resident"),
    ("unitmanager",),
    ("units",),
    ("calls",),
    ("syscalls",),
    ("tracing", "boot", "hostsignals"),
    ("fork",),
    ("world",),
    ("platform",),
    ("machine", "standalone"),
    ("api",),
    ("testing",),
]
HEIGHT = {name: height for height, row in enumerate(LAYERS) for name in row}


def part_of(name: str) -> str:
    """Return the part of the house that a module of the kernel belongs to: kos_kernel.vfs.walk is in vfs."""
    return name.split(".")[1]


def test_every_kernel_module_has_a_place_in_the_house(kernel):
    homeless = sorted({part_of(m.name) for m in kernel if "." in m.name} - set(HEIGHT))
    assert not homeless, f"say in LAYERS where these belong: {homeless}"


def test_imports_run_downward(kernel):
    wrong = []
    for module in kernel:
        if "." not in module.name:
            continue
        own = part_of(module.name)
        for line, name in module.imports():
            if not name.startswith("kos_kernel."):
                continue
            other = part_of(name)
            if other in HEIGHT and own in HEIGHT and other != own and HEIGHT[other] >= HEIGHT[own]:
                wrong.append(f"{module.shown}:{line}: {own} imports {other}, which stands no lower")
    assert not wrong, "\n".join(wrong)


def test_the_kernel_knows_neither_its_command_nor_any_plugin(kernel, plugins):
    strangers = {"kos_cli", *(name.replace("-", "_") for name in plugins)}
    wrong = [
        f"{m.shown}:{line}: {name}" for m in kernel for line, name in m.imports() if name.split(".")[0] in strangers
    ]
    assert not wrong, "\n".join(wrong)


def test_only_discovery_imports_stevedore_and_only_the_host_and_the_markers_pluggy(kernel, cli, plugins):
    homes = {
        "stevedore": {"kos_kernel.discovery"},
        "pluggy": {"kos_kernel.pluginhost", "kos_kernel.hookspecs.markers"},
    }
    everything = [*kernel, *cli, *(m for modules in plugins.values() for m in modules)]
    wrong = [
        f"{m.shown}:{line}: {name}"
        for m in everything
        for line, name in m.imports()
        if name.split(".")[0] in homes and m.name not in homes[name.split(".")[0]]
    ]
    assert not wrong, "\n".join(wrong)


def test_pydantic_is_imported_by_the_configuration_models_alone(kernel):
    homes = {"kos_kernel.config_types", "kos_kernel.config_models"}
    wrong = [
        f"{m.shown}:{line}"
        for m in kernel
        for line, name in m.imports()
        if name.split(".")[0] == "pydantic" and m.name not in homes
    ]
    assert not wrong, "\n".join(wrong)


def test_plugins_import_the_api_and_the_kit_and_nothing_else_of_the_kernel(plugins):
    allowed = ("kos_kernel.api", "kos_kernel.testing")
    wrong = []
    for distribution, modules in plugins.items():
        own = distribution.replace("-", "_")
        for module in modules:
            for line, name in module.imports():
                top = name.split(".")[0]
                if top == "kos_kernel" and not (name in allowed or name.startswith(tuple(f"{a}." for a in allowed))):
                    wrong.append(f"{module.shown}:{line}: {name}; plugins import kos_kernel.api and kos_kernel.testing")
                elif top == "kos_cli" or (top.startswith("kos_") and top not in ("kos_kernel", own)):
                    wrong.append(f"{module.shown}:{line}: {name}; a plugin knows no other plugin and no command")
    assert not wrong, "\n".join(wrong)


def test_plugins_declare_the_libraries_that_they_import(plugins, root):
    """What `kos` itself depends on is there whenever a plugin is."""
    with (root / "pyproject.toml").open("rb") as file:
        given = tomllib.load(file)["project"]["dependencies"]
    wrong = []
    for distribution, modules in plugins.items():
        with (root / "plugins" / distribution / "pyproject.toml").open("rb") as file:
            project = tomllib.load(file)["project"]
        extras = [one for group in project.get("optional-dependencies", {}).values() for one in group]
        declared = {library(one) for one in [*given, *project["dependencies"], *extras]}
        own = distribution.replace("-", "_")
        for module in modules:
            for line, name in module.imports():
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top not in ("kos_kernel", own) and top not in declared:
                    wrong.append(f"{module.shown}:{line}: {top} is no dependency of {distribution}")
    assert not wrong, "\n".join(wrong)


def library(requirement: str) -> str:
    """Return the name that a requirement is imported by."""
    name = requirement
    for mark in "[<>=!~; ":
        name = name.split(mark)[0]
    name = name.replace("-", "_").lower()
    return {"pyyaml": "yaml"}.get(name, name)
