"""A host with Dovecot, Cyrus or Courier. The settings were tried on Dovecot 2.3.19 and 2.4.1, Cyrus 3.6.1, Courier
5.0.13: afterwards nothing of an expunged message was found on the server's disk."""

from __future__ import annotations

import shlex

from hwc_school_agent.doctor.sheets.sheet import Both, Section, Sheet, code
from hwc_school_agent.settings import Settings


def sheet(settings: Settings) -> Sheet:
    """The page for this school's mail host."""
    box = settings.mailbox.user
    return Sheet(
        Both("Handle with Care: wat de beheerder van de mailserver doet", "Handle with Care: for your mail host"),
        Both(
            f"Voor {settings.school.name}, postbus {box} op {settings.mailbox.host}. Alleen de paragraaf van je server"
            " geldt.",
            f"For {settings.school.name}, mailbox {box} on {settings.mailbox.host}. Only the section of your server"
            " applies.",
        ),
        (_account(box), _dovecot(shlex.quote(box)), _cyrus(), _courier(), _arrival(settings), _stays()),
    )


def _account(box: str) -> Section:
    return Section(
        Both("Het account", "The account"),
        (
            Both(
                f"{box} dient voor niets anders. Niemand anders heeft rechten op de mappen (GETACL). IMAP op poort 993"
                " met een geldig certificaat, versturen op 587 of 465 met inloggen, ook naar het eigen adres. Geen"
                " automatische antwoorden, geen doorsturen, geen regels die verplaatsen.",
                f"{box} serves nothing else. Nobody else has rights on its folders (GETACL). IMAP on port 993 with a"
                " valid certificate, submission on 587 or 465 with a log-in, to the own address too. No automatic"
                " answers, no forwarding, no rules that move mail.",
            ),
        ),
    )


def _dovecot(box: str) -> Section:
    return Section(
        Both("Dovecot", "Dovecot"),
        (
            Both(
                "De index bewaart na het wissen soms onderwerp, afzender en Message-ID. Dovecot 2.4 doet dat altijd:"
                " zet de cache uit voor deze gebruiker, of houd de index in het geheugen.",
                "After a deletion the index may keep subject, sender and Message-ID. Dovecot 2.4 always does: switch"
                " the"
                " cache off for this user, or keep the index in memory.",
            ),
            code(
                "mail_cache_min_mail_count = 100000",
                "# 2.3:  mail_location = maildir:~/Maildir:INDEX=MEMORY",
                "# 2.4:  mail_index_path = MEMORY",
            ),
            Both(
                "Geen lazy_expunge voor deze gebruiker: dat zet gewiste mail in een verborgen map. In mail_log geen"
                " subject en geen from:",
                "No lazy_expunge for this user: it puts deleted mail into a hidden folder. In mail_log no subject"
                " and no"
                " from:",
            ),
            code("mail_log_fields = uid box msgid size"),
            Both(
                "Met mdbox blijft de mail in de bestanden tot doveadm purge; laat dat elke nacht lopen. Wat er al"
                " staat,"
                " ruim je zo op:",
                "With mdbox mail stays in the files until doveadm purge; run that every night. What is there already is"
                " cleared like this:",
            ),
            code(f"doveadm purge -u {box}", f"doveadm mailbox cache purge -u {box} INBOX"),
            Both(
                "Controleer of een zoekindex (FTS) meeloopt: bouw die na het wissen opnieuw op.",
                "Check whether a search index (FTS) is kept: rebuild it after deletions.",
            ),
        ),
    )


def _cyrus() -> Section:
    return Section(
        Both("Cyrus", "Cyrus"),
        (
            Both(
                "Standaard blijft gewiste mail op schijf tot de nachtelijke opruiming. In imapd.conf:",
                "By default deleted mail stays on disk until the nightly clean-up. In imapd.conf:",
            ),
            code("expunge_mode: immediate", "delete_mode: immediate", "allowdeleted: 1"),
            Both(
                "Met allowdeleted kan gewiste mail over IMAP worden nageteld. Kan dit niet voor de hele server, laat"
                " dan"
                " elk uur lopen:",
                "With allowdeleted, deleted mail can be counted over IMAP. If this cannot be set for the whole server,"
                " run every hour:",
            ),
            code("cyr_expire -X 0 -E 0 -D 0"),
        ),
    )


def _courier() -> Section:
    return Section(
        Both("Courier", "Courier"),
        (
            Both(
                "Wissen is meteen definitief, behalve met deze instelling; zet die uit. Het programma wist anders ook"
                " in de prullenbak.",
                "Deletion is final at once, except with this setting; switch it off. Otherwise the program deletes in"
                " the trash too.",
            ),
            code("IMAP_MOVE_EXPUNGE_TO_TRASH=0"),
        ),
    )


def _arrival(settings: Settings) -> Section:
    allowed = ", ".join(settings.senders.allowed) or "<@afzender>"
    return Section(
        Both("Signalen komen echt aan", "Signals really arrive"),
        (
            Both(
                f"Sta de afgesproken afzenders ({allowed}) toe langs het spamfilter als hun DMARC klopt. Geen"
                " waarschuwing boven de tekst, geen andere Message-ID: dan mislukt de dagelijkse proef.",
                f"Let the agreed senders ({allowed}) pass the spam filter when their DMARC passes. No warning above the"
                " text and no other Message-ID: the daily rehearsal would fail.",
            ),
        ),
    )


def _stays() -> Section:
    return Section(
        Both("Wat toch blijft", "What stays all the same"),
        (
            Both(
                "Back-ups en snapshots van de server, en het logboek van de mailserver (afzender, ontvanger,"
                " Message-ID). Controleer hoe lang je host beide bewaart.",
                "Backups and snapshots of the server, and the log of the mail server (sender, recipient, Message-ID)."
                " Check how long your host keeps both.",
            ),
        ),
    )
