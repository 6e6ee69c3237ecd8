"""Observers: system calls as strace prints them, and a trace that repeats byte for byte."""
