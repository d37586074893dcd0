"""Google Workspace: access to one mailbox, and what keeps copies.

Sources: Google's developer pages on XOAUTH2, IMAP extensions and ImapSettings; the admin help on restoring mail
(answer 112445), less secure apps (14114704) and log data (7061566).
"""

from __future__ import annotations

from hwc_school_agent.doctor.sheets.sheet import Both, Section, Sheet, code
from hwc_school_agent.settings import Settings


def sheet(settings: Settings) -> Sheet:
    """The page for this school's domain."""
    box = settings.mailbox.user
    return Sheet(
        Both("Handle with Care: wat de beheerder van Google Workspace doet", "Handle with Care: for Google Workspace"),
        Both(
            f"Voor {settings.school.name}, postbus {box}. Gebruik daarvoor een account dat voor niets anders dient, in"
            " een organisatie-eenheid van zichzelf.",
            f"For {settings.school.name}, mailbox {box}. Use an account that serves nothing else, in an organisational"
            " unit of its own.",
        ),
        (_service_account(box), _others(), _settings(box), _arrival(settings), _checks(), _stays()),
    )


def _service_account(box: str) -> Section:
    return Section(
        Both("Toegang met een serviceaccount", "Access with a service account"),
        (
            Both(
                "Maak een serviceaccount in een eigen project en een sleutel (JSON). Geef het in de beheerdersconsole"
                " onder Beveiliging, API-beheer, Domeinbrede machtiging deze bereiken, en geen andere:",
                "Make a service account in a project of its own, and a key (JSON). In the admin console, under"
                " Security,"
                " API controls, Domain-wide delegation, give it these scopes and no others:",
            ),
            code("https://www.googleapis.com/auth/gmail.imap_admin", "https://mail.google.com/"),
            Both(
                "Het eerste laat elke map zien, ook een verborgen label; daardoor is ‘leeg’ ook echt leeg. Het"
                " tweede is"
                " voor het versturen. Domeinbrede machtiging geldt voor elk account in het domein: bewaak de"
                " sleutel, of"
                " kies hieronder een andere weg. Google raadt dit zelf af waar het anders kan.",
                "The first shows every folder, hidden labels too, so that “empty” means empty. The second is for"
                " sending. Domain-wide delegation holds for every account of the domain: guard the key, or take another"
                " way below. Google itself advises against it where another way exists.",
            ),
        ),
    )


def _others() -> Section:
    return Section(
        Both("Of: zonder domeinbrede machtiging", "Or: without domain-wide delegation"),
        (
            Both(
                "Een interne OAuth-client en één keer toestemming door dit account geven een refresh token dat alleen"
                " deze postbus opent. Controleer dat het na een wachtwoordwijziging nog werkt.",
                "An internal OAuth client and one consent by this account give a refresh token that opens this mailbox"
                " only. Check that it still works after a change of password.",
            ),
            Both(
                'Of een app-wachtwoord (auth = "password"). Controleer of je organisatie app-wachtwoorden toestaat en'
                " of het account tweestapsverificatie heeft. In beide gevallen: zet bij elk label ‘Weergeven in IMAP’"
                " aan, anders kan een map niet worden nageteld.",
                'Or an app password (auth = "password"). Check whether your organisation allows app passwords and'
                " whether the account has 2-step verification. In both cases switch “Show in IMAP” on for every label,"
                " else a folder cannot be counted.",
            ),
        ),
    )


def _settings(box: str) -> Section:
    return Section(
        Both("Wissen is wissen", "Deleted is deleted"),
        (
            Both(
                "Zet voor dit account IMAP aan en laat wissen definitief zijn, in Gmail onder Instellingen, Doorsturen"
                " en POP/IMAP, of met de API (bereik gmail.settings.basic):",
                "Switch IMAP on for this account and make deletion final, in Gmail under Settings, Forwarding and"
                " POP/IMAP, or with the API (scope gmail.settings.basic):",
            ),
            code(
                f"PUT https://gmail.googleapis.com/gmail/v1/users/{box}/settings/imap",
                '{"enabled": true, "autoExpunge": true, "expungeBehavior": "deleteForever", "maxFolderSize": 0}',
            ),
            Both(
                "Geen bewaarregel of bewaring in Vault voor deze organisatie-eenheid, geen kopie of journaal in de"
                " routering, geen gedelegeerden, geen doorsturen, geen filters.",
                "No retention rule or hold in Vault for this organisational unit, no copy or journal in routing, no"
                " delegates, no forwarding, no filters.",
            ),
        ),
    )


def _arrival(settings: Settings) -> Section:
    allowed = ", ".join(settings.senders.allowed) or "<@afzender>"
    return Section(
        Both("Signalen komen echt aan", "Signals really arrive"),
        (
            Both(
                f"Zet de afgesproken afzenders ({allowed}) op de lijst van goedgekeurde afzenders, met controle van"
                " verificatie. Controleer dat quarantaine en een waarschuwing boven externe mail deze postbus niet"
                " raken.",
                f"Put the agreed senders ({allowed}) on the list of approved senders, with authentication required."
                " Check that quarantine and a warning above external mail leave this mailbox alone.",
            ),
        ),
    )


def _checks() -> Section:
    return Section(
        Both("Nakijken", "Look again"),
        (
            code("hwc-school-agent doctor", "hwc-school-agent doctor --send-test"),
            Both(
                "Controleer in Vault dat er voor dit account geen regel en geen zaak loopt, en in de beheerdersconsole"
                " onder Gmail, Routering en Naleving dat geen regel een kopie maakt.",
                "Check in Vault that no rule and no matter covers this account, and in the admin console under Gmail,"
                " Routing and Compliance, that no rule makes a copy.",
            ),
        ),
    )


def _stays() -> Section:
    return Section(
        Both("Wat toch blijft", "What stays all the same"),
        (
            Both(
                "Een beheerder kan mail tot 25 dagen nadat de prullenbak is geleegd terughalen; dat kan niet uit."
                " Logbestanden kunnen niet worden gewist en hun bewaartijd kan niet korter. Controleer hoe lang je"
                " zoekfunctie voor e-maillogboeken onderwerpen toont.",
                "An administrator can restore mail for 25 days after the trash was emptied; that cannot be switched"
                " off."
                " Log data can be neither deleted nor kept for a shorter time. Check how long your email log search"
                " shows subjects.",
            ),
        ),
    )
