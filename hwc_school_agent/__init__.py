"""Handle with Care at school. The way of a signal, each line naming the file that walks it:

1. A sender mails the school's mailbox; ``watch/ear.py`` sees *that* something came.
2. ``workers/triage.py`` reads it in a child that dies and answers one word.
3. ``watch/loop.py`` rings the bells (``bells/``); the words are fixed and say nothing.
4. A person logs in at the desk (``desk/app.py``) and presses *Toon*.
5. ``desk/content.py`` reads it once, through ``workers/parser_box.py``, and shows name and birth date.
6. *Ontvangen* sets one flag on the message (``mailbox/mark.py``); the process that showed it dies.
7. ``workers/finish.py`` sends the receipt (``post/``), purges every copy (``mailbox/purge.py``), then looks again
   on a fresh connection (``mailbox/verify.py``).
8. ``workers/close.py`` sweeps once a day, the same on days with and without a signal.
"""

__version__ = "0.1.0"
