"""What a script would touch, without running it: commands, files, variables, functions, and what can't be known.

analyze(text)    -> Analysis
result.py        Analysis and what is in it
names.py         what programs do with their operands; which run another command
words.py         what is known of a word: its text, a pattern, or only how it is written
walker.py        the walk over the tree of the parser
calls.py         ... and what a simple command means
report.py        as text and as JSON (`sh --analyze [--json]`)
"""

from kos_shell.analysis.result import Analysis, CommandUse, FileUse, FunctionUse, SourceUse, Unknown, VariableUse
from kos_shell.analysis.walker import analyze

__all__ = ["Analysis", "CommandUse", "FileUse", "FunctionUse", "SourceUse", "Unknown", "VariableUse", "analyze"]
