"""Deadlines: the work calendar, periods and stepping. No Flask, no database, no clock."""
