"""Questions on standard error, answered by a line on standard input: yes if it begins with y or Y."""

from __future__ import annotations

from .console import Console


def ask(con: Console, question: bytes) -> bool:
    """Ask `NAME: QUESTION` and tell whether the answer was yes. End of input means no."""
    con.flush()
    con.k.write(2, con.name + b": " + question)
    answer = b""
    while not answer.endswith(b"\n"):
        byte = con.k.read(0, 1)  # one at a time: what follows the line belongs to whoever reads next
        if not byte:
            break
        answer += byte
    return answer[:1] in (b"y", b"Y")
