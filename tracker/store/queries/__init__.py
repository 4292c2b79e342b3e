"""Reading from memory: every query returns frozen rows."""
