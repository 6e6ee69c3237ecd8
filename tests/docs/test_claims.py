"""What the explanations claim of the whole code, looked at."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The kernel and the plugins as they are in a machine; the kit that tests them is no part of it.
SOURCES = [path for path in sorted((ROOT / "kos_kernel").rglob("*.py")) if "testing" not in path.parts]
SOURCES += sorted((ROOT / "plugins").glob("*/src/**/*.py"))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in SOURCES}


def importing(texts: dict[str, str], modules: set[str]) -> set[str]:
    """Return the files that import one of these modules, anywhere in them."""
    words = "|".join(modules)
    return {
        name for name, text in texts.items() if re.search(rf"^\s*(?:import|from) (?:{words})\b", text, re.MULTILINE)
    }


def calling(texts: dict[str, str], pattern: str) -> set[str]:
    """Return the files with a call whose callee, as written, is `pattern`; not those that only define or mention it."""
    found = set()
    for name, text in texts.items():
        if re.search(rf"(?<![\w.]){pattern}\(", text):
            calls = (ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
            if any(re.fullmatch(pattern, callee) for callee in calls):
                found.add(name)
    return found


def test_threat_model_no_process_of_the_host_is_started(texts):
    assert not importing(texts, {"subprocess", "multiprocessing", "pty", "concurrent"})
    assert not calling(texts, r"os\.(?:system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*)")


def test_threat_model_no_network_of_the_host_is_reached(texts):
    assert not importing(
        texts, {"socket", "ssl", "urllib", "http", "socketserver", "ftplib", "smtplib", "requests", "httpx"}
    )


def test_threat_model_the_recursion_limit_is_never_touched(texts):
    assert not calling(texts, r"sys\.setrecursionlimit")


def test_threat_model_no_guest_data_is_run_as_python(texts):
    """eval, exec and compile by their bare names; pickle and its kin, which run code of whoever wrote the bytes.

    The shell's second tier compiles source that it writes itself; plugins/kos-shell/tests/test_hot.py tries to get in there.
    So does awk; plugins/kos-awk/tests/test_hostile.py tries.
    """
    assert not importing(texts, {"pickle", "marshal", "shelve", "code"})
    own = {name for name, text in texts.items() if re.search(r"def (?:compile|exec|eval)\(|import compile\b", text)}
    generator = {"plugins/kos-shell/src/kos_shell/hot/region.py", "plugins/kos-awk/src/kos_awk/main.py"}
    assert calling(texts, "(?:eval|exec|compile)") - own == generator


def test_threat_model_only_the_host_driver_opens_host_files_for_guests(texts):
    """Who else opens a file of the host: the cache, the configuration, and observers whose file the configuration names."""
    allowed = {"kos_kernel/index.py", "kos_kernel/config.py", "plugins/kos-fs-host/src/kos_fs_host/folder.py"}
    allowed |= {f"plugins/kos-observe-strace/src/kos_observe_strace/{name}.py" for name in ("strace", "trace")}
    assert not calling(texts, r"(?:open|os\.open|io\.open|Path)") - allowed


def test_services_lists_the_keys_that_are_supported():
    from kos_units_service import service

    page = (ROOT / "docs" / "howto" / "services.md").read_text("utf-8")
    rows = {
        name: set(re.findall(r"`(\w+)`", row))
        for name, row in re.findall(r"^\| `\[(\w+)\]` \|(.*)$", page, re.MULTILINE)
    }
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
