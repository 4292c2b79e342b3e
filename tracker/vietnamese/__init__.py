"""The language: forms, numbers, order, paths. Knows nothing of plans."""
