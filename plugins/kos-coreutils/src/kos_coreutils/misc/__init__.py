"""Commands that print, compute, look at the machine, or start other commands."""
