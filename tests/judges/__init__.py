"""Outside judges: the public test suites of other shells, run against KaedeShell inside this process.

    python -m tests.judges SUITE --checkout DIR [--only REGEX] [--shell bash] [--jobs 2] [--show]

The suites lie outside the tree, in checkouts of their own; what is here reads their formats and knows their rules.

    case.py      what a case is, and what running one gave
    oils.py      spec/*.test.sh of Oils: a script with what several shells print for it
    busybox.py   shell/ash_test and shell/hush_test of BusyBox: NAME.tests and NAME.right
    justbash.py  the comparison fixtures of just-bash: a command and what real bash printed
    coreutils.py the tables of GNU coreutils' tests: a command, and what it prints and leaves
    busybox_tools.py   testsuite/ of BusyBox: scripts that say of each of their tests whether it passed
    helpers/     the small programs that the suites' scripts call (argv.py, recho, ...), as a plugin
    inside.py    runs cases in forks of one warm machine        outside.py   runs them in a shell of the host, to compare
    known/       the cases that KaedeShell doesn't pass, each with the reason
"""
