"""Programs that show or take apart bytes: hexdump, xxd, strings, file."""
