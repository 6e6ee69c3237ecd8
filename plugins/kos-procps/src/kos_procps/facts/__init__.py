"""What the machine says of itself: /proc, the list of logins, terminals."""
