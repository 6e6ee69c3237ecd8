"""gzip, bzip2, xz, zstd and what reads through them."""
