"""Drafts: the frozen records of a reading, their JSON form, their checks, and what publishing makes of them."""
