"""Deeds: one function is one thing that a person does, one transaction and one fact.

Every function takes the actor first, asks `tracker.access`, and takes the instant as `at`. Nothing here knows
of requests, sessions of the web, or what time it is.
"""
