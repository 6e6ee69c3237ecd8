"""The files that every generated plugin has."""

from __future__ import annotations

PYPROJECT = """\
[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"

[project]
name = "$dist"
version = "0.1.0"
description = "$summary"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["kos"]

[project.entry-points."$group"]
$name = "$package.plugin"

[project.optional-dependencies]
test = ["pytest>=8"]

[tool.pytest.ini_options]
testpaths = ["tests"]
"""

README = """\
# $dist

$summary

```console
$$ pip install -e '.[test]'        # `kos plugin list` shows it now
$$ kos plugin check $name
$$ pytest
```

$use
| file | what it is |
|---|---|
$table

Everything that a plugin may import is in `kos_kernel.api`; what it is tested with, in `kos_kernel.testing`.
"""

INIT = '''\
"""$summary"""
'''

GITIGNORE = """\
__pycache__/
*.egg-info/
.pytest_cache/
build/
dist/
"""

FILES: dict[str, str] = {
    "pyproject.toml": PYPROJECT,
    ".gitignore": GITIGNORE,
    "src/$package/__init__.py": INIT,
    "src/$package/py.typed": "",
}

# What each file is, for the README's table; a kind adds its own.
TABLE: dict[str, str] = {
    "src/$package/plugin.py": "announces the driver; imports neither it nor its options",
    "src/$package/options.py": "what `kos.toml` may say about it",
    "tests/test_conformance.py": "the contract, clause by clause",
    "tests/test_in_a_machine.py": "what it does for a user",
}
