"""The box: what comes out of ordinary and hostile mails, and that nothing else can be done in it."""

import asyncio
import os
import random
import resource
import signal
import socket
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.facts import Shown
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.host.child import collect, fork
from hwc_school_agent.workers import parser_box
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask, close_in
from tests.corpus.hostile import HOSTILE
from tests.corpus.ordinary import HEAD, SIGNAL, SIGNALS, binary_attachment, built, html, mail, table, text

TODAY = date(2026, 11, 23)
ALLOWED = ("@veiligthuis.example",)
DAVID = [("David Pieterse", date(2006, 2, 3))]


def show(raw, **how) -> Shown:
    answer = ask(Question.SHOW, bytes(raw), allowed=ALLOWED, today=TODAY, seconds=60, **how)
    assert isinstance(answer, Shown)
    assert len(answer.text) <= 4000
    assert all(c.isprintable() or c in "\n\t" for c in answer.text)
    return answer


def kind(raw) -> Kind:
    answer = ask(Question.KIND, bytes(raw), allowed=ALLOWED, today=TODAY, seconds=60)
    assert isinstance(answer, Kind)
    return answer


def header(*lines: bytes) -> Envelope:
    answer = ask(Question.HEADER, b"\r\n".join(lines) + b"\r\n\r\nx", allowed=(), today=TODAY, seconds=60)
    assert isinstance(answer, Envelope)
    return answer


def facts(shown):
    return [(c.name, c.born) for c in shown.children]


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_in_every_wrapping(name):
    shown = show(SIGNALS[name])
    assert facts(shown) == DAVID
    assert shown.kind is Kind.SIGNAL
    assert kind(SIGNALS[name]) is Kind.SIGNAL


def test_an_ordinary_signal_in_full():
    shown = show(text(SIGNAL))
    assert (shown.codeword, shown.more, shown.shortened, shown.sender_agreed) == (True, False, False, True)
    assert shown.text == f"Onderwerp: Handle with Care\n\n{SIGNAL}"


@pytest.mark.parametrize(
    "charset", ["utf-8", "iso-8859-1", "windows-1252", "iso-8859-15", "utf-16", "utf-7", "windows-1254"]
)
def test_names_survive_every_charset(charset):
    assert facts(show(text("Zoë de Ceçañ, 3-2-2006", charset))) == [("Zoë de Ceçañ", DAVID[0][1])]


def test_bytes_that_are_not_what_they_say():
    raw = mail("Zoë Jansen, 3-2-2006".encode("cp1252"), b"Content-Type: text/plain; charset=utf-8")
    assert facts(show(raw)) == [("Zoë Jansen", DAVID[0][1])]
    raw = mail("Zoë Jansen, 3-2-2006".encode(), b"Content-Type: text/plain; charset=us-ascii")
    assert facts(show(raw)) == [("Zoë Jansen", DAVID[0][1])]


def test_names_come_out_in_nfc():
    assert facts(show(text("Zoe\u0308 Jansen, 3-2-2006"))) == [("Zoë Jansen", DAVID[0][1])]


def test_a_message_cut_in_the_middle_of_a_letter():
    assert show(text(SIGNAL + "\n\nZoë")[:-1]).text.endswith("Zo")


def test_markup_comes_out_as_plain_text():
    shown = show(text("<b>Noor</b> Jansen, 3-2-2006 <script>alert(1)</script>"))
    assert shown.children == ()
    assert "<b>Noor</b> Jansen" in shown.text
    assert "<script>alert(1)</script>" in shown.text
    assert "<b>Noor</b>" in show(html("<p>&lt;b&gt;Noor&lt;/b&gt;</p>")).text


def test_invisible_and_turning_characters_are_gone():
    shown = show(text("Da\u200bvid\u202e Pie\u00adterse\u2066,\u2028 3-2-2006\x00\x07\x1b[31m\ufeff\U000e0041\n"))
    assert "David Pieterse,\n 3-2-2006[31m" in shown.text
    assert not set(shown.text) & set("\u200b\u202e\u00ad\u2066\u2028\x00\x07\x1b\ufeff\U000e0041")


def test_html_tables_of_two_children():
    shown = show(
        html(
            table(
                ("Voornaam", "Achternaam", "Geboortedatum"),
                ("Noor", "de Boer", "3-5-2017"),
                ("Sem", "de Boer", "4-6-2014"),
            )
        )
    )
    assert facts(shown) == [("Noor de Boer", date(2017, 5, 3)), ("Sem de Boer", date(2014, 6, 4))]


def test_two_versions_that_differ_are_not_believed():
    shown = show(built(SIGNAL, "<p>Noor Jansen, 3-5-2017</p>").as_bytes())
    assert shown.children == ()
    assert "David" in shown.text
    assert "Noor" in shown.text


def test_words_only_in_the_html_are_shown_as_well():
    shown = show(built("Bekijk in HTML.", "<p>Het gaat om Noor J. uit groep vijf, bel ons even terug</p>").as_bytes())
    assert "Noor J. uit groep vijf" in shown.text


def test_attachments():
    message = built("Zie bijlage.")
    message.add_attachment(SIGNAL, filename="signaal.txt")
    shown = show(message.as_bytes())
    assert (shown.kind, shown.children, shown.more) == (Kind.UNCLEAR, (), True)
    assert "[Dit bericht heeft een bijlage." in shown.text
    message = built(SIGNAL)
    message.make_mixed()
    message.attach(binary_attachment())
    shown = show(message.as_bytes())
    assert (shown.kind, facts(shown), shown.more) == (Kind.SIGNAL, DAVID, True)


@pytest.mark.parametrize(
    "raw",
    [
        mail(b"AAAA", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
        mail(
            b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--",
            b"Content-Type: multipart/encrypted; boundary=b",
        ),
        mail(b"-----BEGIN PGP MESSAGE-----\r\nAAAA"),
    ],
)
def test_sealed_messages_need_a_person(raw):
    assert kind(raw.replace(b"From:", b"Auto-Submitted: auto-replied\r\nFrom:")) is Kind.UNCLEAR


BOUNCE = (
    b"Return-Path: <>\r\nFrom: MAILER-DAEMON@school.example\r\nSubject: Undelivered mail returned to sender\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n"
    b"It was undelivered.\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\nAction: failed\r\n--b\r\n"
    b"Content-Type: message/rfc822\r\n\r\nSubject: Ontvangen\r\n\r\n%s\r\n--b--\r\n"
)


def test_bounces():
    assert kind(BOUNCE % b"Uw bericht is ontvangen.") is Kind.NOBODY
    assert kind(BOUNCE % SIGNAL.encode()) is Kind.SIGNAL
    assert kind(BOUNCE % b"Handle with Care, Noor") is Kind.UNCLEAR
    assert kind((BOUNCE % b"x").replace(b"Return-Path: <>", b"Return-Path: <a@b.example>")) is Kind.UNCLEAR


def test_automatic_answers():
    assert kind(mail(b"Ik ben er niet.", b"Auto-Submitted: auto-replied (vacation)", subject=b"Afwezig")) is Kind.NOBODY
    assert kind(mail(b"Ik ben er niet.", b"Auto-Submitted: auto-generated", subject=b"Afwezig")) is Kind.UNCLEAR
    assert kind(mail(SIGNAL.encode(), b"Auto-Submitted: auto-replied")) is Kind.SIGNAL


def test_a_notice_is_shown_with_its_link():
    shown = show(
        html(
            '<p>U heeft een beveiligd bericht.</p><a href="https://app.zivver.com/r/1?a=b&amp;c=d">'
            "Klik voor bericht</a>"
        )
    )
    assert shown.kind is Kind.NOTICE
    assert "Klik voor bericht <https://app.zivver.com/r/1?a=b&c=d>" in shown.text


def test_the_envelope():
    envelope = header(
        b"Return-Path: <Bounce@VT.example>",
        b'From: "Huis, V." <Meldpunt@VT.Example>',
        b"Message-ID: <1@vt.example>",
        b"References: <a@b> junk <c@d>",
        b"Auto-Submitted: Auto-Generated; x=y",
        b"List-Id: <x>",
        b"Precedence: Bulk",
        b"Disposition-Notification-To: Melder <m@vt.example>",
    )
    assert envelope == Envelope(
        sender="Meldpunt@vt.example",
        message_id="<1@vt.example>",
        references=("<a@b>", "<c@d>"),
        return_path="Bounce@vt.example",
        auto_submitted="auto-generated",
        is_list=True,
        read_receipt_to="m@vt.example",
        precedence="bulk",
    )
    assert header(b"Return-Path: < >", b"In-Reply-To: <a@b>").return_path == "<>"
    assert header(b"In-Reply-To: <a@b>").references == ("<a@b>",)
    assert header(b"In-Reply-To: <a@b> <c@d>").references == ()
    many = header(b"References: " + b" ".join(b"<%d@x>" % i for i in range(40))).references
    assert (many[0], many[1], many[-1], len(many)) == ("<0@x>", "<21@x>", "<39@x>", 20)
    assert header(b"Auto-Submitted: \xff").auto_submitted == "unknown"


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        (b"a@vt.example", "a@vt.example"),
        (b"<a@vt.example>", "a@vt.example"),
        (b"A B <a@vt.example>", "a@vt.example"),
        (b"=?utf-8?q?Zo=C3=AB?= <a@vt.example>", "a@vt.example"),
        (b"a@vt.example (Jan)", "a@vt.example"),
        (b"evil@x.example <a@vt.example>", "a@vt.example"),
        (b'"a@vt.example" <evil@x.example>', "evil@x.example"),
        (b"J\xc3\xa4n <a@vt.example>", "a@vt.example"),
        (b"a@vt.example, b@vt.example", ""),
        (b"A <a@vt.example>, B <b@x.example>", ""),
        (b"G: a@vt.example;", ""),
        (b"a@vt.example <b@x.example> <a@vt.example>", ""),
        (b"<a@vt.example>x", ""),
        (b"", ""),
        (b"a@vt.example\x00@x.example", ""),
        (b"a@-vt.example", ""),
        (b"a@vt..example", ""),
        (b'"a b"@vt.example', ""),
        (b"a" * 65 + b"@vt.example", ""),
        (b"A\r\n <a@vt.example>", "a@vt.example"),
        (b"=?utf-8?q?a=40vt=2Eexample?=", ""),
        (b"<a@vt.example> (", ""),
    ],
)
def test_the_sender_is_exactly_one_address(value, sender):
    assert header(b"From: " + value).sender == sender


def test_two_from_lines_are_no_sender():
    assert header(b"From: a@vt.example", b"From: b@vt.example").sender == ""
    assert header(b"Message-ID: <a@b>", b"Message-ID: <c@d>").message_id == ""


@pytest.mark.parametrize("value", [b"<a b@c>", b"a@b", b"<" + b"a" * 300 + b">", b"<a@b\xff>", b"<a@b><c@d>", b"<>"])
def test_message_ids_that_are_none(value):
    assert header(b"Message-ID: " + value).message_id == ""


# hostile mails


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_answered_and_rings(name):
    shown = show(HOSTILE[name])
    assert shown.kind is Kind.UNCLEAR
    assert shown.children == ()


def test_mutated_mails_never_raise_anything_else():
    chance = random.Random(20261123)
    raws = [*SIGNALS.values(), BOUNCE % b"x"]
    for _ in range(60):
        raw = bytearray(chance.choice(raws))
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        shown = show(raw[: chance.randrange(1, len(raw) + 200)])
        assert shown.kind in Kind


# the walls


PROBES = {
    "open": lambda: open("/dev/null", "rb").close(),
    "write a file": lambda: os.write(FILE.fileno(), b"x"),
    "socket": lambda: socket.socket().close(),
    "pipe": lambda: [os.close(fd) for fd in os.pipe()],
    "memory": lambda: bytearray(400 << 20),
    "listdir": lambda: os.listdir("/"),
}
FILE = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open before the walls go up


def in_child(probe, *, closed: bool) -> bytes:
    """Whether a probe works in a child, behind the walls or not."""

    def task(say):
        if closed:
            close_in()
        try:
            probe()
        except (OSError, MemoryError):
            say("refused")
        else:
            say("done")

    return collect(fork(task, keep=[FILE.fileno()]))[1]


@pytest.mark.parametrize("name", PROBES)
def test_the_walls_hold_and_without_them_the_probe_works(name):
    assert in_child(PROBES[name], closed=False) == b"done\n"
    assert in_child(PROBES[name], closed=True) == b"refused\n"


def test_no_process_can_be_started_in_it_without_privilege():
    def task(say, closed):
        os.setgroups([])
        os.setresgid(61234, 61234, 61234)
        os.setresuid(61234, 61234, 61234)
        if closed:
            close_in()
        try:
            pid = os.fork()
        except OSError:
            say("refused")
            return
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        say("done")

    if os.geteuid():
        pytest.skip("needs root to become a user without processes")
    assert collect(fork(lambda say: task(say, False)))[1] == b"done\n"
    assert collect(fork(lambda say: task(say, True)))[1] == b"refused\n"


def test_time_of_the_processor_is_limited(monkeypatch):
    monkeypatch.setattr(parser_box, "_CPU_SECONDS", 1)

    def task(say):
        close_in()
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        say(f"{soft} {hard}")
        while True:
            pass

    child = fork(task)
    code, said = collect(child)
    assert said == b"1 1\n"
    assert code in (-signal.SIGXCPU, -signal.SIGKILL)


def test_the_box_itself_stands_behind_the_walls(monkeypatch):
    """The probe runs where the message is read: there too nothing can be opened."""

    def probe(*_, **__):
        try:
            open("/dev/null", "rb").close()
        except OSError:
            return '"signal"'
        return '"nobody"'

    monkeypatch.setattr(parser_box, "_line", probe)
    assert kind(b"") is Kind.SIGNAL
    monkeypatch.setattr(parser_box, "close_in", lambda: None)
    assert kind(b"") is Kind.NOBODY


# the answer


def answering(monkeypatch, line):
    monkeypatch.setattr(parser_box, "_line", lambda *_, **__: line)


GOOD = (
    '{"kind":"signal","children":[["A B","2006-02-03"]],"codeword":true,"more":false,"text":"a",'
    '"shortened":false,"sender_agreed":true,"sender_doubt":false}'
)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "1",
        "[]",
        "{}",
        "null",
        '"signal"',
        GOOD + "\n" + GOOD,
        GOOD[:-1],
        "[" * 9000,
        '"' + "x" * 20_000 + '"',
        GOOD.replace("signal", "other"),
        GOOD.replace("true", "1", 1),
        GOOD.replace('"a"', "3"),
        GOOD.replace('"a"', '"' + "a" * 4001 + '"'),
        GOOD.replace('"a"', '"\\u202e"'),
        GOOD.replace('"a"', '"\\u0000"'),
        GOOD.replace("2006-02-03", "2006-02-31"),
        GOOD.replace("A B", ""),
        GOOD.replace("A B", "A" * 400),
        GOOD.replace("A B", "A\\nB"),
        GOOD.replace('["A B","2006-02-03"]', '"A"'),
        GOOD.replace('"text"', '"texts"'),
        GOOD.replace("{", '{"extra":1,'),
        GOOD.replace('[["A B","2006-02-03"]]', '{"a":1}'),
        GOOD.replace('["A B","2006-02-03"]', ",".join(['["A B","2006-02-03"]'] * 30)),
    ],
)
def test_an_answer_that_is_not_exact_is_refused(line, monkeypatch):
    answering(monkeypatch, GOOD)
    assert show(b"").kind is Kind.SIGNAL
    answering(monkeypatch, line)
    with pytest.raises(BoxFailed) as failed:
        ask(Question.SHOW, b"", allowed=(), today=TODAY, seconds=60)
    assert failed.value.args == ()


def test_a_header_answer_is_checked(monkeypatch):
    answering(monkeypatch, '{"sender":"a b"}')
    with pytest.raises(BoxFailed):
        header(b"")


def test_a_box_that_says_nothing_or_dies_has_failed(monkeypatch):
    for end in (lambda *_: os._exit(0), lambda *_: os.kill(os.getpid(), signal.SIGSEGV), lambda *_: 1 / 0):
        monkeypatch.setattr(parser_box, "_line", end)
        with pytest.raises(BoxFailed):
            kind(b"")


def test_a_box_that_takes_too_long_is_killed(monkeypatch, tmp_path):
    monkeypatch.setattr(parser_box, "_line", lambda *_: time.sleep(600))
    started, before = time.monotonic(), own_children()
    with pytest.raises(BoxFailed):
        ask(Question.KIND, b"", allowed=(), today=TODAY, seconds=0.3)
    assert time.monotonic() - started < 30
    assert own_children() <= before, "none is left, not even a dead one"


def own_children() -> set[str]:
    """Process ids of the children of this thread, dead ones included; other tests may still have some."""
    return set(Path("/proc/thread-self/children").read_text().split())


def test_an_answer_of_wide_letters_still_fits():
    shown = show(text('\U00020000\n"' * 3000))
    assert shown.shortened
    assert len(shown.text) > 1000


def test_a_long_message_is_shortened_and_not_guessed_at():
    shown = show(text(SIGNAL + "\n" + "bla die bla\n" * 3000))
    assert shown.shortened
    assert shown.children == ()
    assert SIGNAL in shown.text


# where it is called from


def test_from_a_child_and_from_a_loop():
    assert collect(fork(lambda say: say(kind(text(SIGNAL)).value)))[1] == b"signal\n"

    async def inside():
        return kind(text(SIGNAL))

    # a thread of its own: in this one the loop of a browser test may be running
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(inside())).result() is Kind.SIGNAL


def test_no_descriptor_is_left_open():
    kind(HEAD)
    before = os.listdir("/proc/self/fd")
    for _ in range(5):
        kind(HEAD)
    assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize(
    "raw",
    [
        mail(b"AAAA", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
        mail(b"AAAA", b"Content-Type: application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m"),
        text("-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----"),
    ],
)
def test_a_sealed_message_is_recognised_and_said(raw: bytes) -> None:
    assert kind(raw) is Kind.UNCLEAR
    assert "met S/MIME of PGP verzegeld. Open het in het mailprogramma van school." in show(raw).text


def test_what_we_say_ourselves_is_said_in_the_language_of_the_school() -> None:
    sealed = mail(b"AAAA", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m")
    attached = built("See there.")
    attached.add_attachment(SIGNAL, filename="signaal.txt")
    deep = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" * 12
    for raw, begins in (
        (sealed, "[This message is sealed with S/MIME or PGP."),
        (attached.as_bytes(), "[This message has an attachment."),
        (deep, "[We cannot show a part of this message here."),
    ):
        assert begins in show(raw, tr=language("en")).text
    assert show(text(SIGNAL), tr=language("en")).text == f"Subject: Handle with Care\n\n{SIGNAL}"
