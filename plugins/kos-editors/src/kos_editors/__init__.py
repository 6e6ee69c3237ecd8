"""The editor of a machine: ed."""
