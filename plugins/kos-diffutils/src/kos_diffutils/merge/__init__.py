"""Three files compared, and two merged by hand."""
