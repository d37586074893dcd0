"""The mail platforms schools have: what they are taken for, what they say, and one whole story on each."""
