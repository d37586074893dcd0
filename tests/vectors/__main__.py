"""python -m tests.vectors"""

from tests.vectors import write

write()
