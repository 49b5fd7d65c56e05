"""Theme, marks and icons."""
