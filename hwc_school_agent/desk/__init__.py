"""The page. Runs in a child of ``watch`` while somebody uses it; ends after content was shown."""
