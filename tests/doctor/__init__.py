"""``doctor``: each finding has a test that makes it appear and one where it does not."""
