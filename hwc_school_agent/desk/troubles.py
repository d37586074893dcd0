"""What the page says when the mailbox cannot be looked into: to people, and to ICT."""

from __future__ import annotations

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.language import mark

#: What went wrong with a look, the code for ICT, and what ICT can do.
TROUBLES = {
    Trouble.NO_ANSWER: (
        mark("De mailserver antwoordt niet"),
        "HWC-210",
        mark("Controleer of de mailserver bereikbaar is vanaf deze machine."),
    ),
    Trouble.NO_NAME: (
        mark("De naam van de mailserver wordt niet gevonden"),
        "HWC-211",
        mark("Controleer de DNS en de instelling host."),
    ),
    Trouble.CERTIFICATE: (
        mark("Het certificaat van de mailserver klopt niet"),
        "HWC-212",
        mark("Controleer de geldigheid van het certificaat, de klok van deze machine en de instelling ca_file."),
    ),
    Trouble.LOGIN: (
        mark("De mailserver weigert het wachtwoord van de postbus"),
        "HWC-213",
        mark("Controleer of het wachtwoord is gewijzigd of het account is geblokkeerd."),
    ),
    Trouble.PROTOCOL: (
        mark("De mailserver geeft een antwoord dat we niet begrijpen"),
        "HWC-214",
        mark("Voer ‘hwc-school-agent doctor’ uit."),
    ),
    Trouble.NO_TOKEN_SERVER: (
        mark("De server die ons bij de postbus toelaat, antwoordt niet"),
        "HWC-221",
        mark("Controleer of het adres voor de aanmelding (Microsoft of Google) bereikbaar is vanaf deze machine."),
    ),
    Trouble.SECRET_EXPIRED: (
        mark("Onze sleutel voor de postbus is verlopen"),
        "HWC-222",
        mark("Maak een nieuw certificaat of clientgeheim bij de app-registratie en zet het bij de credentials."),
    ),
    Trouble.SECRET_WRONG: (
        mark("Onze sleutel voor de postbus wordt geweigerd"),
        "HWC-223",
        mark(
            "Controleer of het certificaat, het clientgeheim of de sleutel van het serviceaccount bij deze app hoort."
        ),
    ),
    Trouble.APP_UNKNOWN: (
        mark("Dit programma is niet bekend bij de beheerder van de postbus"),
        "HWC-224",
        mark("Controleer tenant en client_id: app-id en map-id van de app-registratie."),
    ),
    Trouble.NO_CONSENT: (
        mark("Dit programma heeft nog geen toestemming voor de postbus"),
        "HWC-225",
        mark("Geef beheerderstoestemming voor de rechten die ‘hwc-school-agent doctor --admin-sheet’ noemt."),
    ),
    Trouble.SIGN_IN_AGAIN: (
        mark("De toestemming voor de postbus is ingetrokken of verlopen"),
        "HWC-226",
        mark("Meld de postbus opnieuw aan en zet de nieuwe refresh token bij de credentials."),
    ),
    Trouble.BLOCKED: (
        mark("Een regel van de organisatie blokkeert dit programma"),
        "HWC-227",
        mark(
            "Kijk bij voorwaardelijke toegang (Microsoft) of app-toegang (Google) en maak een uitzondering voor deze"
            " app."
        ),
    ),
    Trouble.CLOCK: (
        mark("De klok van deze machine loopt niet gelijk"),
        "HWC-228",
        mark("Zet de tijd goed en zet tijdsynchronisatie aan: timedatectl set-ntp true."),
    ),
    Trouble.NO_TOKEN: (
        mark("We konden ons niet aanmelden bij de postbus"),
        "HWC-229",
        mark(
            "Controleer de credentials bij auth, of de extra (microsoft of google) is geïnstalleerd, en bij command of"
            " die een token afdrukt."
        ),
    ),
    Trouble.NO_PERMISSION: (
        mark("De mailserver laat ons niet bij deze postbus"),
        "HWC-230",
        mark(
            "De aanmelding lukt, maar het recht op de postbus ontbreekt: geef de app toegang (Add-MailboxPermission) en"
            " controleer of IMAP aanstaat."
        ),
    ),
}
