"""Where the recorded results are, and one parameter for each row of a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("KOS_VECTORS") or Path(__file__).parent)


def rows(name: str, where: Any = None) -> list[Any]:
    """Return a pytest parameter for each row of `name`.json for which `where(row)` holds."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{path} isn't there"))]
    found = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    return [
        pytest.param(row, id=str(row.get("id", number)))
        for number, row in enumerate(found)
        if where is None or where(row)
    ]
