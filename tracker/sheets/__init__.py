"""Sheets: rows become bytes or words (calendar, .docx, dates in words). No request, no session."""
