"""Rules without I/O: no clock, no randomness, no logging, standard library only."""
