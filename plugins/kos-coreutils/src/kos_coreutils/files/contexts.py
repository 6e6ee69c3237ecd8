"""-Z, --context: the security context that a new file is to have. The kernel has none; whoever names one is told so.

*CONTEXT                 the options, under the name `context`
heed(con, given)         as GNU without SELinux: a bare -Z asks for the default one and means nothing
"""

from __future__ import annotations

from .console import Console
from .orders import flag, value

CONTEXT = (
    flag("context", "Z", help="set the default security context (there are none here)"),
    value(
        "context",
        "context",
        metavar="CTX",
        optional=True,
        help="like -Z; a CTX is ignored with a warning",
    ),
)


def heed(con: Console, given: object, kernel: bytes = b"SELinux/SMACK-enabled") -> None:
    """Warn of a context that was named."""
    if given and isinstance(given, bytes):
        con.say(b"warning: ignoring --context; it requires an " + kernel + b" kernel")
