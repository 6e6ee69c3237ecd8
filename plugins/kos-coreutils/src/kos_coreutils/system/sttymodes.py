"""The settings that stty knows: names, bits, whether a sane terminal has them.

Numbers are those of Linux (asm-generic/termbits.h); names are POSIX's and GNU's.
"""

from __future__ import annotations

from typing import NamedTuple


class Mode(NamedTuple):
    """One mode: which bits of which field, and how `sane` has it. choice: one value of a field of several bits."""

    name: str
    group: str
    mask: int
    value: int
    sane: bool
    shown: bool = True
    choice: bool = False


def _switch(group: str, text: str) -> list[Mode]:
    """Return modes from `name bit +|- ...`; + if sane has it on."""
    words = text.split()
    return [
        Mode(words[at], group, int(words[at + 1], 8), int(words[at + 1], 8), words[at + 2] == "+")
        for at in range(0, len(words), 3)
    ]


def _choices(group: str, mask: int, text: str) -> list[Mode]:
    """Return the values of a field of several bits; the first is the sane one."""
    words = text.split()
    return [Mode(words[at], group, mask, int(words[at + 1], 8), at == 0, choice=True) for at in range(0, len(words), 2)]


MODES: list[Mode] = [
    *_switch("cflag", "parenb 400 - parodd 1000 - cmspar 10000000000 -"),
    *[Mode(f"cs{size}", "cflag", 0o60, (size - 5) << 4, size == 8, choice=True) for size in (5, 6, 7, 8)],
    *_switch("cflag", "hupcl 2000 - cstopb 100 - cread 200 + clocal 4000 - crtscts 20000000000 -"),
    *_switch(
        "iflag",
        "ignbrk 1 - brkint 2 + ignpar 4 - parmrk 10 - inpck 20 - istrip 40 - inlcr 100 - igncr 200 - icrnl 400 + "
        "ixon 2000 + ixoff 10000 - iuclc 1000 - ixany 4000 - imaxbel 20000 + iutf8 40000 -",
    ),
    *_switch("oflag", "opost 1 + olcuc 2 - ocrnl 10 - onlcr 4 + onocr 20 - onlret 40 - ofill 100 - ofdel 200 -"),
    *_choices("oflag", 0o400, "nl0 0 nl1 400"),
    *_choices("oflag", 0o3000, "cr0 0 cr1 1000 cr2 2000 cr3 3000"),
    *_choices("oflag", 0o14000, "tab0 0 tab1 4000 tab2 10000 tab3 14000"),
    *_choices("oflag", 0o20000, "bs0 0 bs1 20000"),
    *_choices("oflag", 0o40000, "vt0 0 vt1 40000"),
    *_choices("oflag", 0o100000, "ff0 0 ff1 100000"),
    *_switch(
        "lflag",
        "isig 1 + icanon 2 + iexten 100000 + echo 10 + echoe 20 + echok 40 + echonl 100 - noflsh 200 - xcase 4 - "
        "tostop 400 - echoprt 2000 - echoctl 1000 + echoke 4000 + flusho 10000 - extproc 200000 -",
    ),
]
# other names for some of them, never shown
MODES += [
    mode._replace(name=other, shown=False)
    for other, name in (("hup", "hupcl"), ("tandem", "ixoff"), ("crterase", "echoe"), ("crtkill", "echoke"),
                        ("ctlecho", "echoctl"), ("prterase", "echoprt"), ("tabs", "tab0"))
    for mode in list(MODES)
    if mode.name == name
]  # fmt: skip

CHARACTERS = {
    "intr": 0, "quit": 1, "erase": 2, "kill": 3, "eof": 4, "eol": 11, "eol2": 16, "swtch": 7, "start": 8, "stop": 9,
    "susp": 10, "rprnt": 12, "werase": 14, "lnext": 15, "discard": 13,
}  # fmt: skip
SANE_CHARACTERS = {
    "intr": 3, "quit": 28, "erase": 127, "kill": 21, "eof": 4, "eol": 0, "eol2": 0, "swtch": 0, "start": 17, "stop": 19,
    "susp": 26, "rprnt": 18, "werase": 23, "lnext": 22, "discard": 15,
}  # fmt: skip

_COOKED = "brkint ignpar istrip icrnl ixon opost isig icanon"
_RAW = (
    "-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr -icrnl -ixon -ixoff -icanon -opost -isig -iuclc -ixany "
    "-imaxbel -xcase min=1 time=0"
)
COMBINATIONS = {
    "sane": "cread -ignbrk brkint -inlcr -igncr icrnl icanon iexten echo echoe echok -echonl -noflsh -ixoff -iutf8 -iuclc "
    "-ixany imaxbel -xcase -olcuc -ocrnl opost -ofill onlcr -onocr -onlret nl0 cr0 tab0 bs0 vt0 ff0 isig -tostop -ofdel "
    "-echoprt echoctl echoke -extproc -flusho ixon *chars",
    "raw": _RAW,
    "-raw": _COOKED + " eof=4 eol=0",
    "cooked": _COOKED + " eof=4 eol=0",
    "-cooked": _RAW,
    "cbreak": "-icanon",
    "-cbreak": "icanon",
    "nl": "-icrnl -onlcr",
    "-nl": "icrnl -inlcr -igncr onlcr -ocrnl -onlret",
    "ek": "erase=127 kill=21",
    "evenp": "parenb -parodd cs7",
    "-evenp": "-parenb cs8",
    "parity": "parenb -parodd cs7",
    "-parity": "-parenb cs8",
    "oddp": "parenb parodd cs7",
    "-oddp": "-parenb cs8",
    "pass8": "-parenb -istrip cs8",
    "-pass8": "parenb istrip cs7",
    "litout": "-parenb -istrip -opost cs8",
    "-litout": "parenb istrip opost cs7",
    "crt": "echoe echoctl echoke",
    "dec": "echoe echoctl echoke -ixany intr=3 erase=127 kill=21",
    "decctlq": "ixany",
    "-decctlq": "-ixany",
    "lcase": "xcase iuclc olcuc",
    "-lcase": "-xcase -iuclc -olcuc",
    "LCASE": "xcase iuclc olcuc",
    "-LCASE": "-xcase -iuclc -olcuc",
    "-tabs": "tab3",
}


def show_character(code: int) -> str:
    """Return a control character as stty shows it: ^C, <undef>, M-^?."""
    if code == 0:
        return "<undef>"
    lead = ""
    if code >= 128:
        lead, code = "M-", code - 128
    if code < 32:
        return f"{lead}^{chr(code + 64)}"
    return f"{lead}^?" if code == 127 else lead + chr(code)
