"""The second tier: loops that have proven hot, as Python functions made from source.

A loop runs as closures (compile/) first. After HOT rounds it is looked at again: if all it does is arithmetic, tests, `case`,
assignments and other such loops, it becomes one Python function in which the shell's variables are local variables.

    tree --writer.py, numbers.py, texts.py, truths.py, commands.py--> Python source --compile--> function     region.py

Only plain variables (text or number, no attributes) and indexed arrays take part, and only while nothing looks over the
shell's shoulder (set -x, traps of DEBUG, set -u): the function asks for all that when it is entered, and says no if it isn't
so. Within it nothing can change that, since it calls nothing that runs shell code or makes a system call but the tick.

What a function can't do exactly, it leaves to the closures: it raises Deopt, the round that was running is undone (variables
from their copies, arrays from a log) and the closures run that round from its start. So every error message, every odd
number like 08, is theirs. A loop that leaves too often stays with the closures. The price of a round, and when signals are
looked at, are the same in both tiers.
"""
