"""A directory of the host as a filesystem, read-only unless asked, and nothing beside it."""
