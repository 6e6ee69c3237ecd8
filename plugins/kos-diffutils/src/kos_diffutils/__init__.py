"""diff, cmp, diff3, sdiff and patch."""
