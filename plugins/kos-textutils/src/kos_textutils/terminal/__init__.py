"""Programs for a terminal: clear, tput, reset, less, more."""
