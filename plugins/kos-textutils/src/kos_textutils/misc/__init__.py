"""Everything else: getopt, cal."""
