"""Speed and memory of the whole agent, measured from outside. Never a test: machines are noisy."""
