"""Building receipts and sending them."""
