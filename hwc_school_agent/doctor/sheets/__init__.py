"""``doctor --admin-sheet``: what is left for the administrator of the mail platform, with this school's addresses.

Facts follow the vendors' documentation. What could not be verified is never told as a fact: such a step begins with
*Controleer* (*Check*).
"""
