"""pstree: the processes as a tree, as psmisc draws it. Children with equal subtrees are drawn once: 4*[sleep]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import Command, Flag, HelpRequested, SysError, UsageError, Value, Writer, cause, complain, is_utf8

from ..facts.processes import Machine, Process, processes

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_WIDTH = 132  # where the output is no terminal
_BOLD, _PLAIN = "\033[1m", "\033[0m"
_REFUSED = "is not supported: this kernel doesn't tell"
_USAGE = "Usage: pstree [-acglpsStTuZ] [ -h | -H PID ] [ -n | -N type ]\n              [ -A | -G | -U ] [ PID | USER ]\n   or: pstree -V\n"
PSTREE = Command(
    "pstree",
    usage="[OPTION]... [PID | USER]",
    summary="Show processes as a tree, from PID (1) or of USER.",
    options=[
        Flag("arguments", "a", "arguments", help="show command lines"),
        Flag("lines", "A", "ascii", value="ascii", default="", help="draw with ASCII characters"),
        Flag("lines", "G", "vt100", value="vt100", default="", help="draw with a VT100's line characters"),
        Flag("lines", "U", "unicode", value="unicode", default="", help="draw with Unicode's line characters"),
        Flag("apart", "c", "compact-not", help="don't draw equal subtrees once"),
        Flag("pgids", "g", "show-pgids", help="show process groups; implies -c"),
        Flag("mine", "h", "highlight-all", help="highlight this process and its ancestors"),
        Value("marked", "H", "highlight-pid", metavar="PID", help="highlight PID and its ancestors"),
        Flag("long", "l", "long", help="don't cut long lines"),
        Flag("by_pid", "n", "numeric-sort", help="sort by PID, not by name"),
        Flag("pids", "p", "show-pids", help="show PIDs; implies -c"),
        Flag("parents", "s", "show-parents", help="show the parents of the chosen process"),
        Flag("thread_names", "t", "thread-names", help="show full names of threads (there are none)"),
        Flag("no_threads", "T", "hide-threads", help="hide threads (there are none)"),
        Flag("uids", "u", "uid-changes", help="show where the user changes"),
        Flag("version_", "V", hidden=True),
    ],
    hint=_USAGE,
)


class _Lines(NamedTuple):
    single: str
    first: str
    open: str
    branch: str
    last: str


_STYLES = {
    "ascii": _Lines("---", "-+-", "| ", "|-", "`-"),
    "unicode": _Lines("\u2500\u2500\u2500", "\u2500\u252c\u2500", "\u2502 ", "\u251c\u2500", "\u2514\u2500"),
    "vt100": _Lines(
        "\033(0\017qqq\033(B", "\033(0\017qwq\033(B", "\033(0\017x\033(B ", "\033(0\017tq\033(B", "\033(0\017mq\033(B"
    ),
}


class _Node(NamedTuple):
    """A process of the tree. times: how many equal ones it stands for."""

    text: str
    process: Process
    children: list[Any]
    times: int


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Draw the tree. Status 1 if there's nothing to draw."""
    opts, words = PSTREE.parse(argv)
    if opts.version_:
        raise HelpRequested(PSTREE.version_text(opts.prog))
    if len(words) > 1:
        raise UsageError(_USAGE.encode(), 1)
    try:
        found = processes(k)
    except SysError as error:
        complain(k, b"/proc: " + cause(error))
        return 1
    tree = _Tree(k, opts, found)
    if words and not words[0].isdigit():
        uid = tree.machine.people.uid(words[0])
        if uid is None:
            k.write(2, b"No such user name: %s\n" % words[0])
            return 1
        return tree.of_user(uid)
    return tree.of(int(words[0][:12]) if words else 1)


class _Tree:
    def __init__(self, k: Syscalls, opts: Any, found: list[Process]) -> None:
        self.k = k
        self.opts = opts
        self.machine = Machine(k)
        self.by_pid = {p.pid: p for p in found}
        self.children: dict[int, list[Process]] = {}
        for p in found:
            self.children.setdefault(p.ppid, []).append(p)
        for kids in self.children.values():
            kids.sort(key=(lambda p: (p.pid,)) if opts.by_pid else (lambda p: (p.comm, p.euid, p.pid)))
        self.compact = not (opts.apart or opts.pids or opts.pgids or opts.arguments)
        self.lines = _STYLES[opts.lines or ("unicode" if is_utf8(k.env) else "ascii")]
        self.width = self.line_width()
        self.marked: set[int] = set()
        if opts.marked is not None and not (opts.marked.isdigit() and len(opts.marked) < 11 and int(opts.marked)):
            raise UsageError(_USAGE.encode(), 1)
        pid = int(opts.marked) if opts.marked is not None else k.getpid() if opts.mine else 0
        while pid in self.by_pid and pid not in self.marked:
            self.marked.add(pid)
            pid = self.by_pid[pid].ppid
        self.out = Writer(k)

    def line_width(self) -> int | None:
        if self.opts.long:
            return None
        columns = self.k.env.get(b"COLUMNS", b"")
        if columns.isdigit() and int(columns[:6]):
            return int(columns[:6])
        try:
            return self.k.get_winsize(1)[1] or _WIDTH
        except SysError:
            return _WIDTH

    def of(self, pid: int) -> int:
        """Draw the tree below a process."""
        p = self.by_pid.get(pid)
        if p is None:
            return 1
        chain = [p]
        while self.opts.parents and chain[0].ppid in self.by_pid:
            chain.insert(0, self.by_pid[chain[0].ppid])
        node = self.node(p, chain[-2].euid if len(chain) > 1 else p.euid)
        for parent in reversed(chain[:-1]):
            node = _Node(self.label(parent, parent.euid), parent, [node], 1)
        self.draw(node)
        self.out.flush()
        return 0

    def of_user(self, uid: int) -> int:
        """Draw the trees of a user's processes whose parents aren't theirs."""
        roots = [p for p in self.by_pid.values() if p.euid == uid]
        roots = [p for p in roots if p.ppid not in self.by_pid or self.by_pid[p.ppid].euid != uid]
        for place, p in enumerate(roots):
            if place:
                self.out.write(b"\n")
            self.draw(self.node(p, uid))
        self.out.flush()
        if not roots:
            self.k.write(2, b"No processes found.\n")
        return 0 if roots else 1

    # ------------------------------------------------------------ the tree
    def label(self, p: Process, above: int) -> str:
        """Return what stands for a process. above: its parent's user."""
        opts = self.opts
        facts = [str(number) for number, on in ((p.pid, opts.pids), (p.pgid, opts.pgids)) if on]
        if opts.uids and p.euid != above:
            facts.append(self.machine.user(p.euid))
        name = p.comm.decode("utf-8", "replace")
        if opts.arguments:
            text = ",".join([name, *facts])
            words = b" ".join(p.argv[1:]).decode("utf-8", "replace")
            text += " " + words if words else ""
        else:
            text = name + (f"({','.join(facts)})" if facts else "")
        return "".join([char if char.isprintable() else "?" for char in text])

    def node(self, root: Process, above: int) -> _Node:
        """Return the tree below a process, without recursion: chains of processes may be long."""
        order: list[tuple[Process, int]] = []
        stack = [(root, above)]
        while stack:
            p, above = stack.pop()
            order.append((p, above))
            stack += [(child, p.euid) for child in self.children.get(p.pid, []) if child.pid != p.pid]
        made: dict[int, _Node] = {}
        shapes: dict[int, int] = {}
        known: dict[Any, int] = {}  # a subtree's shape -> its number, so that equal ones compare at once
        for p, above in reversed(order):
            kids = [made[child.pid] for child in self.children.get(p.pid, []) if child.pid in made]
            if self.compact:
                merged: dict[int, _Node] = {}
                for kid in kids:
                    shape = shapes[kid.process.pid]
                    same = merged.get(shape)
                    merged[shape] = kid if same is None else same._replace(times=same.times + 1)
                kids = list(merged.values())
            text = self.label(p, above)
            mark = p.pid in self.marked and p.pid
            key = (text, mark, tuple((shapes[kid.process.pid], kid.times) for kid in kids))
            shapes[p.pid] = known.setdefault(key, len(known))
            made[p.pid] = _Node(text, p, kids, 1)
        return made[root.pid]

    # ------------------------------------------------------------ drawing
    def draw(self, root: _Node) -> None:
        if self.opts.arguments:
            self.draw_arguments(root)
            return
        line = ""
        # (node, what stands on this node's further lines before its own branch sign, what connects it, closing brackets)
        stack: list[tuple[_Node, str, str, int]] = [(root, "", "", 0)]
        while stack:
            node, margin, sign, closing = stack.pop()
            if sign in (self.lines.branch, self.lines.last):
                line = margin + sign
            else:
                line += sign
            head = f"{node.times}*[" if node.times > 1 else ""
            closing += node.times > 1
            line += head + self.shown(node)
            if not node.children:
                self.emit(line + "]" * closing)
                line = ""
                continue
            if sign == self.lines.branch:
                below = margin + self.lines.open
            elif sign == self.lines.last:
                below = margin + "  "
            else:
                below = margin + " " * 0
            indent = below + " " * (len(head) + len(node.text))
            if len(node.children) == 1:
                stack.append((node.children[0], indent + "   ", self.lines.single, closing))
                continue
            last = len(node.children) - 1
            for place, child in reversed(list(enumerate(node.children))):
                if place == 0:
                    stack.append((child, indent + " " + self.lines.open, self.lines.first, closing))
                else:
                    sign = self.lines.last if place == last else self.lines.branch
                    stack.append((child, indent + " ", sign, closing))

    def draw_arguments(self, root: _Node) -> None:
        self.emit(self.shown(root))
        last = len(root.children) - 1
        stack = [(child, "  ", place == last) for place, child in reversed(list(enumerate(root.children)))]
        while stack:
            node, margin, is_last = stack.pop()
            self.emit(margin + (self.lines.last if is_last else self.lines.branch) + self.shown(node))
            below = margin + ("  " if is_last else self.lines.open) + "  "
            last = len(node.children) - 1
            stack += [(child, below, place == last) for place, child in reversed(list(enumerate(node.children)))]

    def shown(self, node: _Node) -> str:
        return _BOLD + node.text + _PLAIN if node.process.pid in self.marked else node.text

    def emit(self, line: str) -> None:
        if self.width is not None and "\033" not in line and len(line) > self.width:
            line = line[: self.width - 1] + "+"
        self.out.write(line.encode("utf-8", "replace") + b"\n")
