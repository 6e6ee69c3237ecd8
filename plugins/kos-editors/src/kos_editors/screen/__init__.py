"""What vi and nano share of the terminal."""
