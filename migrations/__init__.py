"""Alembic migrations; carried by the distribution, run by `tracker serve --migrate` and `tracker db upgrade`."""
