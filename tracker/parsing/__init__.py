"""Parsing: blocks become a draft of a plan, every value with the place that it was read at."""
