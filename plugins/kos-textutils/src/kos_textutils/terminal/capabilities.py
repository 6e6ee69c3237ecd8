"""What terminals can do: a small table of the usual ones, by the names of terminfo."""

from __future__ import annotations

_ANSI = {
    "clear": "\x1b[H\x1b[J", "el": "\x1b[K", "ed": "\x1b[J", "el1": "\x1b[1K", "cup": "\x1b[%i%p1%d;%p2%dH", "home": "\x1b[H",
    "cuu1": "\x1b[A", "cud1": "\n", "cuf1": "\x1b[C", "cub1": "\b", "cuu": "\x1b[%p1%dA", "cud": "\x1b[%p1%dB",
    "cuf": "\x1b[%p1%dC", "cub": "\x1b[%p1%dD", "bold": "\x1b[1m", "rev": "\x1b[7m", "smul": "\x1b[4m", "rmul": "\x1b[24m",
    "smso": "\x1b[7m", "rmso": "\x1b[27m", "blink": "\x1b[5m", "sgr0": "\x1b(B\x1b[m", "sc": "\x1b7", "rc": "\x1b8",
    "bel": "\x07", "cr": "\r", "ind": "\n", "ri": "\x1bM", "cols": "80", "lines": "24", "it": "8", "am": "yes", "xenl": "yes",
}  # fmt: skip
_COLOR = {
    "colors": "8", "pairs": "64", "setaf": "\x1b[3%p1%dm", "setab": "\x1b[4%p1%dm", "op": "\x1b[39;49m", "dim": "\x1b[2m",
    "civis": "\x1b[?25l", "cnorm": "\x1b[?12l\x1b[?25h", "dl1": "\x1b[M", "il1": "\x1b[L", "dch1": "\x1b[P",
    "ich": "\x1b[%p1%d@", "dch": "\x1b[%p1%dP", "il": "\x1b[%p1%dL", "dl": "\x1b[%p1%dM", "hpa": "\x1b[%i%p1%dG",
    "vpa": "\x1b[%i%p1%dd", "csr": "\x1b[%i%p1%d;%p2%dr", "bce": "yes",
}  # fmt: skip
_XTERM = {
    **_ANSI, **_COLOR, "clear": "\x1b[H\x1b[2J\x1b[3J", "smcup": "\x1b[?1049h\x1b[22;0;0t", "rmcup": "\x1b[?1049l\x1b[23;0;0t",
    "sitm": "\x1b[3m", "ritm": "\x1b[23m", "invis": "\x1b[8m", "rs1": "\x1bc\x1b]104\x07", "E3": "\x1b[3J", "km": "yes",
    "kcuu1": "\x1bOA", "kcud1": "\x1bOB", "kcuf1": "\x1bOC", "kcub1": "\x1bOD", "khome": "\x1bOH", "kend": "\x1bOF",
    "is2": "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>", "rs2": "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>",
}  # fmt: skip
TERMINALS: dict[str, dict[str, str]] = {
    "xterm": _XTERM,
    "xterm-color": _XTERM,
    "xterm-256color": {
        **_XTERM,
        "colors": "256",
        "pairs": "65536",
        "setaf": "\x1b[%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m",
        "setab": "\x1b[%?%p1%{8}%<%t4%p1%d%e%p1%{16}%<%t10%p1%{8}%-%d%e48;5;%p1%d%;m",
    },
    "linux": {
        **_ANSI, **_COLOR, "clear": "\x1b[H\x1b[J\x1b[3J", "sgr0": "\x1b[m\x0f", "rs1": "\x1bc\x1b]R",
        "cnorm": "\x1b[?25h\x1b[?0c", "civis": "\x1b[?25l\x1b[?1c", "E3": "\x1b[3J",
    },
    "vt100": {
        **_ANSI, "clear": "\x1b[H\x1b[J", "sgr0": "\x1b[m\x0f", "rmul": "\x1b[m", "rmso": "\x1b[m",
        "rs2": "\x1b<\x1b>\x1b[?3;4;5l\x1b[?7;8h\x1b[r",
    },
    "ansi": {**_ANSI, **_COLOR, "sgr0": "\x1b[0;10m", "rmul": "\x1b[m", "rmso": "\x1b[m"},
    "dumb": {"cols": "80", "bel": "\x07", "cr": "\r", "cud1": "\n", "ind": "\n", "am": "yes"},
}  # fmt: skip
for _same, _as in (("screen", "xterm"), ("screen-256color", "xterm-256color"), ("tmux", "xterm"), ("tmux-256color", "xterm-256color"),
                   ("vt102", "vt100"), ("vt220", "vt100")):  # fmt: skip
    TERMINALS[_same] = TERMINALS[_as]


def filled(text: str, numbers: list[int]) -> str:
    """Return a capability with its parameters put in: what terminfo's %i %p1 %d %{n} %- %< %?...%t...%e...%; ask for."""
    values = [*numbers[:9], *[0] * (9 - len(numbers[:9]))]
    out: list[str] = []
    stack: list[int] = []
    at = 0
    skipping = 0  # how deep in a branch that isn't taken
    wait_for_else = False
    while at < len(text):
        char = text[at]
        at += 1
        if char != "%" or at >= len(text):
            if not skipping:
                out.append(char)
            continue
        code = text[at]
        at += 1
        if skipping:
            if code == "?":
                skipping += 1
            elif code == ";":
                skipping -= 1
            elif code == "e" and skipping == 1 and wait_for_else:
                skipping = 0
            elif code == "{":
                at = text.find("}", at) + 1 or len(text)
            elif code in "pP":
                at += 1
            continue
        if code == "%":
            out.append("%")
        elif code == "i":
            values[0] += 1
            values[1] += 1
        elif code == "p":
            stack.append(values[int(text[at]) - 1])
            at += 1
        elif code == "{":
            end = text.index("}", at)
            stack.append(int(text[at:end]))
            at = end + 1
        elif code == "d":
            out.append(str(stack.pop() if stack else 0))
        elif code in "+-<":
            right = stack.pop() if stack else 0
            left = stack.pop() if stack else 0
            stack.append(left + right if code == "+" else left - right if code == "-" else int(left < right))
        elif code == "t":
            if not (stack.pop() if stack else 0):
                skipping, wait_for_else = 1, True
        elif code == "e":
            skipping, wait_for_else = 1, False
    return "".join(out)
