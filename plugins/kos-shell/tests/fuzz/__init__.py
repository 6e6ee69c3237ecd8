"""A differential fuzzer of the shell: scripts from a grammar run in a machine and in the host's bash, which must do the same.

    words.py      quoting, expansions of all kinds, arithmetic, patterns
    commands.py   what is done with them: simple commands, tests, compound commands, pipelines, whole scripts
    both.py       the two shells, each in a fresh folder with the same files; what counts as a difference
    reduce.py     makes a script that differs small
    __main__.py   the long run:  cd plugins/kos-shell/tests && python -m fuzz --scripts 20000 --jobs 2

Script number N of a seed is always the same. The test-suite runs some hundred of one seed, the long run as many as it is told to; what
differs is shown reduced.
What two runs of bash itself don't agree on is left out of the grammar: who of two processes comes first, process ids, writers to a
pipe that nobody reads to its end.
"""
