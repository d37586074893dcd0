"""Read one message for the page. Runs in a child of the desk that dies with what it read."""

from __future__ import annotations

from datetime import date

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.facts import Shown
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.read import read_message
from hwc_school_agent.mailbox.session import open_session
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask


def run(settings: Settings, place: Place, today: date) -> Shown:
    """What the page may show of the message at ``place``.

    Raises ``MessageGone``, ``MailboxTrouble``, ``FolderRefused``, or ``BoxFailed`` when the
    message is such that no process of ours survives it: then a person opens it in the mailbox itself.
    """
    with open_session(settings.mailbox) as session:
        raw = read_message(session, place)
    senders, tr = settings.senders, language(settings.school.language)
    shown = ask(Question.SHOW, raw, allowed=senders.allowed, today=today, border=senders.border, tr=tr)
    if not isinstance(shown, Shown):
        raise BoxFailed
    return shown
