"""What a message asks of a person: bounces ring nobody, a notice is never lost, doubt rings."""

from datetime import date

import pytest

from hwc_school_agent.domain.envelope import Envelope, sender_agreed
from hwc_school_agent.domain.facts import Child
from hwc_school_agent.domain.kinds import kind_of
from hwc_school_agent.domain.outcome import Kind

TODAY = date(2026, 11, 23)
CHILD = (Child("Noor Jansen", date(2017, 5, 3)),)
BOUNCE = Envelope(return_path="<>", content_report="delivery-status", auto_submitted="auto-replied")
READ = Envelope(content_report="disposition-notification", auto_submitted="auto-replied")
AWAY = Envelope(sender="vt@vt.example", auto_submitted="auto-replied")


def kind(envelope, text="", children=(), hidden=False):
    return kind_of(envelope, children, text, hidden=hidden, today=TODAY)


@pytest.mark.parametrize("machine", [BOUNCE, READ, AWAY])
def test_machines_ring_nobody_unless_something_looks_like_a_signal(machine):
    assert kind(machine, "Undelivered mail returned") is Kind.NOBODY
    assert kind(machine, "over Handle with Care") is Kind.UNCLEAR
    assert kind(machine, "iets met 3-5-2017 erin") is Kind.UNCLEAR
    assert kind(machine, "Ik ben er weer op 30 november 2026.") is Kind.NOBODY
    assert kind(machine, "", hidden=True) is Kind.UNCLEAR
    assert kind(machine, "", CHILD) is Kind.SIGNAL
    assert kind(machine, "Zivver: klik om het beveiligd bericht te openen") is Kind.NOTICE


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope(),
        Envelope(auto_submitted="auto-generated"),
        Envelope(auto_submitted="unknown"),
        Envelope(return_path="<>"),
        Envelope(content_report="delivery-status", return_path="a@b.example"),
        Envelope(is_list=True),
        Envelope(precedence="bulk"),
        Envelope(auto_submitted="auto-generated", return_path="<>"),
    ],
)
def test_everything_else_needs_a_person(envelope):
    assert kind(envelope, "hallo") is Kind.UNCLEAR
    assert kind(envelope, "Handle with Care, Noor") is Kind.UNCLEAR
    assert kind(envelope, "", CHILD) is Kind.SIGNAL


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("noreply@zivver.com", ""),
        ("noreply@mail.zivver.com", "Uw code"),
        ("x@smartlockr.eu", ""),
        ("x@secumailer.com", ""),
        ("x@zorgmail.nl", ""),
        ("vt@vt.example", "Klik voor bericht <https://app.zivver.com/abc>"),
        ("vt@vt.example", "U heeft een beveiligd bericht ontvangen. Klik hier om het te openen."),
        ("vt@vt.example", "Uw toegangscode voor het beveiligde bericht is 123456"),
        ("vt@vt.example", "You have received an encrypted message. Click to open https://x.example/"),
        ("vt@vt.example", "KPN Secure Mail: open het bericht"),
        ("vt@vt.example", "https://web.smartlockr.io/x"),
    ],
)
def test_notices_of_secure_mail(sender, text):
    assert kind(Envelope(sender=sender, auto_submitted="auto-generated", return_path="<>"), text) is Kind.NOTICE


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("x@notzivver.com", ""),
        ("x@zivver.com.evil.example", ""),
        ("x@vt.example", "https://zivver.com.evil.example/x"),
        ("x@vt.example", "Open dag op school"),
        ("x@vt.example", "Wij werken veilig."),
    ],
)
def test_what_is_no_notice(sender, text):
    assert kind(Envelope(sender=sender), text) is Kind.UNCLEAR


@pytest.mark.parametrize(
    ("sender", "allowed", "agreed"),
    [
        ("a@vt.example", ("@vt.example",), True),
        ("a@VT.example", ("@vt.EXAMPLE",), True),
        ("A@vt.example", ("a@vt.example",), True),
        ("a@sub.vt.example", ("@vt.example",), False),
        ("a@notvt.example", ("@vt.example",), False),
        ("b@vt.example", ("a@vt.example",), False),
        ("", ("@vt.example", ""), False),
        ("@vt.example", ("@vt.example",), False),
        ("a@vt.example", (), False),
        ("a@", ("@",), False),
        ("a@vt.example@evil.example", ("@vt.example",), False),
        ("vt.example", ("vt.example",), False),
    ],
)
def test_agreed_senders(sender, allowed, agreed):
    assert sender_agreed(sender, allowed) is agreed


def test_the_envelope_shows_nothing():
    assert repr(Envelope(sender="a@vt.example")) == "Envelope(...)"
