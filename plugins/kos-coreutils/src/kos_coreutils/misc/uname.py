"""uname: what system this is; arch: what machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, Writer, parsed, quote, refuse

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

UNAME = Command(
    "uname",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]...",
    summary="Print certain system information.  With no OPTION, same as -s.",
    options=[
        Flag(
            "all", "a", "all", help="print all information, in the following order, except omit -p and -i if unknown:"
        ),
        Flag("kernel", "s", "kernel-name", "sysname", help="print the kernel name"),
        Flag("node", "n", "nodename", help="print the network node hostname"),
        Flag("release", "r", "kernel-release", "release", help="print the kernel release"),
        Flag("version", "v", "kernel-version", help="print the kernel version"),
        Flag("machine", "m", "machine", help="print the machine hardware name"),
        Flag("processor", "p", "processor", help="print the processor type (non-portable)"),
        Flag("platform", "i", "hardware-platform", help="print the hardware platform (non-portable)"),
        Flag("system", "o", "operating-system", help="print the operating system"),
    ],
)
ARCH = Command("arch", usage="[OPTION]...", summary="Print machine architecture.")


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the chosen parts of what the kernel says of itself."""
    opts, extra = parsed(k, UNAME, argv)
    if extra:
        return refuse(k, b"extra operand " + quote(extra[0]))
    it = k.uname()
    parts = [
        (opts.kernel, it.sysname),
        (opts.node, it.nodename),
        (opts.release, it.release),
        (opts.version, it.version),
        (opts.machine, it.machine),
    ]
    if not opts.all and not any(wanted for wanted, _ in parts) and not (opts.processor or opts.platform or opts.system):
        parts[0] = (True, it.sysname)
    shown = [text for wanted, text in parts if wanted or opts.all]
    shown += [b"unknown" for wanted in (opts.processor, opts.platform) if wanted and not opts.all]
    if opts.system or opts.all:
        shown.append(b"GNU/Linux")
    out = Writer(k)
    out.write(b" ".join(shown) + b"\n")
    out.flush()
    return 0


def arch(k: Syscalls, argv: list[bytes]) -> int:
    """Print the machine's architecture."""
    _opts, extra = parsed(k, ARCH, argv)
    if extra:
        return refuse(k, b"extra operand " + quote(extra[0]))
    out = Writer(k)
    out.write(k.uname().machine + b"\n")
    out.flush()
    return 0
