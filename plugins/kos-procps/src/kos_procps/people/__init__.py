"""Who is here: w, uptime, wall, su ..."""
