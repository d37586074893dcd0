"""What ``doctor`` says, in Dutch: agent, settings, people, desk, machine, files."""

from __future__ import annotations

from hwc_school_agent.doctor.codes import Check
from hwc_school_agent.doctor.texts import Text

TEXTS = {
    Check.CONFIGURATION: Text(
        "De configuratie heeft fouten.", "Verbeter de regels hieronder.", "De configuratie klopt."
    ),
    Check.PASSWORDS_UNSEEN: Text(
        "De wachtwoorden zijn niet bekeken: dit account kan er niet bij. Inloggen is niet geprobeerd.",
        "Voer dit uit met sudo terwijl de agent draait, of geef --credentials MAP.",
    ),
    Check.NOBODY_ALLOWED: Text(
        "Niemand krijgt een ontvangstbevestiging: [senders] allowed is leeg.",
        "Vul de adressen in die met Veilig Thuis zijn afgesproken.",
        "Wie een ontvangstbevestiging krijgt, staat in [senders] allowed.",
    ),
    Check.TRUST_ELSEWHERE: Text(
        "Wie een signaal in het eigen mailprogramma afhandelt, hoeft dat niet bij het bureau te bevestigen.",
        'Spreek met elkaar af dat dit zo mag, of zet [mailbox] handled_elsewhere op "ask".',
    ),
    Check.RETENTION: Text(
        "Een ongelezen signaal wordt na {days} schooldagen gewist, zonder ontvangstbevestiging.",
        "Spreek met de afzenders af dat zij bellen als zij niets horen, of zet [retention] unread_school_days op 0.",
    ),
    Check.NOT_RUNNING: Text(
        "De agent draait niet.", "Start hem: systemctl enable --now hwc-school-agent.", "De agent draait."
    ),
    Check.NO_SERVICE: Text(
        "De agent draait, maar niet als dienst van systemd: na een herstart van deze machine komt hij niet terug.",
        "Zie docs/installation.md: systemctl enable --now hwc-school-agent.",
        "De agent draait als dienst van systemd.",
    ),
    Check.AGENT_SILENT: Text(
        "De agent draait, maar geeft geen antwoord.",
        "Voer dit uit met sudo. Blijft het zo, start hem dan opnieuw: systemctl restart hwc-school-agent.",
    ),
    Check.AGENT_BLIND: Text(
        "De agent draait, maar kan nu niet in de postbus kijken.",
        "Kijk wat hieronder bij Postbus staat. Is daar alles goed, wacht dan een minuut en kijk nog eens.",
        "De agent kan in de postbus kijken.",
    ),
    Check.STAFF_FILE: Text(
        "De lijst met medewerkers is niet te lezen.",
        "Voer dit uit met sudo. Is het bestand beschadigd, verwijder het dan en voeg iedereen opnieuw toe.",
    ),
    Check.NO_CONTACT: Text(
        "Er is geen contactpersoon: niemand kan een signaal zien.",
        "Voeg er een toe: hwc-school-agent staff add --role contact --name NAAM",
        "Er is een contactpersoon.",
    ),
    Check.NO_BACKUP: Text(
        "Er is geen achterwacht: bij ziekte van de contactpersoon ziet niemand het.",
        "Voeg er een toe: hwc-school-agent staff add --role backup --name NAAM",
        "Er is een achterwacht.",
    ),
    Check.NO_HEAD: Text(
        "Er is niemand van de directie: als contactpersoon en achterwacht niet kijken, wordt niemand meer geroepen.",
        "Voeg er een toe: hwc-school-agent staff add --role head --name NAAM",
        "Er is iemand van de directie.",
    ),
    Check.NO_BELL: Text(
        "Er is geen bel verbonden: alleen wie het bureau open heeft, merkt dat er iemand moet kijken.",
        "Zet de computer van de contactpersoon aan en start daar hwc-school-agent bell (docs/installation.md).",
        "Er is een bel verbonden.",
    ),
    Check.NO_BELL_FOR: Text(
        "Er is geen bel verbonden voor: {roles}. Zij merken alleen in een open bureau dat er iemand moet kijken.",
        "Start hwc-school-agent bell op hun computer, met hun rol (--role), of geef een andere computer die rol met"
        " bell-token add.",
        "Voor iedereen die wordt geroepen, is er een bel verbonden.",
    ),
    Check.DESK_CERTIFICATE: Text(
        "Het certificaat van het bureau is niet te gebruiken: {why}.",
        "Controleer [desk] certificate en key, en of het account van de dienst beide mag lezen.",
        "Het certificaat van het bureau past bij de sleutel.",
    ),
    Check.DESK_CERTIFICATE_ENDS: Text(
        "Het certificaat van het bureau verloopt over {days} dagen.",
        "Vernieuw het. Het bureau gebruikt het nieuwe bestand vanaf het volgende bezoek, zonder herstart.",
        "Het certificaat van het bureau is nog {days} dagen geldig.",
    ),
    Check.DESK_CERTIFICATE_ENDED: Text(
        "Het certificaat van het bureau is nu niet geldig.",
        "Vernieuw het; een herstart is niet nodig. Controleer ook de klok van deze machine.",
    ),
    Check.DESK_NAMES: Text(
        "Het certificaat van het bureau noemt niet: {names}.",
        "Vraag een certificaat met elke naam uit [desk] names, of haal de naam daar weg.",
        "Het certificaat van het bureau noemt elke naam uit [desk] names.",
    ),
    Check.CALENDAR_UNKNOWN: Text(
        "Tot wanneer de lijst met vrije dagen geldt, is niet opgegeven.",
        "Maak een lijst met hwc-school-agent init of calendar import, of vul [calendar] known_until in.",
    ),
    Check.CALENDAR_ENDS: Text(
        "De lijst met vrije dagen loopt af op {day}.",
        "Maak nu een nieuwe lijst: hwc-school-agent init of calendar import. Zonder lijst gaan de bellen ook in de"
        " vakantie.",
        "De lijst met vrije dagen geldt tot en met {day}.",
    ),
    Check.CALENDAR_ENDED: Text(
        "De lijst met vrije dagen is verlopen op {day}: de bellen gaan nu ook in de vakantie.",
        "Maak een nieuwe lijst: hwc-school-agent init of calendar import.",
    ),
    Check.NO_CLOSED_DAYS: Text(
        "Er zijn voor het komende jaar geen vrije dagen opgegeven.",
        "Maak een lijst met hwc-school-agent init of calendar import, of vul [calendar] closed in.",
        "Voor het komende jaar zijn vrije dagen opgegeven.",
    ),
    Check.NO_SCHOOL_DAY: Text(
        "In de komende {days} dagen is er geen schooldag: niemand wordt geroepen.",
        "Controleer [calendar] closed en weekdays.",
        "De volgende schooldag is {day}.",
    ),
    Check.CLOCK_UNSYNCED: Text(
        "De klok van deze machine wordt niet gelijkgezet.",
        "Zet tijdsynchronisatie aan: timedatectl set-ntp true. In een container zorgt de machine eronder daarvoor.",
        "De klok van deze machine wordt gelijkgezet.",
    ),
    Check.CLOCK_DIFFERS: Text(
        "De klok van deze machine verschilt {seconds} seconden van die van de mailserver.",
        "Zet tijdsynchronisatie aan: timedatectl set-ntp true.",
        "De klok van deze machine is gelijk aan die van de mailserver.",
    ),
    Check.SWAP: Text(
        "Deze machine heeft swap: wat getoond wordt, kan op de schijf terechtkomen.",
        "Zet de swap uit, of versleutel die. De unit van systemd houdt de agent zelf al uit de swap (MemorySwapMax=0).",
        "Deze machine heeft geen swap.",
    ),
    Check.CORE_DUMPS: Text(
        "Deze machine bewaart het geheugen van programma's die vastlopen.",
        "De agent sluit zichzelf daarvan uit. Voor de rest: zet Storage=none in /etc/systemd/coredump.conf, of"
        " sysctl kernel.core_pattern=core.",
        "Deze machine geeft het geheugen van vastgelopen programma's niet door.",
    ),
    Check.DUMPABLE: Text(
        "De agent kan zijn geheugen niet afschermen op deze machine.",
        "Gebruik een gewone Linux-kern; vraag de makers om raad.",
        "De agent schermt zijn geheugen af.",
    ),
    Check.STATE_MISSING: Text(
        "De map {file} is er nog niet.",
        "Die komt er bij de eerste start. Anders: zie docs/installation.md (systemd-tmpfiles).",
    ),
    Check.STATE_MODE: Text(
        "Anderen op deze machine kunnen bij {file}.",
        "Voer uit: chmod {mode} {file}. Laat het ook van het account van de dienst zijn.",
        "Niemand anders op deze machine kan bij de gegevens van de agent.",
    ),
    Check.STATE_UNKNOWN: Text(
        "In de map met gegevens staan bestanden die er niet horen: {count}.",
        "Kijk in {file} en ruim op wat niet van de agent is.",
        "In de map met gegevens staat alleen wat er hoort.",
    ),
    Check.STATE_UNREADABLE: Text("De map {file} is niet te bekijken met dit account.", "Voer dit uit met sudo."),
    Check.CREDENTIAL_MODE: Text(
        "Anderen op deze machine kunnen het wachtwoord in {file} lezen.",
        "Voer uit: chmod 600 {file}. Wijzig daarna het wachtwoord.",
        "Niemand anders op deze machine kan de wachtwoorden lezen.",
    ),
    Check.CONFIG_WRITABLE: Text(
        "Anderen op deze machine kunnen de configuratie veranderen.",
        "Voer uit: chmod go-w {file}",
        "Niemand anders op deze machine kan de configuratie veranderen.",
    ),
}
