"""`python -m kos_cli`: the same as the command `kos`."""

from __future__ import annotations

import sys

from .main import main

if __name__ == "__main__":
    sys.exit(main())
