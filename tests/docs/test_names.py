"""Files, functions and pages that the documentation names exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the names that a module defines, those in classes with the class's before them."""
    found: set[str] = set()

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    look(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    found.update(prefix + one.id for one in ast.walk(target) if isinstance(one, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(prefix + node.target.id)

    look(ast.parse(path.read_text("utf-8")).body, "")
    return frozenset(found)


def test_files_and_functions_that_a_page_names_exist(page):
    wrong = []
    for code in re.findall(r"`([\w./-]+\.(?:py|toml|md|sh)(?:::[\w.]+)?)`", prose(page)):
        name, _, function = code.partition("::")
        if "/" not in name or page.name in ("write-a-plugin.md", "write-a-program.md"):
            continue  # a file of the reader's
        path = ROOT / name
        if not path.is_file() and not (DOCS / name).is_file():
            wrong.append(f"there is no file {name}")
        elif function and function not in names_in(path):
            wrong.append(f"{name} defines no {function}")
    assert not wrong, "\n".join(wrong)


def test_the_life_of_a_read_names_each_step():
    steps = re.findall(r"\.py::", (DOCS / "explanation" / "life-of-a-read.md").read_text("utf-8"))
    assert len(steps) > 40


def test_folders_that_a_page_names_exist(page):
    found = re.findall(r"`((?:kos_kernel|kos_cli|plugins|tests|docs)/[\w/-]*)/?`", prose(page))
    assert not [name for name in found if not (ROOT / name).is_dir()]


def test_links_lead_somewhere(page):
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists():
            wrong.append(f"{target}: no such page")
        elif anchor and anchor not in anchors(path):
            wrong.append(f"{target}: no such heading")
    assert not wrong, "\n".join(wrong)


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings have on GitHub."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_linked_from_the_index():
    index = (DOCS / "README.md").read_text("utf-8") + (DOCS / "adr" / "README.md").read_text("utf-8")
    unlinked = []
    for path in DOCS.rglob("*.md"):
        name = path.relative_to(DOCS).as_posix()
        links = (f"({name})", f"({name.removeprefix('adr/')})")
        if name != "README.md" and "examples" not in path.parts and not any(link in index for link in links):
            unlinked.append(name)
    assert not unlinked


def test_a_decision_says_what_a_decision_says():
    for page in sorted((DOCS / "adr").glob("0*.md")):
        text = page.read_text("utf-8")
        number, title = page.name[:4], text.partition("\n")[0]
        assert title.startswith(f"# {number}: ")
        for part in ("**Context.**", "**Decision.**", "**Rejected", "**Consequence.**"):
            assert part in text, f"{page.name} has no {part}"
        assert len(text.splitlines()) <= 70, f"{page.name} is longer than a page"
