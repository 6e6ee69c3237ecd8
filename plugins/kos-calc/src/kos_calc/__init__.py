"""bc and dc: calculators of any precision.

numbers/   decimal numbers on Python's integers: arithmetic with GNU's scales, notation in any base
bc/        the language bc: lexer, parser, the byte code and its machine, the mathematical library
dc/        the stack calculator
"""
