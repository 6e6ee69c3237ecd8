"""What ps says of itself."""

from __future__ import annotations

_HEAD = b"\nUsage:\n ps [options]\n"
_TAIL = b"\nFor more details see ps(1).\n"
HINT = (
    _HEAD
    + b"\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n"
    + _TAIL
)
_SECTIONS = {
    "simple": b"""
Which processes:
 -A, -e               all
 -a                   those with a terminal, except session leaders
  a                   those with a terminal, of all users
 -d                   all except session leaders
 -N, --deselect       the others
  r                   running ones only
  T                   those of this terminal
  x                   those without a terminal too
""",
    "list": b"""
Which processes, by lists (1,2 or '1 2'):
 -C NAMES             by name
 -G, --Group GROUPS   by real group
 -g GROUPS            by session, or effective group's name
     --group GROUPS   by effective group
 -p, p, --pid PIDS    by number
     --ppid PIDS      by the parent's number
 -q, q, --quick-pid PIDS
                      these only, in this order
 -s, --sid SESSIONS   by session
 -t, t, --tty TTYS    by terminal
 -u, U, --user USERS  by effective user
 -U, --User USERS     by real user
""",
    "output": b"""
What is shown of them:
 -f, -F, -l, -j       full, extra full, long, jobs
  j, l, s, u, v, X    BSD's jobs, long, signals, users, memory, registers
 -o, o, --format COLUMNS
                      these columns: NAME, NAME:WIDTH, NAME=HEADING
 -O, O COLUMNS        these among the usual ones
  f, --forest         a tree, drawn
 -H                   a tree, indented
 -M, Z, --context     security labels
 -P                   the processor
 -y                   with -l: RSS in place of flags and address
     --headers        headings on each page
     --no-headers     no headings
     --cols N         width of a line        --rows N   lines of a page
""",
    "threads": b"""
Threads:
  H                   as if they were processes
 -L, -T               with LWP, with SPID
 -m, m                after their processes
""",
    "misc": b"""
Others:
 -c                   scheduling class
  c                   the name alone, without arguments
  e                   the environment after the command
  k, --sort KEYS      sort by [+|-]COLUMN,...
  L                   list the columns
  n                   numbers in place of names
  S, --cumulative     with the times of children that ended
 -w, w                wider lines; twice: as wide as they get
 -V, V, --version     the version
     --help SECTION   simple, list, output, threads, misc or all
""",
}


def section(name: str) -> bytes:
    """Return a section of the help by its name or first letter; a hint for none or an unknown one."""
    if name in ("all", "a"):
        return _HEAD + b"".join(_SECTIONS.values()) + _TAIL
    for full, text in _SECTIONS.items():
        if name in (full, full[0]):
            return _HEAD + text + _TAIL
    return HINT
