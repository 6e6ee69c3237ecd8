"""Archives and compressed files: tar, gzip, bzip2, xz, zstd, zip, cpio, ar."""
