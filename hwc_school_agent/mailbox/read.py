"""Reading one message. The only file that fetches a body; only ``workers`` and ``desk`` may import it.

``BODY.PEEK`` only: without it the server sets ``\\Seen`` and Exchange tells the sender "read" before anybody has.
Never ENVELOPE, HEADER.FIELDS or a search by text: Dovecot writes those into its index cache, where they outlive
the message.
"""

from __future__ import annotations

from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.errors import MessageGone
from hwc_school_agent.mailbox.session import Session, argument


def read_message(session: Session, place: Place, limit: int = 65536) -> bytes:
    """The first ``limit`` bytes of a message. Raises ``MessageGone``, ``MailboxTrouble``, ``FolderRefused``."""
    return _read(session, place, b"BODY.PEEK[]<0.%d>" % limit, "BODY[]<0>")


def read_header(session: Session, place: Place) -> bytes:
    """The header block of a message. Raises ``MessageGone``, ``MailboxTrouble``, ``FolderRefused``."""
    return _read(session, place, b"BODY.PEEK[HEADER]", "BODY[HEADER]")


def _read(session: Session, place: Place, item: bytes, name: str) -> bytes:
    # Courier gives UIDs in EXAMINE that it does not keep: two messages of one second may swap theirs at the next
    # SELECT, and then a person would confirm a message that nobody was shown, or what triage said of one would stand
    # beside the other. SELECT makes them last, and in a folder that nobody ever opened so the UIDVALIDITY as well.
    how = b"SELECT " if session.strategy.select_to_read else b"EXAMINE "
    opened, fetched = session.run(
        how + argument(place.folder, place.role), b"UID FETCH %d (UID %s)" % (place.uid, item)
    )
    if not opened.ok or opened.number("UIDVALIDITY") != place.uidvalidity:
        raise MessageGone
    content = fetched.fetched().get(place.uid, {}).get(name)
    if not isinstance(content, bytes) or not content:
        raise MessageGone  # Exchange may answer a FETCH with nothing
    return content
