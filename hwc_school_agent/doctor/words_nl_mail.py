"""What ``doctor`` says, in Dutch: mailbox, outgoing mail, rehearsal."""

from __future__ import annotations

from hwc_school_agent.doctor.codes import Check
from hwc_school_agent.doctor.texts import Text

_LEG = "De proef kwam niet verder: "

TEXTS = {
    Check.MAILBOX_NAME: Text(
        "De naam {host} wordt niet gevonden.",
        "Controleer de DNS van deze machine en [mailbox] host.",
        "De naam {host} wordt gevonden.",
    ),
    Check.MAILBOX_ANSWER: Text(
        "De mailserver {host} antwoordt niet op poort {port}.",
        "Controleer of een firewall deze machine naar die poort doorlaat, en [mailbox] port en tls.",
        "De mailserver {host} antwoordt op poort {port}.",
    ),
    Check.MAILBOX_CERTIFICATE: Text(
        "Het certificaat van {host} klopt niet: {why}.",
        "Controleer het certificaat van de server, de klok van deze machine en [mailbox] host en ca_file.",
        "Het certificaat van {host} klopt.",
    ),
    Check.MAILBOX_CERTIFICATE_ENDS: Text(
        "Het certificaat van {host} verloopt over {days} dagen.",
        "Vraag de beheerder van de mailserver om het te vernieuwen.",
        "Het certificaat van {host} is nog {days} dagen geldig.",
    ),
    Check.MAILBOX_LOGIN: Text(
        "De mailserver weigert de login van {user}.",
        "Controleer of het wachtwoord is gewijzigd, het account is geblokkeerd of IMAP voor dit account uit staat.",
        "De mailserver neemt de login van {user} aan.",
    ),
    Check.MAILBOX_PROTOCOL: Text(
        "De mailserver geeft een antwoord dat dit programma niet begrijpt.",
        "Controleer of op deze poort een IMAP-server staat, en [mailbox] tls.",
    ),
    Check.NO_TOKEN_SERVER: Text(
        "De server die ons bij de postbus toelaat, antwoordt niet.",
        "Controleer of deze machine login.microsoftonline.com (Microsoft) of oauth2.googleapis.com (Google) kan"
        " bereiken, of [mailbox] authority.",
    ),
    Check.SECRET_EXPIRED: Text(
        "Onze sleutel voor de postbus is verlopen.",
        "Maak een nieuw certificaat of clientgeheim bij de app-registratie en zet het bij de credentials.",
    ),
    Check.SECRET_WRONG: Text(
        "Onze sleutel voor de postbus wordt geweigerd.",
        "Controleer of het certificaat, het clientgeheim of de sleutel van het serviceaccount bij deze app hoort.",
    ),
    Check.APP_UNKNOWN: Text(
        "Dit programma is niet bekend bij de beheerder van de postbus.",
        "Controleer [mailbox] tenant en client_id: map-id en app-id van de app-registratie.",
    ),
    Check.NO_CONSENT: Text(
        "Dit programma heeft nog geen toestemming voor de postbus.",
        "Geef beheerderstoestemming voor de rechten die doctor --admin-sheet noemt.",
    ),
    Check.SIGN_IN_AGAIN: Text(
        "De toestemming voor de postbus is ingetrokken of verlopen.",
        "Meld de postbus opnieuw aan en zet de nieuwe refresh token bij de credentials.",
    ),
    Check.BLOCKED: Text(
        "Een regel van de organisatie blokkeert dit programma.",
        "Kijk bij voorwaardelijke toegang (Microsoft) of app-toegang (Google) en maak een uitzondering voor deze app.",
    ),
    Check.CLOCK: Text(
        "De klok van deze machine loopt niet gelijk: de aanmelding wordt daarom geweigerd.",
        "Zet de tijd goed en zet tijdsynchronisatie aan: timedatectl set-ntp true.",
    ),
    Check.NO_TOKEN: Text(
        "We konden ons niet aanmelden bij de postbus.",
        "Controleer de credentials bij [mailbox] auth, of de extra (microsoft of google) is geïnstalleerd, en bij"
        " command of die een token afdrukt.",
    ),
    Check.NO_PERMISSION: Text(
        "De aanmelding lukt, maar de mailserver laat ons niet in de postbus van {user}.",
        "Geef de app recht op deze postbus (doctor --admin-sheet: Add-MailboxPermission); controleer of IMAP aanstaat."
        " Een nieuw recht werkt soms pas na een uur.",
    ),
    Check.UIDPLUS: Text(
        "De server kent geen UIDPLUS: wissen lukt alleen als niemand anders in die map mail als gewist markeert.",
        "Laat niemand deze postbus in een mailprogramma openen, of vraag de beheerder om UIDPLUS aan te zetten.",
        "De server kan precies één bericht wissen (UIDPLUS).",
    ),
    Check.IDLE: Text(
        "De server meldt niet dat er mail komt (IDLE): een signaal wordt bij de volgende blik gezien, in de ochtend"
        " binnen een minuut.",
        "Vraag de beheerder om IDLE aan te zetten, of accepteer dat het een minuut kan duren.",
        "De server meldt meteen dat er mail komt (IDLE).",
    ),
    Check.NOTIFY: Text(
        "De server meldt alleen mail in Postvak IN meteen; mail in een andere map wordt bij de volgende blik gezien"
        " (geen NOTIFY).",
        "",
        "De server meldt mail in alle mappen meteen (NOTIFY).",
    ),
    Check.LIST_STATUS: Text(
        "Alle mappen tellen kost op deze server meer stappen (geen LIST-STATUS). Dat werkt, alleen iets langzamer.",
        "",
        "De server telt alle mappen in één stap (LIST-STATUS).",
    ),
    Check.SPECIAL_USE: Text(
        "De server zegt niet welke map de prullenbak is (geen SPECIAL-USE): de mappen worden aan hun naam herkend.",
        "",
        "De server zegt waar elke map voor is (SPECIAL-USE).",
    ),
    Check.FOLDER_UNCOUNTED: Text(
        "De map ‘{folder}’ kan niet worden nageteld.",
        "Kijk of het account deze map mag openen. Tot dan zeggen we na het wissen niet dat alles weg is.",
        "Alle {count} mappen kunnen worden nageteld.",
    ),
    Check.FOLDER_SHUT: Text(
        "In de map ‘{folder}’ mag de agent niet kijken, of de server toont die niet.",
        "Geef het account in deze map de rechten l en r (zien en lezen), of haal de map weg. Tot dan belt een signaal"
        " dat daar komt niet, en zeggen we niet dat alles weg is.",
    ),
    Check.FOLDER_KEPT: Text(
        "De map ‘{folder}’ mag de agent niet leegmaken.",
        "Geef het account in deze map de rechten t en e (verwijderen en wissen). Tot dan blijft een signaal dat daarin"
        " komt, staan.",
        "De agent mag elke map leegmaken.",
    ),
    Check.FLAGS: Text(
        "Postvak IN bewaart deze vlaggen niet: {flags}. De agent onthoudt daarmee wat er met een bericht is gebeurd.",
        "Kijk of het account in Postvak IN vlaggen mag zetten.",
        "Postvak IN bewaart de vlaggen die de agent nodig heeft.",
    ),
    Check.READ_ONLY: Text(
        "Postvak IN kan alleen worden gelezen: wissen lukt niet.",
        "Geef het account het recht om in deze postbus te wissen.",
    ),
    Check.HIDDEN_FOLDER: Text(
        "De server heeft een map waarin gewiste mail blijft staan (lazy_expunge).",
        "Vraag de beheerder om die uit te zetten of leeg te houden (zie doctor --admin-sheet).",
    ),
    Check.GRAPH_RIGHT: Text(
        "Microsoft Graph laat ons niet bij Herstelbare items, terwijl [mailbox] recoverable daarom vraagt.",
        "Geef het recht voor deze ene postbus (zie doctor --admin-sheet; het werkt na 30 minuten tot 2 uur), of zet"
        " recoverable op off.",
        "Microsoft Graph laat ons in Herstelbare items kijken.",
    ),
    Check.GRAPH_ANSWER: Text(
        "Microsoft Graph geeft geen antwoord waar we iets aan hebben.",
        "Controleer of deze machine graph.microsoft.com bereikt, en [mailbox] graph. Zie ook Postbus hierboven: het is"
        " dezelfde aanmelding.",
    ),
    Check.OTHERS_READ: Text(
        "Ook anderen mogen deze postbus lezen.",
        "Vraag de beheerder om de rechten op de mappen weg te halen van wie er niet hoeft te kijken.",
        "Volgens de server mag niemand anders deze postbus lezen.",
    ),
    Check.SENT_COPIES: Text(
        "De server bewaart zelf een kopie van wat de agent verstuurt.",
        "De agent wist die kopie. Beter is het uit te zetten: zie doctor --admin-sheet.",
        "De server bewaart geen kopie van wat de agent verstuurt.",
    ),
    Check.SUBMISSION_NAME: Text(
        "De naam {host} wordt niet gevonden.",
        "Controleer de DNS van deze machine en [submission] host.",
        "De naam {host} wordt gevonden.",
    ),
    Check.SUBMISSION_ANSWER: Text(
        "De server voor uitgaande mail {host} antwoordt niet op poort {port}.",
        "Controleer of een firewall deze machine naar die poort doorlaat, en [submission] port en tls.",
        "De server voor uitgaande mail {host} antwoordt op poort {port}.",
    ),
    Check.SUBMISSION_CERTIFICATE: Text(
        "Het certificaat van {host} klopt niet: {why}.",
        "Controleer het certificaat van de server, de klok van deze machine en [submission] host en ca_file.",
        "Het certificaat van {host} klopt.",
    ),
    Check.SUBMISSION_CERTIFICATE_ENDS: Text(
        "Het certificaat van {host} verloopt over {days} dagen.",
        "Vraag de beheerder van de mailserver om het te vernieuwen.",
        "Het certificaat van {host} is nog {days} dagen geldig.",
    ),
    Check.SUBMISSION_LOGIN: Text(
        "De server voor uitgaande mail weigert de login van {user}.",
        "Controleer het wachtwoord, en of inloggen om te versturen (SMTP AUTH) voor dit account aan staat.",
        "De server voor uitgaande mail neemt de login van {user} aan.",
    ),
    Check.SUBMISSION_REFUSED: Text(
        "De server voor uitgaande mail neemt geen mail aan van {sender} aan {to}.",
        "Controleer of dit account mag versturen met het adres in [submission] from, ook naar zichzelf.",
        "De server voor uitgaande mail neemt mail aan van {sender} aan {to}.",
    ),
    Check.SUBMISSION_PROTOCOL: Text(
        "De server voor uitgaande mail geeft een antwoord dat dit programma niet begrijpt, of biedt geen STARTTLS aan.",
        "Controleer [submission] port en tls.",
    ),
    Check.SUBMISSION_TOKEN: Text(
        "Aanmelden bij de server voor uitgaande mail lukt niet: er is geen token.",
        "Kijk hierboven bij Postbus: het is dezelfde aanmelding.",
    ),
    Check.LEG_SENT: Text(
        _LEG + "versturen lukte niet.",
        "Kijk hieronder bij Uitgaande mail, en of from naar de eigen postbus mag mailen.",
        "De proef ging de hele weg: verstuurd, aangekomen, gelezen, bevestigd, gewist, nagekeken.",
    ),
    Check.LEG_ARRIVED: Text(
        _LEG + "het proefsignaal kwam niet aan.",
        "Stuur zelf een mail naar {to}. Kijk naar regels, spamfilter en quotum, en of een server onderweg de"
        " Message-ID verandert.",
    ),
    Check.LEG_READ: Text(
        _LEG + "het kwam aan, maar werd niet goed gelezen.",
        "Kijk of een server onderweg de tekst van mail verandert, bijvoorbeeld met een waarschuwing erboven.",
    ),
    Check.LEG_RECEIPTED: Text(
        _LEG + "de ontvangstbevestiging kon niet worden verstuurd.",
        "Kijk of het account vlaggen mag zetten, en hieronder bij Uitgaande mail.",
    ),
    Check.LEG_RETURNED: Text(
        _LEG + "de ontvangstbevestiging kwam niet terug.",
        "De server nam die aan, maar bezorgde die niet. Kijk naar spamfilter en regels voor automatische antwoorden.",
    ),
    Check.LEG_PURGED: Text(
        _LEG + "niet alles kon worden gewist.",
        "Kijk of het account mag verwijderen, en of een bewaarbeleid dat tegenhoudt.",
    ),
    Check.LEG_VERIFIED: Text(
        _LEG + "na het wissen stond er nog iets, of een map was niet na te tellen.",
        "Een regel of ander mailprogramma zet berichten misschien terug. Kijk naar regels, synchronisatie en rechten.",
    ),
    Check.LEG_SCANNED: Text(
        _LEG + "de naam van het proefkind bleef in het geheugen van het programma.",
        "Dat is een fout in dit programma. Meld hem aan de makers.",
    ),
    Check.REHEARSAL_NOT_YET: Text(
        "Vandaag is nog geen proef afgerond.",
        "Op een schooldag begint die om {at}. Kijk daarna nog eens, of voer doctor --send-test uit.",
    ),
    Check.REHEARSAL_OFF: Text(
        "De dagelijkse proef staat uit: een storing valt dan pas op als er een signaal komt.",
        "Zet [rehearsal] enabled op true.",
    ),
    Check.NO_SEND_TEST: Text(
        "Er is geen proef verstuurd: de agent draait niet, of gaf geen antwoord.",
        "Start de agent (de proef gaat door de agent zelf) en probeer het opnieuw, met sudo.",
    ),
}
