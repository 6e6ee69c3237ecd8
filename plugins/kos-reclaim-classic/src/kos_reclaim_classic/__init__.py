"""Page replacement policies of the textbooks and of later papers, one a file."""
