"""The small programs that the suites' scripts call, as a plugin for tests.

plugin.py     announces them            programs.py   what they do, over a handful of system calls
install.py    writes the metadata that a machine finds them by, and for the host's shells a script for each
"""
