"""Pass phrases for the demo's two people: four short Dutch words, drawn anew each time."""

from __future__ import annotations

import secrets

_WHAT = ("kalme", "vrolijke", "stille", "zachte", "gele", "dappere", "ronde", "warme", "rustige", "blije")
_WHO = ("otter", "ezel", "merel", "kikker", "hommel", "bever", "zwaluw", "egel", "spreeuw", "hermelijn")
_DOES = ("fietst", "zwemt", "leest", "zingt", "bakt", "wandelt", "tekent", "danst", "droomt", "timmert")
_HOW = ("morgen", "samen", "langzaam", "buiten", "binnen", "dikwijls", "vandaag", "hardop", "verderop", "zondags")


def phrase() -> str:
    """For example ``kalme-otter-fietst-morgen``. Enough for a demo that ends today; real ones are chosen by people."""
    return "-".join(secrets.choice(words) for words in (_WHAT, _WHO, _DOES, _HOW))
