"""iCalendar addresses: open to whoever has the secret token, closed to everybody else."""
