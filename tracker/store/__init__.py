"""Memory: models, and queries that return frozen rows."""
