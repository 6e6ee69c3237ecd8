"""The editors of a machine: ed, vi and nano."""
