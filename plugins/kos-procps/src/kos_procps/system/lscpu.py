"""lscpu: the CPUs, as far as they are anything: this machine's are virtual and have a number and a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import Command, Flag, SysError, Value, Writer, cause, complain, read_whole

from ..facts.tables import Table, TableColumn

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

LSCPU = Command(
    "lscpu",
    usage="[options]",
    summary="Display information about the CPU architecture.",
    options=[
        Flag("all", "a", "all", help="print both online and offline CPUs (default for -e)"),
        Flag("online", "b", "online", help="print online CPUs only (default for -p)"),
        Flag("offline", "c", "offline", help="print offline CPUs only"),
        Flag("json", "J", "json", help="use JSON for default or extended format"),
        Value(
            "extended",
            "e",
            "extended",
            metavar="LIST",
            optional=True,
            implied=b"",
            help="print out an extended readable format",
        ),
        Value("parsed", "p", "parse", metavar="LIST", optional=True, implied=b"", help="print out a parsable format"),
        Flag("version_", "V", hidden=True),
    ],
    operands=(0, 0),
)
_COLUMNS = {"CPU": True, "ONLINE": True, "MODELNAME": False}
_HEAD = """# The following is the parsable format, which can be fed to other
# programs. Each different item in every column has an unique ID
# starting usually from zero.
"""


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print a summary, or a table of the CPUs. Status 1 if /proc can't be read."""
    opts, _ = LSCPU.parse(argv)
    if opts.extended is not None and opts.parsed is not None:
        complain(k, b"mutually exclusive arguments: --caches --extended --parse")
        return 1
    try:
        cpus = _cpus(read_whole(k, b"/proc/cpuinfo"))
    except SysError as error:
        complain(k, b"cannot open /proc/cpuinfo: " + cause(error))
        return 1
    out = Writer(k)
    if opts.extended is None and opts.parsed is None:
        rows = _summary(k, cpus)
        if opts.json:
            import json

            body = ",".join(
                f'{{\n         "field": {json.dumps(name)},\n         "data": {json.dumps(value)}\n      }}'
                for name, value in rows
            )
            out.write(f'{{\n   "lscpu": [\n      {body}\n   ]\n}}\n'.encode())
        else:
            width = max(len(name) for name, _ in rows) + 1
            out.write("".join(f"{name:<{width}}{value}\n" for name, value in rows).encode())
        out.flush()
        return 0
    text = opts.extended if opts.extended is not None else opts.parsed
    usual = b"CPU,ONLINE" if opts.extended is not None else b"CPU"
    names = [name.decode("latin-1").upper() for name in (text.removeprefix(b"=") or usual).split(b",")]
    for name in names:
        if name not in _COLUMNS:
            complain(k, b"unknown column: " + name.encode("latin-1").lower())
            return 1
    shown = [] if opts.offline and not (opts.all or opts.online) else cpus
    table = Table([TableColumn(name, right=_COLUMNS[name]) for name in names])
    for number, model in shown:
        values: dict[str, str | None] = {
            "CPU": number,
            "ONLINE": "yes" if opts.extended is not None else "Y",
            "MODELNAME": model,
        }
        table.add([values[name] for name in names])
    if opts.extended is not None:
        out.write(table.text("json" if opts.json else "plain", name="cpus"))
    else:
        titles = {"CPU": "CPU", "ONLINE": "Online", "MODELNAME": "Modelname"}
        lines = [",".join(cell or "" for cell in cells) for cells, _ in table.rows]
        out.write(
            (
                _HEAD + "# " + ",".join(titles[name] for name in names) + "\n" + "".join(line + "\n" for line in lines)
            ).encode()
        )
    out.flush()
    return 0


def _cpus(text: bytes) -> list[tuple[str, str]]:
    """Return (number, model name) of each CPU."""
    found = []
    for paragraph in text.split(b"\n\n"):
        fields = {}
        for line in paragraph.splitlines():
            name, _, value = line.partition(b":")
            fields[name.strip()] = value.strip().decode("utf-8", "replace")
        if b"processor" in fields:
            found.append((fields[b"processor"], fields.get(b"model name", "")))
    return found


def _summary(k: Syscalls, cpus: list[tuple[str, str]]) -> list[tuple[str, str]]:
    numbers = [number for number, _ in cpus]
    listed = (
        numbers[0]
        if len(numbers) == 1
        else f"{numbers[0]},{numbers[-1]}"
        if len(numbers) == 2
        else f"{numbers[0]}-{numbers[-1]}"
    )
    rows = [
        ("Architecture:", k.uname().machine.decode()),
        ("CPU(s):", str(len(cpus))),
        ("On-line CPU(s) list:", listed),
    ]
    if cpus[0][1]:
        rows.append(("Model name:", cpus[0][1]))
    return rows
