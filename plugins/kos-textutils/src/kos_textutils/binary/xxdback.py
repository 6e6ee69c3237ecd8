"""xxd -r: the bytes that a dump shows, put where its addresses say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, Reader, SysError, Writer, complain

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


_DIGITS = {char: int(chr(char), 16) for char in b"0123456789abcdefABCDEF"}


def revert(k: Syscalls, fd: int, to: int, columns: int, plain: bool, base: int) -> int:
    """Write the bytes that a dump shows; a dump with addresses puts them where those say."""
    turner = _Reverter(k, to, columns, plain, base)
    reader = Reader(k, fd)
    whole = re.compile(rb"([0-9a-fA-F]{1,15}): ((?:[0-9a-fA-F]{2} ?){%d})[^0-9a-fA-F]" % max(columns, 1))
    while block := reader.block():
        if plain and turner.high < 0 and not block.translate(None, b"0123456789abcdefABCDEF \t\r\n"):
            digits = block.translate(None, b" \t\r\n")
            if len(digits) % 2 == 0 and digits:
                turner.pairs(bytes.fromhex(digits.decode()), _DIGITS[digits[-2]])
                continue
        for line in block.splitlines(keepends=True):
            found = whole.match(line) if not plain and turner.fresh() else None
            if found is not None:
                turner.want = int(found[1], 16)
                data = bytes.fromhex(found[2].replace(b" ", b"").decode())
                turner.pairs(data, data[-1] >> 4)
                turner.line_is_over()
            elif not turner.line(line):
                return 5
            k.tick()
    turner.out.flush()
    return 5 if turner.failed else 0


class _Reverter:
    """Reads a dump a character at a time, for what isn't as xxd wrote it. Source: xxd's huntype."""

    def __init__(self, k: Syscalls, to: int, columns: int, plain: bool, base: int) -> None:
        self.k = k
        self.to = to
        self.out = Writer(k, to, status=3)
        self.columns = columns
        self.plain = plain
        self.base = base
        self.have = 0  # where the output is
        self.want = 0  # where the next byte goes
        self.high = -1  # the digit before, if it waits for its second
        self.before = 0  # the one before that
        self.count = columns  # bytes of this line; all of them: an address comes
        self.garbage = True  # what isn't a digit is passed over
        self.failed = False

    def fresh(self) -> bool:
        """Tell whether a line's address comes next."""
        return self.count >= self.columns and self.garbage and not self.want

    def line_is_over(self) -> None:
        self.count = self.columns
        self.want = 0
        self.garbage = True

    def pairs(self, data: bytes, last: int) -> None:
        """Write bytes; last: the higher digit of the last of them."""
        if self.move():
            self.out.write(data)
            self.have += len(data)
            self.want += len(data)
        self.high = -1
        self.before = last
        self.garbage = False

    def move(self) -> bool:
        """Bring the output to where the next byte goes; False after complaining that it's behind."""
        target = self.base + self.want
        if target == self.have:
            return True
        self.out.flush()
        try:
            self.k.lseek(self.to, target - self.have, 1)
            self.have = target
        except SysError:
            pass
        if target < self.have:
            complain(self.k, b"Sorry, cannot seek backwards.")
            self.failed = True
            return False
        while self.have < target:
            step = min(target - self.have, CHUNK)
            self.out.write(bytes(step))
            self.have += step
            self.k.tick()
        return True

    def line(self, line: bytes) -> bool:
        """Take a line; False if its address is behind what was written and can't be reached."""
        for byte in line:
            if byte == 13 or (self.plain and byte in b" \n\t"):
                continue
            if byte == 10:
                self.line_is_over()
            third, second = self.before, self.high
            digit = _DIGITS.get(byte, -1)
            self.before, self.high = second, digit
            if digit < 0 and self.garbage:
                continue
            self.garbage = False
            if self.count >= self.columns:
                if not self.plain:
                    if digit < 0:
                        self.count = 0
                    else:
                        self.want = (self.want << 4 | digit) & 0x7FFFFFFFFFFFFFFF
                    continue
                self.count = 0
            if self.base + self.want != self.have and not self.move():
                return False
            if second >= 0 and digit >= 0:
                self.out.write(bytes((second << 4 | digit,)))
                self.have += 1
                self.want += 1
                self.high = -1
                self.count += 1
                if self.count >= self.columns and not self.plain:
                    self.want = 0
                    self.garbage = True
                    return True
            elif digit < 0 and second < 0 and third < 0:
                if not self.plain:
                    self.want = 0
                self.garbage = True
                return True
        return True
