"""Workloads: what tasks there are, when they come, how they compute and sleep."""
