"""The inspection report in English: for every finding how it was looked at, and what was found.

Read as a parent would: short, and nothing that was not seen. ``{stated}`` and ``{until}`` are dates, ``{days}`` a
number. A test holds every sentence against the facts it needs (promise P6).
"""

from __future__ import annotations

from types import MappingProxyType

from hwc_school_agent.domain.findings import Finding as _F
from hwc_school_agent.domain.findings import Place, Verdict
from hwc_school_agent.domain.report_words import Words

ENGLISH = Words(
    language="en",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    places=MappingProxyType(
        {
            Place.FOLDERS: "Folders of the mailbox",
            Place.RECOVERY: "Recovery area for erased mail",
            Place.LOGS: "Logs kept by others",
            Place.ACCESS: "Who can read the mailbox",
            Place.FILES: "Files of the program",
            Place.SWAP: "Memory: swap",
            Place.CORES: "Memory: dumps after a fault",
        }
    ),
    findings=MappingProxyType(
        {
            _F.FOLDERS_CLEAR_TWICE: (
                "Every folder that the server shows opened, then once more over a new connection",
                "No handled message, both times",
            ),
            _F.FOLDERS_NOT_ESTABLISHED: (
                "Tried to open every folder twice",
                "Not established. The mailbox did not answer, a folder did not open, or something was still there"
                " that has to go",
            ),
            _F.RECOVERY_EMPTY: ("Recovery area looked at, then once more over a new connection", "Empty, both times"),
            _F.RECOVERY_KEEPS: (
                "Recovery area looked at",
                "Erased mail stays here for a while, the practice mail of every school day too",
            ),
            _F.RECOVERY_REFUSED: (
                "Tried to count; refused",
                "The program may not look here, or the school has set a duty to retain. The administrator can tell",
            ),
            _F.RECOVERY_STATED_NOTHING: (
                "Not seen by the program. Statement of the administrator, {stated}",
                "Nothing is kept here, says the administrator",
            ),
            _F.RECOVERY_STATED_DAYS: (
                "Not seen by the program. Statement of the administrator, {stated}",
                "Erased mail stays here for {days} days, says the administrator",
            ),
            _F.RECOVERY_STATEMENT_OLD: (
                "Could not be looked at",
                "The statement of the administrator ({stated}) is no longer valid; the school asks for a new one",
            ),
            _F.RECOVERY_NOT_SEEN_MICROSOFT: (
                "Could not be looked at",
                "Microsoft keeps erased mail here for 14 to 30 days, and longer where the school has set a hold",
            ),
            _F.RECOVERY_NOT_SEEN_GOOGLE: (
                "Could not be looked at",
                "At Google the administrator can restore erased mail for 25 days, and longer where the school has set"
                " a hold",
            ),
            _F.RECOVERY_NOT_SEEN: (
                "Could not be looked at",
                "Whether and how long erased mail stays here is not known. The administrator can tell",
            ),
            _F.LOGS_STATED: (
                "Not seen by the program. Statement of the administrator, {stated}",
                "The mail server notes that mail came. That stays for {days} days: of mail of this day till {until}",
            ),
            _F.LOGS_STATEMENT_OLD: (
                "Could not be looked at",
                "What stays here is unknown: the statement of the administrator ({stated}) is no longer valid",
            ),
            _F.LOGS_MICROSOFT: (
                "Could not be looked at or erased",
                "Microsoft notes sender, subject and time of mail: 90 days, in the audit log usually 180. Of mail of"
                " this day till {until}",
            ),
            _F.LOGS_GOOGLE: (
                "Could not be looked at or erased",
                "Google notes sender, subject and time of mail and says that it removes erased data within 180 days:"
                " of this day till {until}",
            ),
            _F.LOGS_UNKNOWN: (
                "Could not be looked at or erased",
                "The mail server notes that mail came. How long that stays is not known. The administrator can tell",
            ),
            _F.ACCESS_NOBODY_ELSE: (
                "Asked of the mail server, for every folder",
                "The mail server names no other readers. Its administrator always has access",
            ),
            _F.ACCESS_OTHERS: (
                "Asked of the mail server",
                "Others may read too. The school can tell who. The server's administrator always has access",
            ),
            _F.ACCESS_NOT_TOLD: (
                "Could not be asked",
                "The mail server does not tell. The school can. The server's administrator always has access",
            ),
            _F.FILES_KNOWN: ("Compared with the fixed list of files", "Only files of the list"),
            _F.FILES_OTHERS: (
                "Compared with the fixed list of files",
                "There is something that is not on the list. The administrator has to look what it is",
            ),
            _F.FILES_NOT_SEEN: ("Could not be looked at", "Not established"),
            _F.SWAP_OFF: ("Setting read", "Off for this program"),
            _F.SWAP_ON: (
                "Setting read",
                "On: parts of the memory can get onto the disk. The administrator can turn it off",
            ),
            _F.SWAP_NOT_SEEN: ("Could not be looked at", "Not established"),
            _F.CORES_OFF: ("Setting read", "Off for this program"),
            _F.CORES_ON: (
                "Setting read",
                "On: after a fault memory can get onto the disk. The administrator can turn it off",
            ),
            _F.CORES_NOT_SEEN: ("Could not be looked at", "Not established"),
        }
    ),
    verdicts=MappingProxyType(
        {
            Verdict.CLEAR: (
                "Nothing was found of messages that were handled",
                "So it was in the places that the program could look at itself. Where it could not look is said below.",
            ),
            Verdict.NOT_ESTABLISHED: (
                "This time not everything could be established",
                "So this report does not say that nothing was kept. Below stands what was seen and what was not.",
            ),
            Verdict.ATTENTION: (
                "Something is not as agreed",
                "Below stands what, and who can do something about it.",
            ),
        }
    ),
    unread=(
        "Mail that still waits for a member of staff does not count here: it is never erased by itself.",
        "Mail that still waits for a member of staff does not count here. The school has unread mail erased after"
        " {days} school days.",
    ),
    labels=MappingProxyType(
        {
            "title": "Inspection report",
            "question": "Is nothing kept?",
            "intro": (
                "Inspection report on {month}. Frozen on {frozen} by the program itself, not on request. "
                "Everybody who asks gets the same report."
            ),
            "verdict": "Result",
            "month": "The school days of {month}",
            "month_since": "The school days of {month}, from {since} on",
            "no_ledger": "The ledger could not be read: nothing is established about these days.",
            "days": "School days",
            "closed": "Mailbox reached, every folder counted",
            "rehearsed": "Daily rehearsal went the whole way",
            "off": "Days without this check",
            "of": "{number} of {days}",
            "silence": (
                "Whether there were signals and how many is left out on purpose. At a small school that "
                "could say something about a child."
            ),
            "where": "Where was looked",
            "when": "Checks of {frozen}",
            "place": "Place",
            "how": "How",
            "found": "Found",
            "handled": (
                "Handled is a message that a member of staff reported as received, or read and then "
                "answered, flagged or threw away."
            ),
            "limits": "What this report cannot show",
            "check": "Check it yourself",
            "qr": "QR code with the result and the seal of this report",
            "check_how": (
                "Scan the code and paste the text into the page <strong>nakijken.html</strong>, or open "
                "the file <strong>{file}</strong> there. You see whether anything was changed after it "
                "was frozen."
            ),
            "seal": "Seal of the school:",
            "guide": "Compare these words with the school guide.",
            "data": "Sealed data",
            "footer": (
                "Questions? Parents, the participation council and the data protection officer can ask the school."
            ),
        }
    ),
    limits=(
        "Whether somebody copied something by hand, told it or passed it on.",
        "What Veilig Thuis, the police or other senders keep. They have rules of their own.",
        "Backups of the mail server, and phones or computers on which the mailbox is set up too.",
    ),
)
