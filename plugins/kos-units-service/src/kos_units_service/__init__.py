"""Services: unit files that PID 1 starts, watches and restarts."""
