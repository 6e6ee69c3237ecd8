"""A hunk that fits nowhere, as it's saved: in the patch's own format unless --reject-format says otherwise."""

from __future__ import annotations

from .headings import INDEX, NEW, OLD, Heading
from .hunks import Hunk
from .options import Settings


def rejected(settings: Settings, reverse: bool, found: Heading, hunk: Hunk, offset: int, *, first: bool) -> bytes:
    """Return the text of the hunk, moved by the offset; the first one of a file has its names above."""
    unified = settings.reject_format == b"unified" or (settings.reject_format is None and found.form == "unified")
    head = b""
    if first:
        if found.names[INDEX] and (settings.posix or not (found.names[OLD] or found.names[NEW])):
            head = b"Index: %s\n" % found.names[INDEX]
        marks = (b"---", b"+++") if unified else (b"***", b"---")
        for mark, side in zip(marks, (int(reverse), int(not reverse)), strict=True):
            head += b"%s %s" % (mark, found.names[side] or b"/dev/null")
            stamp = found.stamps[side]
            head += (b"\t" + stamp if stamp else b"") + b"\n"
    if unified:
        return head + hunk.unified(offset)
    new_style = found.form == "unified" or bool(found.stars)
    return head + hunk.in_context(offset, b" ****" if new_style else b"", b" ----" if new_style else b" -----")
