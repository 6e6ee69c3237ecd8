"""The cases, one module a kind of driver (two for filesystems). Each has CASES, in order, and SUBJECT, what a case gets.

A suite's first case is the one that all others build on: the driver can be made.
"""
