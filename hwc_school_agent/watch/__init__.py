"""The resident process: one thread, one loop. It knows *that* something waits, never what.

``start`` begins it, ``loop`` is the loop, ``ear`` listens to the mailbox, ``children`` forks the workers.
"""
