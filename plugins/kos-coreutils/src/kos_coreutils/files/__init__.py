"""Commands about files: names, inodes, trees."""
