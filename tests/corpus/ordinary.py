"""Ordinary mails as real mail programs build them. All names are invented."""

import base64
import quopri
from email import encoders
from email.message import EmailMessage
from email.mime.base import MIMEBase

SIGNAL = "David Pieterse, 3-2-2006, Handle with Care"
HEAD = (
    b"From: Veilig Thuis <meldpunt@veiligthuis.example>\r\nTo: handlewithcare@school.example\r\n"
    b"Message-ID: <1@veiligthuis.example>\r\nDate: Mon, 23 Nov 2026 07:12:00 +0100\r\n"
)


def mail(body: bytes, *headers: bytes, subject: bytes = b"Handle with Care") -> bytes:
    """A mail with these lines above the body."""
    return HEAD + b"Subject: " + subject + b"\r\n" + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body


def text(body: str, charset: str = "utf-8", subject: bytes = b"Handle with Care") -> bytes:
    """Plain text in a character set, as 8-bit."""
    return mail(body.encode(charset), b"Content-Type: text/plain; charset=" + charset.encode(), subject=subject)


def html(body: str) -> bytes:
    """HTML and nothing else."""
    return mail(body.encode(), b"Content-Type: text/html; charset=utf-8")


def built(plain: str | None = None, marked: str | None = None, **headers: str) -> EmailMessage:
    """A message of the ``email`` package, to add parts to."""
    message = EmailMessage()
    message["From"] = "Veilig Thuis <meldpunt@veiligthuis.example>"
    message["Subject"] = "Handle with Care"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if plain is not None:
        message.set_content(plain)
    if marked is not None:
        message.add_alternative(marked, subtype="html")
    return message


def _enclosed() -> bytes:
    outer = built("Zie hieronder.")
    outer.add_attachment(built(SIGNAL))
    return outer.as_bytes()


def _with_picture() -> bytes:
    message = built(None)
    message.set_content(f"<p>{SIGNAL}</p><img src=cid:logo>", subtype="html")
    message.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    return message.as_bytes()


def _signed() -> bytes:
    return mail(
        b"--b\r\nContent-Type: text/plain\r\n\r\n"
        + SIGNAL.encode()
        + b"\r\n--b\r\nContent-Type: application/pkcs7-signature; "
        b"name=smime.p7s\r\nContent-Disposition: attachment; filename=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n",
        b"Content-Type: multipart/signed; boundary=b",
    )


def table(*rows: tuple[str, ...]) -> str:
    """A table as a word processor writes it."""
    cells = "".join("<tr>" + "".join(f"<td><p><span>{c}</span></p></td>\n" for c in row) + "</tr>" for row in rows)
    return f"<html><head><style>td{{}}</style></head><body><table><tbody>{cells}</tbody></table></body></html>"


#: Name of the mail -> raw bytes; each holds one signal, ``SIGNAL``.
SIGNALS = {
    "plain": text(SIGNAL),
    "no headers at all": b"\r\n" + SIGNAL.encode(),
    "base64": mail(base64.encodebytes(SIGNAL.encode()), b"Content-Transfer-Encoding: base64"),
    "quoted-printable": mail(quopri.encodestring(SIGNAL.encode()), b"Content-Transfer-Encoding: quoted-printable"),
    "flowed": mail(
        b"David Pieterse, \r\n3-2-2006, Handle \r\nwith Care\r\n", b"Content-Type: text/plain; format=flowed"
    ),
    "flowed, delsp": mail(
        b"David Pieterse,  \r\n3-2-2006, Handle with Care", b"Content-Type: text/plain; format=flowed; delsp=yes"
    ),
    "subject only": mail(b"", subject=SIGNAL.encode()),
    "encoded subject": mail(b"", subject=b"=?utf-8?B?" + base64.b64encode(SIGNAL.encode()) + b"?="),
    "encoded subject in two words": mail(
        b"", subject=b"=?iso-8859-1?Q?David_Piet?=\r\n =?iso-8859-1?Q?erse,_3-2-2006?="
    ),
    "html": html(f"<html><body><p>{SIGNAL}</p></body></html>"),
    "html, line breaks": html("David&nbsp;Pieterse<br>3&#45;2-2006<br/>Handle with Care"),
    "html, table": html(table(("Naam", "Geboortedatum"), ("David Pieterse", "3-2-2006"))),
    "html, standing table": html(
        table(("Naam:", "David Pieterse"), ("Geboortedatum:", "3-2-2006"), ("", "Handle with Care"))
    ),
    "html, bold and script": html(
        f"<script>var a='Noor Jansen 3-5-2017'</script><b>David</b> <i>Pieterse</i>, 3-2-2006<!-- {SIGNAL} -->"
    ),
    "alternative": built(SIGNAL, f"<p>{SIGNAL}</p>").as_bytes(),
    "alternative, stub of plain text": built("Uw programma toont geen HTML.", f"<p>{SIGNAL}</p>").as_bytes(),
    "enclosed message": _enclosed(),
    "picture inside": _with_picture(),
    "signed": _signed(),
    "utf-16": mail(SIGNAL.encode("utf-16"), b"Content-Type: text/plain; charset=utf-16"),
    "utf-7": mail(SIGNAL.encode("utf-7"), b"Content-Type: text/plain; charset=utf-7"),
    "unknown charset": mail(SIGNAL.encode(), b"Content-Type: text/plain; charset=x-nowhere"),
    "charset that is no charset": mail(SIGNAL.encode(), b"Content-Type: text/plain; charset=zip"),
    "cut in the middle of a boundary": mail(
        b"--bbbb\r\nContent-Type: text/plain\r\n\r\n" + SIGNAL.encode() + b"\r\n--bb",
        b"Content-Type: multipart/mixed; boundary=bbbb",
    ),
}


def binary_attachment() -> MIMEBase:
    """A PDF that is none."""
    part = MIMEBase("application", "pdf")
    part.set_payload(b"%PDF")
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename="a.pdf")
    return part
