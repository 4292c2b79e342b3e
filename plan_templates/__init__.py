"""Rosters and sample plans as data."""
