"""Finding processes and sending them signals: pgrep, pidof, killall, pstree, fuser, lsof ..."""
