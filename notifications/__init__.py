"""Notices: who is owed which step, the outbox, letters and their delivery, and the sweep that runs it all."""
