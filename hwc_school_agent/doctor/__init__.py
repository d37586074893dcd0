"""``hwc-school-agent doctor``: what works, what does not, and what to do about it.

Each file looks at one area: a small probe that asks the world, and a pure judgement that turns its answer into
findings. Nothing here reads a message, or tells whether one is there: the findings of a mailbox in which a signal
waits are, letter by letter, those of an empty one (promise P5).
"""
