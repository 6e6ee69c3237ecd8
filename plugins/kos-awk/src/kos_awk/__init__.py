"""awk: POSIX awk and the common extensions of GNU awk, compiled to Python functions.

language/   the program's text: lexer, parser, the tree
compiler/   what is known of its variables, and the Python source that is written for it
runtime/    what that source calls: values, records and fields, files and pipes, the built-in functions
"""
