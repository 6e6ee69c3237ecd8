"""The filesystem in memory: copy-on-write from the first block, the default root."""
