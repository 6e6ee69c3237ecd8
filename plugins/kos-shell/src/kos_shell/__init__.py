"""KaedeShell: a POSIX shell with the language of bash."""
