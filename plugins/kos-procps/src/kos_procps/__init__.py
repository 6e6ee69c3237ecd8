"""ps, top, pgrep, free, lsof, flock, findmnt and their neighbours: what procps-ng, psmisc and util-linux have."""
