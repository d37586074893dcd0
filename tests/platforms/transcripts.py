"""What real servers say, as far as it is public: capability lines and lists in the form that their documentation, or a
published log, shows. Names and numbers are invented; nothing here was recorded from a school.

Exchange: learn.microsoft.com (POP3 and IMAP4), MS-STANXIMAP, MailKit issues 1282 and 2016. Gmail:
developers.google.com/workspace/gmail/imap/imap-extensions, emailjs-imap-client issue 119.
"""

from __future__ import annotations

import re

from hwc_school_agent.settings import Platform


def capabilities_of(line: str) -> frozenset[str]:
    """As a session holds them."""
    return frozenset(line.upper().split())


EXCHANGE = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
GMAIL = (
    "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE "
    "CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584"
)
CAPABILITIES: dict[str, tuple[Platform, str]] = {
    "exchange": (Platform.EXCHANGE, EXCHANGE),
    "exchange, 2026": (Platform.EXCHANGE, EXCHANGE.replace("AUTH=PLAIN AUTH=XOAUTH2", "AUTH=XOAUTH2 LOGINDISABLED")),
    "exchange, 2026, with IMAP4rev2": (Platform.EXCHANGE, EXCHANGE + " IMAP4rev2 ENABLE"),
    "gmail": (Platform.GMAIL, GMAIL),
    "gmail, 2017": (
        Platform.GMAIL,
        "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE "
        "CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS",
    ),
    "dovecot": (
        Platform.PIPELINED,
        "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND URL-PARTIAL CATENATE "
        "UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES "
        "WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE "
        "LITERAL+ NOTIFY SPECIAL-USE",
    ),
    "cyrus": (
        Platform.PIPELINED,
        "IMAP4rev1 LITERAL+ ID ENABLE ACL ANNOTATE-EXPERIMENT-1 BINARY CATENATE CHILDREN CONDSTORE CREATE-SPECIAL-USE "
        "ESEARCH ESORT LIST-EXTENDED LIST-MYRIGHTS LIST-STATUS MAILBOX-REFERRALS METADATA MOVE MULTIAPPEND NAMESPACE "
        "OBJECTID QRESYNC QUOTA RIGHTS=kxten SEARCH=FUZZY SORT SPECIAL-USE STATUS=SIZE THREAD=REFS UIDPLUS UNSELECT "
        "URL-PARTIAL WITHIN IDLE",
    ),
    "courier": (
        Platform.OLD,
        "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE ACL ACL2=UNION",
    ),
    "hMailServer": (Platform.OLD, "IMAP4 IMAP4rev1 CHILDREN IDLE QUOTA SORT ACL NAMESPACE RIGHTS=texk"),
    "nothing": (Platform.OLD, "IMAP4rev1"),
    "rev2 alone": (Platform.OLD, "IMAP4rev2 UIDPLUS UNSELECT MOVE NAMESPACE CHILDREN"),
}

#: LIST of Exchange Online for a Dutch mailbox, without SPECIAL-USE in the capabilities; attributes came in 2021's log.
EXCHANGE_LIST = (
    b'* LIST (\\HasNoChildren \\Trash) "/" "Verwijderde items"\r\n'
    b'* LIST (\\HasNoChildren \\Drafts) "/" Concepten\r\n'
    b'* LIST (\\Marked \\HasNoChildren) "/" INBOX\r\n'
    b'* LIST (\\HasNoChildren \\Junk) "/" "Ongewenste e-mail"\r\n'
    b'* LIST (\\HasNoChildren) "/" "Postvak UIT"\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" "Verzonden items"\r\n'
    b'* LIST (\\HasNoChildren) "/" Agenda\r\n'
    b'* LIST (\\HasChildren) "/" Archief\r\n'
    b'* LIST (\\HasNoChildren) "/" "Archief/Groep &AOk-&AOk-n"\r\n'
)
#: The same as an older tenant shows it: names alone.
EXCHANGE_LIST_BARE = re.sub(rb" \\\\(Trash|Drafts|Junk|Sent)", b"", EXCHANGE_LIST)
#: LIST of Gmail, the account's language Dutch: found by attribute, present in every answer.
GMAIL_LIST = (
    b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n'
    b'* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"\r\n'
    b'* LIST (\\All \\HasNoChildren) "/" "[Gmail]/Alle berichten"\r\n'
    b'* LIST (\\Drafts \\HasNoChildren) "/" "[Gmail]/Concepten"\r\n'
    b'* LIST (\\HasNoChildren \\Important) "/" "[Gmail]/Belangrijk"\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" "[Gmail]/Verzonden berichten"\r\n'
    b'* LIST (\\HasNoChildren \\Junk) "/" "[Gmail]/Spam"\r\n'
    b'* LIST (\\Flagged \\HasNoChildren) "/" "[Gmail]/Met ster"\r\n'
    b'* LIST (\\HasNoChildren \\Trash) "/" "[Gmail]/Prullenbak"\r\n'
)
