"""The /proc filesystem: what a machine knows about itself, as files in Linux's formats."""
