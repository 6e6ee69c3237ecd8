"""`kos bench`: this machine and, where installed, bash, dash and the host's tmpfs, side by side in one run.

    contest.py     contenders, rounds, medians, verdicts
    laboratory.py  what scenarios need: machines, the host's tools, scratch folders
    scenarios/     one file a question; each yields the contests that answer it
    report.py      the table and the JSON

Honest measuring: both sides do the same work in the same round, the order rotates, the median counts, and what can't be
compared on this host is said and not guessed.
"""
