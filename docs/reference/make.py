"""Writes the pages of this folder that are made from the code. Run it from anywhere:

    python docs/reference/make.py            write what has changed
    python docs/reference/make.py --check    write nothing; status 1 if a page is not as the code is

A page is a module of pages/ with a function `page() -> str`. tests/docs/test_reference.py runs the check, so a page
can't lie for longer than until the next run of the tests. Edit docstrings, not the pages.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = {
    "hooks.md": "hooks",
    "driver-contracts.md": "contracts",
    "system-calls.md": "calls",
    "errors.md": "errors",
    "configuration.md": "settings",
    "command-line.md": "command",
    "python-api.md": "hostside",
    "plugin-api.md": "names",
    "conformance.md": "kit",
    "gnu-options.md": "gnu",
}


def make(name: str) -> str:
    """Return the text that the page `name` should have."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    text: str = import_module(f"pages.{PAGES[name]}").page()
    source = f"docs/reference/pages/{PAGES[name]}.py"
    lines = [line.rstrip() for line in text.strip().splitlines()]
    note = f"<!-- Made by docs/reference/make.py ({source}) from the code. Don't edit: run it again. -->"
    return "\n".join([lines[0], "", note, *lines[1:]]) + "\n"


def stale() -> list[str]:
    """Return the names of the pages that are not as the code is."""
    return [name for name in PAGES if read(HERE / name) != make(name)]


def read(path: Path) -> str | None:
    """Return a file's text, None if there is no such file."""
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(argv: list[str]) -> int:
    """Write or check; return the exit status."""
    old = stale()
    if "--check" in argv:
        for name in old:
            print(f"docs/reference/{name} is not as the code is: python docs/reference/make.py")
        return 1 if old else 0
    for name in old:
        (HERE / name).write_text(make(name), encoding="utf-8")
        print(f"wrote docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
