"""The /dev filesystem: a node for every device that the machine has."""
