"""Đôn Đốc: plans of Vietnamese offices, read, published, urged and counted.

This module imports nothing, so that a core (`tracker.parsing`, `tracker.progress` …) can be loaded alone.
"""

__version__ = "0.1.0"
