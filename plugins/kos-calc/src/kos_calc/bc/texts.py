"""What bc says of itself."""

from __future__ import annotations

from typing import Final

VERSION: Final = "bc (KOS) 1.07.1\n"
WARRANTY: Final = """
bc (KOS) 1.07.1

    This program is distributed under the Apache License, Version 2.0,
    on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND,
    either express or implied. See the License for what governs
    permissions and limitations.

"""
WELCOME: Final = "bc (KOS) 1.07.1\nThis is free software with ABSOLUTELY NO WARRANTY.\nFor details type `warranty'. \n"
LIMITS: Final = """BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 2147483647
BC_STRING_MAX   = 2147483647
MAX Exponent    = 2147483649
Number of vars  = 32767
"""
