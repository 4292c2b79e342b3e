"""Progress: the standing of an assignment on a day, and counts and rates.

The only arithmetic behind pages, letters, calendar, reports and API: they all ask these functions.
"""
