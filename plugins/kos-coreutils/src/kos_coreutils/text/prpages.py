"""Pages of pr: columns down (stored and balanced), across, or of several files side by side.

A Column is a place on the page and the file that fills it; columns of one file share its Source. A page is printed line by line,
in each line column by column; spaces and separators are held back until something follows them, so that they can become tabs.
A form feed in a file ends its page: the file waits (HELD) until the next one begins; the columns that were stored say FOUND.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import SysError, Writer, cause, complain, quotef

from .prsource import CLOSED, FOUND, HELD, OPEN, Column, Source

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .pr import Layout

_HEADER_LINES = _FOOTER_LINES = 5
_RUNS = re.compile(rb" +|[^ ]+")


def print_files(k: Syscalls, layout: Layout, files: list[bytes]) -> int:
    """Print the files, one after the other or all at once. Return 1 if one couldn't be opened."""
    pager = Pager(k, layout)
    for group in [files] if layout.parallel and files else [[name] for name in files] or [[]]:
        pager.run(group)
    pager.out.flush()
    return pager.status


class Pager:
    """Makes the pages."""

    def __init__(self, k: Syscalls, layout: Layout) -> None:
        self.k = k
        self.o = layout
        self.out = Writer(k)
        self.status = 0
        self.storing = not layout.across and not layout.parallel
        self.balance = False
        self.line_count = 1
        self.print_form_feed = False
        self.chars_per_column = 0
        self.position = self.spaces = self.separators = self.padding = self.input_position = 0
        self.page = 0
        self.columns: list[Column] = []
        self.ready = 0  # files that can be read
        self.pad = self.align_empty = self.empty_line = self.header_due = self.form_feed_only = self.last_line = False
        self.lines: list[tuple[bytes, int]] = []
        self.number = 0
        self.stored = bytearray()

    # ---------------------------------------------------------------- setting up
    def run(self, files: list[bytes]) -> None:
        self.measure(len(files))
        try:
            if not self.open(files):
                return
            if self.o.first_page > 1 and not self.skip(self.o.first_page):
                return
            self.page = self.o.first_page
            self.place()
            self.number = self.line_count
            while self.print_page():
                self.k.tick()
        except SysError as error:
            self.out.flush()
            complain(self.k, quotef(error.filename or self.columns[0].source.name) + b": " + cause(error))
            self.k.exit(1)
        finally:
            for column in self.columns:
                column.status = CLOSED

    def measure(self, files: int) -> None:
        o = self.o
        body = o.page_length - _HEADER_LINES - _FOOTER_LINES
        if body <= 0:
            o.extremities, o.keep_form_feeds = False, True
        if not o.extremities:
            body = o.page_length
        self.body = max(1, body // 2) if o.double else body
        if not files:
            o.parallel = False
        if o.parallel:
            o.columns = files
        self.balance = self.balance or self.storing
        if o.columns > 1:
            if not o.separated:
                o.separator, o.separated = b"\t" if o.join else b" ", True
            elif not o.join and o.separator == b"\t":
                o.separator = b" "
            o.truncates = True
            if o.separator != b"\t":
                o.untabify = True
            o.tabify = True
        else:
            self.storing = False
        if o.join:
            o.truncates = False
        used = self.number_width = 0
        if o.numbered:
            self.line_count = o.first_number
            digits = o.number_digits
            self.number_width = digits + 8 - digits % 8 if o.number_separator == b"\t" else digits + 1
            if o.parallel:
                used = self.number_width
        self.chars_per_column = (o.line_width - used - (o.columns - 1) * len(o.separator)) // o.columns
        if self.chars_per_column < 1:
            self.out.flush()
            complain(self.k, b"page width too narrow")
            self.k.exit(1)

    def open(self, files: list[bytes]) -> bool:
        k, o = self.k, self.o
        self.columns = []
        opened: list[Source] = []
        for name in files:
            try:
                fd = 0 if name == b"-" else k.open(name)
                opened.append(Source(k, fd, name if fd else b"standard input"))
            except SysError as error:
                self.status = 1
                if not o.quiet:
                    self.out.flush()
                    complain(k, quotef(name) + b": " + cause(error))
        if not files:
            opened = [Source(k, 0, b"standard input")]
        if not opened:
            return False
        if o.parallel:
            o.columns = len(opened)
            self.columns = [Column(source) for source in opened]
            self.make_header(b"", -1)
        else:
            self.columns = [Column(opened[0]) for _ in range(o.columns)]
            named = bool(files) and files[0] != b"-"
            self.make_header(files[0] if named else b"", opened[0].fd if named else -1)
        self.ready = len(opened)
        return True

    def make_header(self, name: bytes, fd: int) -> None:
        from kos_kernel.api import broken_down, strftime, zone_of

        k, o = self.k, self.o
        when = k.fstat(fd).mtime_ns if fd >= 0 else k.clock_ns()
        form = o.date
        if form is None:
            form = b"%b %e %H:%M %Y" if b"POSIXLY_CORRECT" in k.env else b"%Y-%m-%d %H:%M"
        self.date = strftime(form, broken_down(when, zone_of(k)))
        self.title = name if o.header is None else o.header
        self.header_room = o.line_width - _width(self.date) - _width(self.title)

    def place(self) -> None:
        """Say where each column begins and what is done with its lines."""
        o = self.o
        at = o.margin
        following = 0
        if o.truncates:
            following = at + self.chars_per_column + (self.number_width if o.parallel and o.numbered else 0)
        at += len(o.separator)
        for index, column in enumerate(self.columns):
            last = index == len(self.columns) - 1
            column.stores = self.storing and (not last or self.balance)
            column.numbered = o.numbered and (not o.parallel or index == 0)
            column.start = at
            if not o.truncates:
                at = following = 0
            else:
                at = following + len(o.separator)
                following = at + self.chars_per_column

    # ---------------------------------------------------------------- files
    def close(self, column: Column) -> None:
        if column.status == CLOSED:
            return
        if column.source.fd:
            self.k.close(column.source.fd)
        for each in [column] if self.o.parallel else self.columns:
            each.status = CLOSED
            if self.o.parallel or not each.stored:
                each.lines = 0
        self.ready -= 1

    def hold(self, column: Column) -> None:
        for each in [column] if self.o.parallel else self.columns:
            each.status = FOUND if self.storing and not self.o.parallel else HELD
        column.lines = 0
        self.ready -= 1

    def reset(self) -> None:
        """Let the files that waited go on."""
        for column in self.columns:
            if column.status == HELD:
                column.status = OPEN
                self.ready += 1
        if self.storing:
            self.ready = 0 if self.columns[0].status == CLOSED else 1

    def to_print(self) -> int:
        """Return how many columns have something to print."""
        return sum(
            column.status in (OPEN, FOUND) or (self.storing and column.stored > 0 and column.lines > 0)
            for column in self.columns
        )

    def skip(self, page: int) -> bool:
        """Go to a page; return whether there is one."""
        for number in range(1, page):
            for line in range(1, self.body + 1):
                self.last_line = line == self.body
                for index, column in enumerate(self.columns):
                    if column.status == OPEN:
                        self.skip_line(column, index)
            if self.storing:
                for column in self.columns:
                    if column.status != CLOSED:
                        column.status = HELD
            self.reset()
            self.last_line = False
            self.k.tick()
            if self.ready < 1:
                self.out.flush()
                complain(self.k, b"starting page number %d exceeds page count %d" % (page, number))
                return False
        return self.ready > 0

    def skip_line(self, column: Column, index: int) -> None:
        source = column.source
        char = source.get()
        if char == b"\f" and column.full_page:
            char = source.get()
            if char == b"\n":
                char = source.get()
        column.full_page = self.last_line
        lone = char == b"\f"
        end = char
        if char not in (b"\n", b"\f", b""):
            end = source.rest_of_line()
        if end == b"\f":
            if self.last_line:
                for each in [column] if self.o.parallel else self.columns:
                    each.full_page = False
            source.skip_newline()
            self.hold(column)
        elif not end:
            self.close(column)
        if self.o.counts_skipped and (not self.o.parallel or index == 0) and not lone:
            self.line_count += 1

    # ---------------------------------------------------------------- a page
    def print_page(self) -> bool:
        """Print a page; return whether there may be another."""
        o, columns = self.o, self.columns
        self.begin_page()
        if not self.to_print():
            return False
        if o.extremities:
            self.header_due = True
        self.pad = False
        padded = False
        left = self.body * 2 if o.double else self.body
        plain = len(columns) == 1 and self.is_plain(columns[0])
        while left > 0 and self.to_print():
            if plain and not self.header_due and (count := self.print_plain(columns[0], left)):
                left -= count
                padded = True
                continue
            self.position = self.spaces = self.separators = 0
            self.pad = self.align_empty = False
            self.empty_line = True
            for column in columns:
                self.input_position = 0
                if column.lines > 0 or column.status == FOUND:
                    self.form_feed_only = False
                    self.padding = column.start
                    if column.stores:
                        self.print_stored(column)
                    elif not self.read_line(column):
                        self.read_rest(column)
                    padded |= self.pad
                    column.lines -= 1
                    if column.lines <= 0 and not self.to_print():
                        break
                    if o.parallel and column.status != OPEN:
                        if self.empty_line:
                            self.align_empty = True
                        elif column.status == CLOSED or (column.status == HELD and self.form_feed_only):
                            self.align(column)
                elif o.parallel:
                    if self.empty_line:
                        self.align_empty = True
                    else:
                        self.align(column)
                if o.separated:
                    self.separators += 1
            if self.pad:
                self.out.write(b"\n")
                left -= 1
            if not self.to_print() and not o.extremities:
                break
            if o.double and padded:
                self.out.write(b"\n")
                left -= 1
        if left == 0:
            for column in columns:
                if column.status == OPEN:
                    column.full_page = True
        self.pad = padded
        if padded and o.extremities:
            self.out.write(b"\f" if o.form_feed else b"\n" * (left + _FOOTER_LINES))
        elif o.keep_form_feeds and self.print_form_feed:
            self.out.write(b"\f")
            self.print_form_feed = False
        self.page += 1
        if o.last_page < self.page:
            return False
        self.reset()
        return True

    def is_plain(self, column: Column) -> bool:
        """Tell whether a column's lines are printed as they are, if they hold no characters that move back or end a page."""
        o = self.o
        changed = o.truncates or o.tabify or o.untabify or o.octal or o.control or o.double
        return not (changed or o.margin or o.parallel or column.start or column.numbered or column.stores)

    def print_plain(self, column: Column, most: int) -> int:
        """Print so many whole lines that are at hand, and return how many; none if it needs a look at each."""
        source = column.source
        data, at = source.data, source.at
        if column.status != OPEN or column.full_page:
            return 0
        count, stop = 0, at
        for _ in range(min(most, column.lines)):
            end = data.find(b"\n", stop) + 1
            if not end:
                break
            count, stop = count + 1, end
        text = data[at:stop]
        if b"\f" in text or b"\b" in text:
            return 0
        self.out.write(text)
        source.at = stop
        column.lines -= count
        self.pad = True
        return count

    def begin_page(self) -> None:
        if self.storing:
            self.store_columns()
        for index, column in enumerate(self.columns):
            if self.storing and (self.balance or index < len(self.columns) - 1):
                column.lines = column.stored
            else:
                column.lines = self.body if column.status == OPEN else 0

    def store_columns(self) -> None:
        """Read a page's lines and share them among the columns."""
        self.lines = []
        charged = 0
        for column in self.columns:
            column.stored = 0
        for column in self.columns:
            if not self.ready:
                break
            column.current = len(self.lines)
            for _ in range(self.body):
                if not self.ready:
                    break
                if column.status != OPEN:
                    continue
                self.input_position = 0
                self.stored = bytearray()
                if not self.read_line(column):
                    self.read_rest(column)
                if column.status == OPEN or self.stored:
                    column.stored += 1
                    self.lines.append((bytes(self.stored), self.input_position))
                    charged += len(self.stored) + 64
                    if charged > 1 << 16:
                        self.k.charge(charged)
                        self.k.charge(-charged)
                        charged = 0
        whole, rest = divmod(len(self.lines), len(self.columns))
        first = 0
        for index, column in enumerate(self.columns):
            column.stored = whole + (index < rest)
            column.current = first
            first += column.stored

    def read_rest(self, column: Column) -> None:
        """Go past the rest of a line."""
        end = column.source.rest_of_line()
        if end == b"\f":
            column.source.skip_newline()
            if self.o.keep_form_feeds:
                self.print_form_feed = True
            self.hold(column)
        elif not end:
            self.close(column)

    def read_line(self, column: Column) -> bool:
        """Print or store a line; return False if it's cut and its rest is still to be read."""
        o, source = self.o, column.source
        char = source.get()
        before = self.input_position
        if char == b"\f" and column.full_page:
            char = source.get()
            if char == b"\n":
                char = source.get()
        column.full_page = False
        if char == b"\f":
            source.skip_newline()
            self.form_feed_only = True
            if self.header_due and not self.storing:
                self.pad = True
                self.print_header()
            elif o.keep_form_feeds:
                self.print_form_feed = True
            self.hold(column)
            return True
        if not char:
            self.close(column)
            return True
        text = b"" if char == b"\n" else self.clump(char)
        if o.truncates and self.input_position > self.chars_per_column:
            self.input_position = before
            return False
        if not column.stores:
            self.begin_column(column)
        if column.numbered:
            self.add_number(column)
        self.empty_line = False
        if char == b"\n":
            return True
        self.put(column, text)
        return self.read_on(column)

    def read_on(self, column: Column) -> bool:
        """Print or store the rest of a line."""
        o, source = self.o, column.source
        while True:
            run = source.plain(o.tab_in)
            if run:
                whole = len(run)
                if o.truncates:
                    run = run[: max(self.chars_per_column - self.input_position, 0)]
                self.input_position += len(run)
                self.put(column, run)
                if len(run) < whole:
                    source.at -= whole - len(run) - 1
                    return False
            char = source.get()
            if char == b"\n":
                return True
            if char == b"\f":
                source.skip_newline()
                if o.keep_form_feeds:
                    self.print_form_feed = True
                self.hold(column)
                return True
            if not char:
                self.close(column)
                return True
            before = self.input_position
            text = self.clump(char)
            if o.truncates and self.input_position > self.chars_per_column:
                self.input_position = before
                return False
            self.put(column, text)

    def clump(self, char: bytes) -> bytes:
        """Return what stands for a character, and move on by its width."""
        o = self.o
        code = char[0]
        text = char
        if char in (o.tab_in, b"\t"):
            size = o.tab_in_width if char == o.tab_in else 8
            width = size - self.input_position % size
            if o.untabify:
                text = b" " * width
        elif not 32 <= code < 127:
            if o.octal or (o.control and code >= 128):
                width, text = 4, b"\\%03o" % code
            elif o.control:
                width, text = 2, b"^%c" % (code ^ 64)
            else:
                width = -1 if char == b"\b" else 0
        else:
            width = 1
        if width < 0 and not self.input_position:
            return b""
        self.input_position = max(self.input_position + width, 0)
        return text

    # ---------------------------------------------------------------- output
    def put(self, column: Column, text: bytes) -> None:
        if column.stores:
            self.stored += text
        else:
            self.print(text)

    def print(self, text: bytes) -> None:
        """Print text; with tabs in the output, spaces wait."""
        if not self.o.tabify:
            self.out.write(text)
            return
        for run in _RUNS.findall(text):
            if run[0] == 32:
                self.spaces += len(run)
                continue
            if self.spaces > 0:
                self.print_spaces()
            self.position += sum(32 <= code < 127 for code in run) - run.count(b"\b")
            self.out.write(run)

    def print_spaces(self) -> None:
        """Print the spaces that wait, as tabs where these fit."""
        at, goal, size = self.position, self.position + self.spaces, self.o.tab_out_width
        parts = []
        while goal - at > 1 and at + size - at % size <= goal:
            parts.append(self.o.tab_out)
            at += size - at % size
        parts.append(b" " * (goal - at))
        self.out.write(b"".join(parts))
        self.position = goal
        self.spaces = 0

    def pad_to(self, position: int) -> None:
        if self.o.tabify:
            self.spaces = position - self.position
        else:
            self.out.write(b" " * (position - self.position))
            self.position = position

    def print_separators(self) -> None:
        """Print the separator, if one waits. Several that wait are one: their columns are empty."""
        if self.separators <= 0:
            if self.spaces > 0:
                self.print_spaces()
            return
        for code in self.o.separator:
            if code == 32:
                self.spaces += 1
            else:
                if self.spaces > 0:
                    self.print_spaces()
                self.out.write(bytes([code]))
                self.position += 1
        if self.spaces > 0:
            self.print_spaces()
        self.separators = 0

    def pad_and_separate(self) -> None:
        size = len(self.o.separator)
        if size < self.padding:
            self.pad_to(self.padding - size)
            self.padding = 0
        if self.o.separated:
            self.print_separators()

    def align(self, column: Column) -> None:
        """Print an empty column of a file that has ended."""
        self.padding = column.start
        self.pad_and_separate()
        if column.numbered:
            self.add_number(column)

    def begin_column(self, column: Column) -> None:
        """Print what stands in front of a column's text."""
        o = self.o
        self.pad = True
        if self.header_due and not self.storing:
            self.print_header()
        if o.parallel and self.align_empty:
            waiting, self.separators = self.separators, 0
            for each in self.columns[:waiting]:
                self.align(each)
                self.separators += 1
            self.padding = column.start
            self.spaces = self.chars_per_column if o.truncates else 0
            self.align_empty = False
        self.pad_and_separate()

    def add_number(self, column: Column) -> None:
        o = self.o
        digits = (b"%*d" % (o.number_digits, self.number))[-o.number_digits :]
        self.number += 1
        self.put(column, digits)
        if o.columns > 1:
            if o.number_separator == b"\t":
                self.put(column, b" " * (self.number_width - o.number_digits))
            else:
                self.put(column, o.number_separator)
        else:
            self.put(column, o.number_separator)
            if o.number_separator == b"\t":
                self.position += o.tab_out_width - self.position % o.tab_out_width
        if o.truncates and not o.parallel:
            self.input_position += self.number_width

    def print_stored(self, column: Column) -> None:
        """Print the next of a column's stored lines."""
        o = self.o
        index = column.current
        column.current += 1
        self.pad = True
        if self.header_due:
            self.print_header()
        if column.status == FOUND:
            for each in self.columns:
                each.status = HELD
            if self.columns[0].lines <= 0:
                if not o.extremities:
                    self.pad = False
                return
        self.pad_and_separate()
        text, end = self.lines[index] if index < len(self.lines) else (b"", 0)
        self.print(text)
        if not self.spaces:
            self.position = column.start + end
            if column.start - len(o.separator) == o.margin:
                self.position -= len(o.separator)

    def print_header(self) -> None:
        o = self.o
        self.position = 0
        self.pad_to(o.margin)
        self.print_spaces()
        self.out.write(b"\n\n" + b" " * o.margin)
        page = b"Page %d" % self.page
        room = max(0, self.header_room - len(page))
        left = room // 2
        self.out.write(self.date + b" ".rjust(left) + self.title + b" ".rjust(room - left) + page + b"\n\n\n")
        self.header_due = False
        self.position = 0


def _width(text: bytes) -> int:
    """Return how many columns a header's part takes."""
    return len(text.decode("utf-8", "replace"))
