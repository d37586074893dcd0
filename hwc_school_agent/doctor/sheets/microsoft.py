"""Microsoft 365: the app, its rights on one mailbox, and everything that keeps copies.

Sources: Microsoft Learn, "Authenticate an IMAP, POP or SMTP connection using OAuth"; the reference of the cmdlets
(Set-Mailbox, Set-CASMailbox, Get-MailboxFolderStatistics ...); "Recoverable Items folder in Exchange Online"; "Role
Based Access Control for Applications in Exchange Online".
"""

from __future__ import annotations

from hwc_school_agent.doctor.sheets.sheet import Both, Section, Sheet, code, powershell
from hwc_school_agent.settings import Settings


def sheet(settings: Settings) -> Sheet:
    """The page for this school's tenant."""
    box, sender = powershell(settings.mailbox.user), powershell(settings.submission.sender)
    app = powershell(settings.mailbox.client_id or "<client_id>")
    tenant = settings.mailbox.tenant or "<tenant>"
    return Sheet(
        Both("Handle with Care: wat de beheerder van Microsoft 365 doet", "Handle with Care: for your Microsoft 365"),
        Both(
            f"Voor {settings.school.name}, postbus {settings.mailbox.user}. Wat tussen < en > staat, vul je zelf in."
            " Verbind eerst: Connect-ExchangeOnline.",
            f"For {settings.school.name}, mailbox {settings.mailbox.user}. Fill in what stands between < and >."
            " Connect first: Connect-ExchangeOnline.",
        ),
        (
            _app(tenant),
            _rights(box, sender, app),
            _protocols(box),
            _kept(box),
            _graph(box, app),
            _arrival(settings),
            _checks(box),
            _stays(),
        ),
    )


def _app(tenant: str) -> Section:
    return Section(
        Both("Een app in Entra", "An app in Entra"),
        (
            Both(
                f"Registreer een app voor alleen deze organisatie (tenant {tenant}). Geef onder API ‘Office 365"
                " Exchange"
                " Online’ twee toepassingsmachtigingen, geen gedelegeerde, en daarna beheerderstoestemming:",
                f"Register an app for this organisation only (tenant {tenant}). Under the API “Office 365 Exchange"
                " Online” give two application permissions, not delegated ones, and then admin consent:",
            ),
            code("IMAP.AccessAsApp", "SMTP.SendAsApp"),
            Both(
                "Upload een certificaat (liever dan een clientgeheim). Een verlopen certificaat of geheim maakt het"
                " programma blind: zet de einddatum in je agenda.",
                "Upload a certificate (better than a client secret). When it ends the program is blind: put the date in"
                " your calendar.",
            ),
        ),
    )


def _rights(box: str, sender: str, app: str) -> Section:
    return Section(
        Both("Rechten op één postbus", "Rights on one mailbox"),
        (
            Both(
                "De object-id is die van de bedrijfstoepassing (Enterprise application), niet van de app-registratie;"
                " met de verkeerde mislukt het inloggen zonder uitleg.",
                "The object id is that of the enterprise application, not of the app registration; with the wrong one"
                " logging in fails without a reason.",
            ),
            code(
                f"New-ServicePrincipal -AppId {app} -ObjectId '<object-id>' -DisplayName 'hwc-school-agent'",
                f"Add-MailboxPermission -Identity {box} -User '<object-id>' -AccessRights FullAccess",
                f"Add-RecipientPermission -Identity {sender} -Trustee '<object-id>' -AccessRights SendAs",
            ),
            Both(
                "Controleer met ‘hwc-school-agent doctor’ of het inloggen lukt; een nieuw recht kan tijd nodig hebben.",
                "Check with “hwc-school-agent doctor” whether logging in works; a new right may take time.",
            ),
        ),
    )


def _protocols(box: str) -> Section:
    return Section(
        Both("IMAP en SMTP aan, leesbevestigingen van Exchange uit", "IMAP and SMTP on, Exchange's own receipts off"),
        (
            Both(
                "Exchange stuurt bij IMAP standaard zelf een ‘gelezen’ naar de afzender, ook als nog niemand heeft"
                " gekeken. Dat moet uit.",
                "For IMAP, Exchange by default sends “read” to the sender itself, before anybody has looked. Switch"
                " that"
                " off.",
            ),
            code(
                f"Set-CASMailbox -Identity {box} -ImapEnabled $true -ImapUseProtocolDefaults $false"
                " -ImapSuppressReadReceipt $true",
                f"Set-CASMailbox -Identity {box} -SmtpClientAuthenticationDisabled $false",
            ),
            Both(
                "Laat alleen het programma in de postbus:",
                "Let nothing but the program into the mailbox:",
            ),
            code(
                f"Set-CASMailbox -Identity {box} -OWAEnabled $false -MAPIEnabled $false -EwsEnabled $false"
                " -ActiveSyncEnabled $false -PopEnabled $false"
            ),
            Both(
                "Controleer of ‘security defaults’ of voorwaardelijke toegang IMAP voor deze app tegenhouden.",
                "Check whether security defaults or conditional access hold up IMAP for this app.",
            ),
        ),
    )


def _kept(box: str) -> Section:
    return Section(
        Both("Niets bewaren", "Keep nothing"),
        (
            Both(
                "Exchange legt standaard een kopie van elke verstuurde ontvangstbevestiging in Verzonden, en bewaart"
                " gewiste mail 14 dagen (ten hoogste 30). Zet beide uit voor deze postbus:",
                "By default Exchange files a copy of every receipt in Sent Items, and keeps deleted mail for 14 days"
                " (at"
                " most 30). Switch both off for this mailbox:",
            ),
            code(
                f"Set-Mailbox -Identity {box} -MessageCopyForSMTPClientSubmissionEnabled $false",
                f"Set-Mailbox -Identity {box} -SingleItemRecoveryEnabled $false -RetainDeletedItemsFor 0",
            ),
            Both(
                "Controleer of 0 dagen wordt aangenomen; neem anders 1. Het opruimen zelf loopt ten minste eens per 7"
                " dagen: reken op een week.",
                "Check whether 0 days is accepted; else take 1. The sweep itself runs at least once in 7 days: count on"
                " a week.",
            ),
            Both(
                "Haal de postbus uit bewaarbeleid van de hele organisatie, en haal na het opheffen van een bewaring ook"
                " de uitgestelde bewaring weg:",
                "Take the mailbox out of retention policies of the whole organisation, and after removing a hold remove"
                " the delay hold as well:",
            ),
            code(
                f"Set-RetentionCompliancePolicy -Identity '<beleid>' -AddExchangeLocationException {box}",
                f"Set-Mailbox -Identity {box} -RemoveDelayHoldApplied",
            ),
        ),
    )


def _graph(box: str, app: str) -> Section:
    return Section(
        Both("Gewiste mail ook uit Herstelbare items (als de school dat wil)", "Recoverable Items too (if wanted)"),
        (
            Both(
                "Geen mailprogramma kan in ‘Herstelbare items’ kijken; Microsoft Graph wel. Geef dat recht alleen voor"
                " deze postbus, met RBAC for Applications, en niet als machtiging in Entra: die zou voor alle"
                " postbussen"
                " gelden. Controleer de namen van de cmdlets in jouw versie; een toewijzing werkt na 30 minuten tot 2"
                " uur.",
                "No mail program can look into Recoverable Items; Microsoft Graph can. Give that right for this mailbox"
                " only, with RBAC for Applications, and not as a permission in Entra: that would hold for all"
                " mailboxes."
                " Check the names of the cmdlets in your version; an assignment takes 30 minutes to 2 hours.",
            ),
            code(
                "New-ManagementScope -Name 'hwc' -RecipientRestrictionFilter"
                f" {powershell(f'PrimarySmtpAddress -eq {box}')}",
                f"New-ManagementRoleAssignment -App {app} -Role 'Application MailboxItem.ReadWrite'"
                " -CustomResourceScope 'hwc'",
                f"Test-ServicePrincipalAuthorization -Identity {app} -Resource {box}",
            ),
        ),
    )


def _arrival(settings: Settings) -> Section:
    allowed = ", ".join(settings.senders.allowed) or "<@afzender>"
    return Section(
        Both("Signalen komen echt aan", "Signals really arrive"),
        (
            Both(
                "Een signaal dat als phishing wordt gezien, komt in quarantaine en dus in geen enkele map. Maak"
                " voor de"
                f" afgesproken afzenders ({allowed}) een regel (SCL -1), alleen voor mail met dmarc=pass. Controleer of"
                " postregels, doorsturen of een waarschuwing boven externe mail de postbus niet raken.",
                f"A signal that is taken for phishing goes to quarantine and so into no folder at all. Make a rule (SCL"
                f" -1) for the agreed senders ({allowed}), only for mail with dmarc=pass. Check that inbox rules,"
                " forwarding or a warning above external mail leave this mailbox alone.",
            ),
        ),
    )


def _checks(box: str) -> Section:
    return Section(
        Both("Nakijken", "Look again"),
        (
            code(
                f"Get-CASMailbox {box} | fl ImapEnabled,ImapUseProtocolDefaults,ImapSuppressReadReceipt,"
                "SmtpClientAuthenticationDisabled,OWAEnabled,MAPIEnabled,EwsEnabled,ActiveSyncEnabled,PopEnabled",
                f"Get-Mailbox {box} | fl MessageCopyForSMTPClientSubmissionEnabled,SingleItemRecoveryEnabled,"
                "RetainDeletedItemsFor,LitigationHoldEnabled,InPlaceHolds,RetentionHoldEnabled,DelayHoldApplied,"
                "DelayReleaseHoldApplied,ComplianceTagHoldApplied,ElcProcessingDisabled,RetentionPolicy,ArchiveStatus,"
                "ForwardingAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward",
                "Get-OrganizationConfig | fl InPlaceHolds",
                f"Get-MailboxPermission {box}; Get-RecipientPermission {box}; Get-InboxRule -Mailbox {box}",
                "Get-JournalRule; Get-TransportRule | fl Name,BlindCopyTo,CopyTo,RedirectMessageTo",
                f"Get-MailboxFolderStatistics {box} -FolderScope RecoverableItems |"
                " ft Name,ItemsInFolder,FolderAndSubfolderSize",
            ),
            Both(
                "Goed is: alle bewaringen leeg of False, niemand anders bij de rechten, geen doorsturen, geen journaal"
                " of kopie voor deze postbus.",
                "Good is: every hold empty or False, nobody else among the rights, no forwarding, no journal and no"
                " copy"
                " for this mailbox.",
            ),
        ),
    )


def _stays() -> Section:
    return Section(
        Both("Wat toch blijft", "What stays all the same"),
        (
            Both(
                "De berichttracering bewaart afzender, ontvanger en onderwerp 90 dagen; daarom hoort er niets"
                " persoonlijks in een onderwerp. Controleer hoe lang je auditlog bewaart. Back-ups van andere"
                " leveranciers"
                " en Outlook op een pc houden hun eigen kopie.",
                "Message trace keeps sender, recipient and subject for 90 days; therefore nothing personal belongs in a"
                " subject. Check how long your audit log keeps. Backups of other vendors, and Outlook on a PC, hold"
                " copies of their own.",
            ),
        ),
    )
