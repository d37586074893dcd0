"""Tests, on real parts: mail servers, SMTP, a browser, processes."""
