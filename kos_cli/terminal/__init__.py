"""`kos shell`: the host's terminal on one side, a machine's terminal on the other.

prompt.py    the line editor: history, completion, multi-line editing (prompt_toolkit)
pump.py      while a command runs: keys to the machine's terminal, its output to the host's, the window's size
session.py   the loop: prompt, run, prompt
"""
