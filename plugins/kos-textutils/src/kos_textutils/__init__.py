"""column, strings, hexdump, xxd, less, man, file and their neighbours."""
