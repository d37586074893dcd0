"""What ``doctor`` says, in English: mailbox, outgoing mail, rehearsal."""

from __future__ import annotations

from hwc_school_agent.doctor.codes import Check
from hwc_school_agent.doctor.texts import Text

_LEG = "The rehearsal came no further: "

TEXTS = {
    Check.MAILBOX_NAME: Text(
        "The name {host} does not resolve.",
        "Check this machine's DNS and [mailbox] host.",
        "The name {host} resolves.",
    ),
    Check.MAILBOX_ANSWER: Text(
        "The mail server {host} does not answer on port {port}.",
        "Check whether a firewall lets this machine reach that port, and [mailbox] port and tls.",
        "The mail server {host} answers on port {port}.",
    ),
    Check.MAILBOX_CERTIFICATE: Text(
        "The certificate of {host} is not right: {why}.",
        "Check the server's certificate, this machine's clock, and [mailbox] host and ca_file.",
        "The certificate of {host} is right.",
    ),
    Check.MAILBOX_CERTIFICATE_ENDS: Text(
        "The certificate of {host} ends in {days} days.",
        "Ask the administrator of the mail server to renew it.",
        "The certificate of {host} is good for {days} more days.",
    ),
    Check.MAILBOX_LOGIN: Text(
        "The mail server refuses the login of {user}.",
        "Check whether the password was changed, the account is blocked, or IMAP is off for this account.",
        "The mail server accepts the login of {user}.",
    ),
    Check.MAILBOX_PROTOCOL: Text(
        "The mail server gives an answer that this program does not understand.",
        "Check whether an IMAP server listens on this port, and [mailbox] tls.",
    ),
    Check.NO_TOKEN_SERVER: Text(
        "The server that lets us in to the mailbox does not answer.",
        "Check whether this machine can reach login.microsoftonline.com (Microsoft) or oauth2.googleapis.com (Google),"
        " or [mailbox] authority.",
    ),
    Check.SECRET_EXPIRED: Text(
        "Our key to the mailbox has expired.",
        "Make a new certificate or client secret at the app registration and put it with the credentials.",
    ),
    Check.SECRET_WRONG: Text(
        "Our key to the mailbox is refused.",
        "Check whether the certificate, the client secret or the key of the service account belongs to this app.",
    ),
    Check.APP_UNKNOWN: Text(
        "This program is not known to the administrator of the mailbox.",
        "Check [mailbox] tenant and client_id: directory id and application id of the app registration.",
    ),
    Check.NO_CONSENT: Text(
        "This program has no consent for the mailbox yet.",
        "Give admin consent to the permissions that doctor --admin-sheet names.",
    ),
    Check.SIGN_IN_AGAIN: Text(
        "The consent for the mailbox was withdrawn or has expired.",
        "Sign the mailbox in again and put the new refresh token with the credentials.",
    ),
    Check.BLOCKED: Text(
        "A rule of the organisation blocks this program.",
        "Look at conditional access (Microsoft) or app access (Google) and make an exception for this app.",
    ),
    Check.CLOCK: Text(
        "The clock of this machine is wrong: signing in is refused for it.",
        "Set the time right and switch time synchronisation on: timedatectl set-ntp true.",
    ),
    Check.NO_TOKEN: Text(
        "We could not sign in to the mailbox.",
        "Check the credentials for [mailbox] auth, whether the extra (microsoft or google) is installed, and for"
        " command whether it prints a token.",
    ),
    Check.NO_PERMISSION: Text(
        "Signing in works, but the mail server does not let us into the mailbox of {user}.",
        "Give the app the right to this mailbox (doctor --admin-sheet: Add-MailboxPermission); check that IMAP is on."
        " A new right may take up to an hour.",
    ),
    Check.UIDPLUS: Text(
        "The server has no UIDPLUS: erasing works only while nobody else marks mail as deleted in the same folder.",
        "Let nobody open this mailbox in a mail program, or ask the administrator to switch UIDPLUS on.",
        "The server can erase exactly one message (UIDPLUS).",
    ),
    Check.IDLE: Text(
        "The server does not tell that mail comes (IDLE): a signal is seen at the next look, in the morning within a"
        " minute.",
        "Ask the administrator to switch IDLE on, or accept that minute.",
        "The server tells at once that mail comes (IDLE).",
    ),
    Check.NOTIFY: Text(
        "The server tells at once only of mail in INBOX; mail in another folder is seen at the next look (no NOTIFY).",
        "",
        "The server tells at once of mail in every folder (NOTIFY).",
    ),
    Check.LIST_STATUS: Text(
        "Counting all folders takes more steps on this server (no LIST-STATUS). It works, a little slower.",
        "",
        "The server counts all folders in one step (LIST-STATUS).",
    ),
    Check.SPECIAL_USE: Text(
        "The server does not say which folder is the trash (no SPECIAL-USE): folders are known by their names.",
        "",
        "The server says what each folder is for (SPECIAL-USE).",
    ),
    Check.FOLDER_UNCOUNTED: Text(
        "The folder “{folder}” cannot be counted.",
        "Check whether the account may open this folder. Until then nobody says after erasing that all is gone.",
        "All {count} folders can be counted.",
    ),
    Check.FOLDER_SHUT: Text(
        "The agent may not look into the folder “{folder}”, or the server does not list it.",
        "Give the account the rights l and r (see and read) in this folder, or take the folder away. Until then a"
        " signal that gets there rings nobody, and nobody says that all is gone.",
    ),
    Check.FOLDER_KEPT: Text(
        "The agent may not empty the folder “{folder}”.",
        "Give the account the rights t and e (delete and expunge) in this folder. Until then a signal that gets there"
        " stays.",
        "The agent may empty every folder.",
    ),
    Check.FLAGS: Text(
        "INBOX does not keep these flags: {flags}. With them the agent remembers what was done with a message.",
        "Check whether the account may set flags in INBOX.",
        "INBOX keeps the flags that the agent needs.",
    ),
    Check.READ_ONLY: Text(
        "INBOX can only be read: erasing is not possible.",
        "Give the account the right to delete in this mailbox.",
    ),
    Check.HIDDEN_FOLDER: Text(
        "The server has a folder in which erased mail stays (lazy_expunge).",
        "Ask the administrator to switch it off or to keep it empty (see doctor --admin-sheet).",
    ),
    Check.GRAPH_RIGHT: Text(
        "Microsoft Graph does not let us at Recoverable Items, which [mailbox] recoverable asks for.",
        "Give the right for this one mailbox (see doctor --admin-sheet; it works after 30 minutes to 2 hours), or set"
        " recoverable to off.",
        "Microsoft Graph lets us look into Recoverable Items.",
    ),
    Check.GRAPH_ANSWER: Text(
        "Microsoft Graph gives no answer that can be used.",
        "Check whether this machine reaches graph.microsoft.com, and [mailbox] graph. See Mailbox above as well: it is"
        " the same way of signing in.",
    ),
    Check.OTHERS_READ: Text(
        "Others may read this mailbox too.",
        "Ask the administrator to take the rights on its folders from those who need not look.",
        "The server says that nobody else may read this mailbox.",
    ),
    Check.SENT_COPIES: Text(
        "The server keeps a copy of what the agent sends.",
        "The agent erases that copy. It is better to switch it off: see doctor --admin-sheet.",
        "The server keeps no copy of what the agent sends.",
    ),
    Check.SUBMISSION_NAME: Text(
        "The name {host} does not resolve.",
        "Check this machine's DNS and [submission] host.",
        "The name {host} resolves.",
    ),
    Check.SUBMISSION_ANSWER: Text(
        "The server for outgoing mail {host} does not answer on port {port}.",
        "Check whether a firewall lets this machine reach that port, and [submission] port and tls.",
        "The server for outgoing mail {host} answers on port {port}.",
    ),
    Check.SUBMISSION_CERTIFICATE: Text(
        "The certificate of {host} is not right: {why}.",
        "Check the server's certificate, this machine's clock, and [submission] host and ca_file.",
        "The certificate of {host} is right.",
    ),
    Check.SUBMISSION_CERTIFICATE_ENDS: Text(
        "The certificate of {host} ends in {days} days.",
        "Ask the administrator of the mail server to renew it.",
        "The certificate of {host} is good for {days} more days.",
    ),
    Check.SUBMISSION_LOGIN: Text(
        "The server for outgoing mail refuses the login of {user}.",
        "Check the password, and whether logging in to send (SMTP AUTH) is switched on for this account.",
        "The server for outgoing mail accepts the login of {user}.",
    ),
    Check.SUBMISSION_REFUSED: Text(
        "The server for outgoing mail takes no mail from {sender} to {to}.",
        "Check whether this account may send with the address in [submission] from, to itself too.",
        "The server for outgoing mail takes mail from {sender} to {to}.",
    ),
    Check.SUBMISSION_PROTOCOL: Text(
        "The server for outgoing mail gives an answer that this program does not understand, or offers no STARTTLS.",
        "Check [submission] port and tls.",
    ),
    Check.SUBMISSION_TOKEN: Text(
        "Signing in to the server for outgoing mail does not work: there is no token.",
        "See Mailbox above: it is the same way of signing in.",
    ),
    Check.LEG_SENT: Text(
        _LEG + "it could not be sent.",
        "See Outgoing mail, and whether from may mail to its own mailbox.",
        "The rehearsal went the whole way: sent, arrived, read, receipted, erased, verified.",
    ),
    Check.LEG_ARRIVED: Text(
        _LEG + "it did not arrive.",
        "Send a mail to {to} yourself. Look at rules, spam filter and quota, and whether a server on the way changes"
        " the Message-ID.",
    ),
    Check.LEG_READ: Text(
        _LEG + "it arrived, but was not read right.",
        "Check whether a server on the way changes the text of mail, for instance by a warning above it.",
    ),
    Check.LEG_RECEIPTED: Text(
        _LEG + "the receipt could not be sent.",
        "Check whether the account may set flags, and see Outgoing mail.",
    ),
    Check.LEG_RETURNED: Text(
        _LEG + "the receipt did not come back.",
        "The server accepted it but did not deliver it. Look at the spam filter and at rules for automatic answers.",
    ),
    Check.LEG_PURGED: Text(
        _LEG + "not everything could be erased.",
        "Check whether the account may delete, and whether a retention policy holds it.",
    ),
    Check.LEG_VERIFIED: Text(
        _LEG + "after erasing something was left, or a folder could not be counted.",
        "A rule or another mail program may put messages back. Look at rules, synchronisation and rights.",
    ),
    Check.LEG_SCANNED: Text(
        _LEG + "the name of the invented child stayed in the memory of the program.",
        "That is a fault in this program. Report it to its makers.",
    ),
    Check.REHEARSAL_NOT_YET: Text(
        "No rehearsal has ended today yet.",
        "On a school day it begins at {at}. Look again after that, or run doctor --send-test.",
    ),
    Check.REHEARSAL_OFF: Text(
        "The daily rehearsal is switched off: a fault is then noticed only when a signal comes.",
        "Set [rehearsal] enabled to true.",
    ),
    Check.NO_SEND_TEST: Text(
        "No test message was sent: the agent does not run, or did not answer.",
        "Start the agent (the test goes through the agent itself) and try again, with sudo.",
    ),
}
