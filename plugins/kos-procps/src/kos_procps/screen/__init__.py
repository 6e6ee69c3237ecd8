"""Programs that own the screen, or record it: top, watch, script."""
