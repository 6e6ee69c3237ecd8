"""The two decorators of the plugin system, both of the project "kos".

hookspec    marks a hook's declaration, in this package alone
hookimpl    marks a plugin's function of the same name; plugins import it from `kos_kernel.api`
"""

from __future__ import annotations

import pluggy

PROJECT = "kos"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
