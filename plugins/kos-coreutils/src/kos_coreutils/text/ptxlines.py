"""Lines of ptx: the fields around a word, cut to their widths, as plain text, roff or TeX.

| tail ... before | keyafter ... head |      before and keyafter meet at the gap in the middle; what was cut off on one side
                                             goes on at the other, as far as there is room (tail, head)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

    from .ptx import Occurrence, Text, Words

_SPACE = b" \t\n\v\f\r"
_TO_SPACES = bytes.maketrans(_SPACE, b" " * len(_SPACE))
_TEX = {
    **{char: b"\\%c" % char for char in b"$%&#_"},
    **{char: b"$\\%c$" % char for char in b"{}"},
    92: b"\\backslash{}",
}


class Liner:
    """Makes the lines of an index."""

    def __init__(
        self,
        k: Syscalls,
        out: Writer,
        opts: Any,
        texts: list[Text],
        words: Words,
        longest: int,
        line_counts: list[int],
        widest: int,
    ) -> None:
        self.k = k
        self.out = out
        self.opts = opts
        self.texts = texts
        self.words = words
        self.longest = longest
        self.mark = opts.mark
        self.gap = int(opts.gap)
        self.form = opts.form or ("roff" if opts.traditional else "plain")
        self.referring = opts.auto or opts.references
        if opts.auto:
            widest = max(
                len(b"%d" % (count + 1)) + len(text.name) for count, text in zip(line_counts, texts, strict=True)
            )
            widest += 1
        self.widest = widest
        width = int(opts.width)
        if self.referring and not opts.right:
            width = max(width - widest - self.gap, 0)
        self.half = width // 2
        self.before_most = self.half - self.gap
        self.after_most = self.half
        if opts.traditional:
            self.after_most -= 2 * len(self.mark) + 1
        else:
            self.before_most = max(self.before_most - 2 * len(self.mark), 0)
            self.after_most -= 2 * len(self.mark)

    def print(self, found: list[Occurrence]) -> None:
        """Print a line for each word."""
        for one in found:
            self.line(one)
            self.k.tick()

    def line(self, one: Occurrence) -> None:
        data, skip, mark, gap = self.texts[one.text].data, self.words.skip, self.mark, self.gap

        def back(at: int, limit: int) -> int:
            while at > limit and data[at - 1] in _SPACE:
                at -= 1
            return at

        def white(at: int, limit: int) -> int:
            while at < limit and data[at] in _SPACE:
                at += 1
            return at

        start, end, right = one.start, one.end, one.right
        at = end
        while at < right and at <= start + self.after_most:
            end = at
            at = skip(data, at, right)
        if at <= start + self.after_most:
            end = at
        after_cut = bool(mark) and end < right
        end = back(end, start)
        field = one.left
        if start - one.left > self.half + self.longest:
            field = start - (self.half + self.longest)
            field = skip(data, field, start)
        before_start, before_end = field, back(start, field)
        while before_start + self.before_most < before_end:
            before_start = skip(data, before_start, before_end)
        before_cut = bool(mark) and back(before_start, 0) > one.left
        before_start = white(before_start, len(data))
        tail_start = tail_end = head_start = head_end = 0
        tail_cut = head_cut = False
        most = self.before_most - (before_end - before_start) - gap
        if most > 0:
            tail_start = at = tail_end = white(end, len(data))
            while at < right and at < tail_start + most:
                tail_end = at
                at = skip(data, at, right)
            if at < tail_start + most:
                tail_end = at
            if tail_end > tail_start:
                after_cut = False
                tail_cut = bool(mark) and tail_end < right
            tail_end = back(tail_end, tail_start)
        most = self.after_most - (end - start) - gap
        if most > 0:
            head_end = back(before_start, 0)
            head_start = field
            while head_start + most < head_end:
                head_start = skip(data, head_start, head_end)
            if head_end > head_start:
                before_cut = False
                head_cut = bool(mark) and head_start > one.left
            head_start = white(head_start, head_end)
        reference = self.reference(one, data)
        fields = [
            data[tail_start:tail_end] if tail_start < tail_end else b"",
            data[before_start:before_end] if before_start < before_end else b"",
            data[start:end],
            data[head_start:head_end] if head_start < head_end else b"",
        ]
        cuts = [mark if cut else b"" for cut in (tail_cut, before_cut, after_cut, head_cut)]
        if self.form == "plain":
            self.plain(fields, cuts, reference, before_end - before_start)
        elif self.form == "roff":
            self.roff(fields, cuts, reference)
        else:
            self.tex(fields, skip(data, start, end) - start, reference)

    def reference(self, one: Occurrence, data: bytes) -> bytes:
        if self.opts.auto:
            return b"%s:%d" % (self.texts[one.text].name, one.reference + 1)
        if self.opts.references:
            at = one.reference
            while at < one.right and data[at] not in _SPACE:
                at += 1
            return data[one.reference : at]
        return b""

    def plain(self, fields: list[bytes], cuts: list[bytes], reference: bytes, before_size: int) -> None:
        """Print columns. before_size: what counts as the width of before; -1 if even the space behind it was cut off."""
        tail, before, after, head = (field.translate(_TO_SPACES) for field in fields)
        tail_mark, before_mark, after_mark, head_mark = cuts
        gap, half, right = self.gap, self.half, self.opts.right
        parts = []
        if not right:
            shown = reference + b":" if self.opts.auto else reference
            parts.append(shown.ljust(self.widest + gap))
        room = half - gap - before_size - len(before_mark)
        if tail:
            parts += [tail, tail_mark]
            room -= len(tail) + len(tail_mark)
        parts += [b" " * room, before_mark, before, b" " * gap, after, after_mark]
        room = half - len(after) - len(after_mark)
        if head:
            parts += [b" " * (room - len(head) - len(head_mark)), head_mark, head]
        elif self.referring and right:
            parts.append(b" " * room)
        if self.referring and right:
            parts += [b" " * gap, reference]
        self.out.write(b"".join(parts) + b"\n")

    def roff(self, fields: list[bytes], cuts: list[bytes], reference: bytes) -> None:
        tail, before, after, head = (field.translate(_TO_SPACES).replace(b'"', b'""') for field in fields)
        shown = [tail + cuts[0], cuts[1] + before, after + cuts[2], cuts[3] + head]
        if self.referring:
            shown.append(reference.replace(b'"', b'""'))
        self.out.write(b"." + self.opts.macro + b"".join(b' "%s"' % text for text in shown) + b"\n")

    def tex(self, fields: list[bytes], key: int, reference: bytes) -> None:
        tail, before, after, head = fields
        shown = [tail, before, after[:key], after[key:], head]
        if self.referring:
            shown.append(reference)
        texts = [b"".join(_TEX.get(char) or bytes([char]) for char in text.translate(_TO_SPACES)) for text in shown]
        self.out.write(b"\\" + self.opts.macro + b" " + b"".join(b"{%s}" % text for text in texts) + b"\n")
