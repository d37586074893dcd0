"""Mails made for the tests: ordinary ones in every wrapping, and hostile ones."""
