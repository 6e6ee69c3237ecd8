"""Running a command in another way, or another way of running it: setsid, flock, taskset, prlimit ..."""
