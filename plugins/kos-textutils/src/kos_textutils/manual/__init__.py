"""The manual: man, whatis, apropos, whereis."""
