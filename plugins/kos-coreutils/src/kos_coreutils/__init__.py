"""The commands: cat, ls, sort, grep, sed, find, ps and their neighbours."""
