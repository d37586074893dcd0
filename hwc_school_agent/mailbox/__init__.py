"""Everything that speaks IMAP, and nothing else does."""
