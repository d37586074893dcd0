"""The machine we run on: clock, event log, process hygiene, service manager. Randomness lives here too."""
