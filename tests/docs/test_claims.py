"""What the explanations claim of the whole code, looked at."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "kos_kernel").rglob("*.py"), *(ROOT / "plugins").glob("*/src/**/*.py")])


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}


def imported(tree: ast.Module) -> set[str]:
    """Return the top-level names of all modules that are imported anywhere in a file."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def called(tree: ast.Module) -> set[str]:
    """Return what is called, as written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_threat_model_no_process_of_the_host_is_started(trees):
    starters = {"subprocess", "multiprocessing", "pty", "concurrent"}
    calls = re.compile(r"os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*)")
    wrong = [str(path.relative_to(ROOT)) for path, tree in trees.items() if imported(tree) & starters]
    wrong += [f"{path.relative_to(ROOT)}: {name}" for path, tree in trees.items() for name in called(tree) if calls.fullmatch(name)]
    assert not wrong


def test_threat_model_no_network_of_the_host_is_reached(trees):
    networks = {"socket", "ssl", "urllib", "http", "socketserver", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
    assert not [str(path.relative_to(ROOT)) for path, tree in trees.items() if imported(tree) & networks]


def test_threat_model_the_recursion_limit_is_never_touched(trees):
    assert not [str(path.relative_to(ROOT)) for path, tree in trees.items() if "sys.setrecursionlimit" in called(tree)]


def test_threat_model_no_guest_data_is_run_as_python(trees):
    """eval, exec and compile by their bare names; pickle and marshal, which can run code of whoever wrote the bytes."""
    wrong = []
    for path, tree in trees.items():
        local = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in called(tree) & {"eval", "exec", "compile"} - local]
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in imported(tree) & {"pickle", "marshal", "shelve", "code"}]
    assert not wrong


def test_threat_model_only_the_host_driver_opens_host_files_for_guests(trees):
    """Who else opens a file of the host: the cache, the configuration, and observers whose file the configuration names."""
    allowed = {"kos_kernel/index.py", "kos_kernel/config.py"}
    allowed |= {f"plugins/kos-observe-strace/src/kos_observe_strace/{name}.py" for name in ("strace", "trace")}
    allowed |= {"plugins/kos-fs-host/src/kos_fs_host/folder.py"}
    openers = {"open", "os.open", "io.open", "Path"}
    found = {path.relative_to(ROOT).as_posix() for path, tree in trees.items() if called(tree) & openers}
    assert found <= allowed, sorted(found - allowed)


def test_services_lists_the_keys_that_are_supported():
    from kos_units_service import service

    page = (ROOT / "docs" / "howto" / "services.md").read_text("utf-8")
    rows = {name: set(re.findall(r"`(\w+)`", row)) for name, row in re.findall(r"^\| `\[(\w+)\]` \|(.*)$", page, re.MULTILINE)}
    assert rows["Service"] - {"simple", "exec", "oneshot"} == service._SERVICE_KEYS
    assert rows["Unit"] == service._UNIT_KEYS
    assert rows["Install"] == service._INSTALL_KEYS


def test_virtual_time_names_the_prices_as_they_are():
    from kos_kernel.fibers import SKEW_NS, SYSCALL_NS, TICK_NS

    page = (ROOT / "docs" / "explanation" / "virtual-time.md").read_text("utf-8")
    assert re.search(rf"SYSCALL_NS = {SYSCALL_NS}\b", page)
    assert re.search(rf"TICK_NS += {TICK_NS}\b", page)
    assert f"{SKEW_NS // 1000} µs" in page


def test_contracts_says_which_versions_are_spoken():
    from kos_kernel.contracts.records import CONTRACTS

    page = (ROOT / "docs" / "explanation" / "contracts.md").read_text("utf-8")
    if all(list(spoken) == [1] for spoken in CONTRACTS.values()):
        assert re.search(r"Today all\s+are 1", page)
