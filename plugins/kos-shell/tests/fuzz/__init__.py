"""A differential fuzzer of the shell: scripts from a grammar run in a machine and in the host's bash, which must do the same.

    words.py      quoting, expansions of all kinds, arithmetic, patterns
    commands.py   what is done with them: simple commands, tests, compound commands, pipelines, whole scripts
    both.py       the two shells, each in a fresh folder with the same files; what counts as a difference
    reduce.py     makes a script that differs small
    __main__.py   the long run:  cd plugins/kos-shell/tests && python -m fuzz --scripts 20000 --jobs 2

In the test-suite scripts are drawn with Hypothesis, so one that fails arrives reduced; the long run draws them from the same grammar
with plain random numbers, which is many times faster. A seed gives the same scripts again.
What two runs of bash itself don't agree on is left out of the grammar: who of two processes comes first, process ids, writers to a
pipe that nobody reads to its end.
"""
