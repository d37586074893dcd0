"""``doctor`` on real servers and real files: well, and with each trouble made on purpose."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.doctor import certificate, files, people, report
from hwc_school_agent.doctor.codes import Area, Check, Finding, Level
from hwc_school_agent.doctor.examine import Sources, examine
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.host.tls import CertificateFault
from hwc_school_agent.settings import Desk, Settings, Tls
from tests.helpers import need, settings_for, signal_mail, unique_child
from tests.servers import CA, Cert, Dovecot, ImapFaults, MailServer, SmtpSink, free_port, shared_ca

Change = dict[str, dict[str, Any]]


def look(settings: Settings, tmp_path: Path, *, passwords: bool = True) -> list[Finding]:
    return examine(settings, Sources(tmp_path / "config.toml", None, False, passwords), SystemClock())


def faults(findings: list[Finding]) -> set[Check]:
    mail = {Area.MAILBOX, Area.FOLDERS, Area.SUBMISSION}
    return {f.check for f in findings if f.level is not Level.GOOD and f.check.area in mail}


def the(findings: list[Finding], check: Check) -> Finding:
    (one,) = [f for f in findings if f.check is check]
    return one


def test_all_is_well(imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    findings = look(settings_for(imap_server, smtp_sink, tmp_path), tmp_path)
    assert faults(findings) == set()
    good = {f.check for f in findings if f.well}
    assert {Check.MAILBOX_LOGIN, Check.FOLDER_UNCOUNTED, Check.FLAGS, Check.SUBMISSION_REFUSED, Check.UIDPLUS} <= good
    assert the(findings, Check.FOLDER_UNCOUNTED).facts["count"] == 6 - (imap_server.name != "dovecot")
    assert smtp_sink.messages == []  # offered, and taken back


def test_it_says_the_same_while_a_signal_waits(imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """P5: letter by letter; and the message is as new as before."""
    settings = settings_for(imap_server, smtp_sink, tmp_path)
    before = look(settings, tmp_path)
    child = unique_child()
    for folder in ("INBOX", "INBOX", "INBOX.Trash" if imap_server.name == "courier" else "Trash"):
        imap_server.deliver(signal_mail(child.name, child.born), folder=folder)
    after = look(settings, tmp_path)
    assert report.as_text(after, "nl") == report.as_text(before, "nl")
    assert report.as_text(after, "en") == report.as_text(before, "en")
    assert report.as_json(after, "nl", report.exit_code(after)) == report.as_json(
        before, "nl", report.exit_code(before)
    )
    with imap_server.client() as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        assert len(uids) == 2
        assert {flags for each in client.get_flags(uids).values() for flags in each} <= {b"\\Recent"}


def cert(kind: CertificateFault) -> tuple[CA, Cert]:
    ca = shared_ca()
    if kind is CertificateFault.EXPIRED:
        return ca, ca.issue(valid_from=-10, valid_days=5)
    if kind is CertificateFault.NOT_YET:
        return ca, ca.issue(valid_from=2, valid_days=5)
    if kind is CertificateFault.NAME:
        return ca, ca.issue("other.example")
    return ca, CA().issue()


@pytest.mark.parametrize(
    "kind", [CertificateFault.EXPIRED, CertificateFault.NOT_YET, CertificateFault.NAME, CertificateFault.ISSUER]
)
def test_certificates_of_both_servers(kind: CertificateFault, tmp_path: Path) -> None:
    need(Dovecot.why_not())
    ca, bad = cert(kind)
    with Dovecot(ca=ca, cert=bad) as server, SmtpSink("starttls", ca=ca, cert=bad) as sink:
        findings = look(settings_for(server, sink, tmp_path), tmp_path)
        starttls = look(
            settings_for(server, sink, tmp_path, mailbox={"port": server.port, "tls": Tls.STARTTLS}), tmp_path
        )
    for each in (findings, starttls):
        assert faults(each) == {Check.MAILBOX_CERTIFICATE, Check.SUBMISSION_CERTIFICATE}
        assert the(each, Check.MAILBOX_CERTIFICATE).facts["why"] is kind
        assert the(each, Check.SUBMISSION_CERTIFICATE).facts["why"] is kind
        assert report.exit_code(each) == 3


def test_a_certificate_that_soon_ends(tmp_path: Path) -> None:
    need(Dovecot.why_not())
    soon = shared_ca().issue(valid_days=5)
    with Dovecot(cert=soon) as server, SmtpSink("implicit", cert=soon) as sink:
        findings = look(settings_for(server, sink, tmp_path), tmp_path)
    assert faults(findings) == {Check.MAILBOX_CERTIFICATE_ENDS, Check.SUBMISSION_CERTIFICATE_ENDS}
    assert "verloopt over 3 dagen" in report.sentence(the(findings, Check.MAILBOX_CERTIFICATE_ENDS), "nl")
    assert report.exit_code(findings) != 3


def nowhere(server: MailServer, sink: SmtpSink) -> Change:
    return {"mailbox": {"host": "nergens.invalid"}, "submission": {"host": "nergens.invalid"}}


def nobody(server: MailServer, sink: SmtpSink) -> Change:
    return {"mailbox": {"port": free_port()}, "submission": {"port": free_port()}}


def strangers(server: MailServer, sink: SmtpSink) -> Change:
    """Each server's port given for the other's."""
    return {
        "mailbox": {"port": sink.port, "tls": Tls.NONE},
        "submission": {"port": server.port, "tls": Tls.NONE},
    }


def no_starttls(server: MailServer, sink: SmtpSink) -> Change:
    sink.fail("starttls", "454 4.7.0 TLS not available", times=None)
    return {}


def wrong_mailbox_password(server: MailServer, sink: SmtpSink) -> Change:
    server.users[server.user] = server.password
    return {"mailbox": {"user": "iemand@school.example"}}


def smtp_auth_off(server: MailServer, sink: SmtpSink) -> Change:
    sink.fail("auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", times=None)
    return {}


def sender_refused(server: MailServer, sink: SmtpSink) -> Change:
    sink.fail("mail", "550 5.7.60 Client does not have permissions to send as this sender", times=None)
    return {}


def recipient_refused(server: MailServer, sink: SmtpSink) -> Change:
    sink.fail("rcpt", "550 5.1.1 No such user", times=None)
    return {}


def smtp_hangs_up(server: MailServer, sink: SmtpSink) -> Change:
    sink.fail("mail", "421 4.3.2 Service not available, closing", times=None, then="close")
    return {}


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (nowhere, {Check.MAILBOX_NAME, Check.SUBMISSION_NAME}),
        (nobody, {Check.MAILBOX_ANSWER, Check.SUBMISSION_ANSWER}),
        (strangers, {Check.MAILBOX_PROTOCOL, Check.SUBMISSION_PROTOCOL}),
        (no_starttls, {Check.SUBMISSION_PROTOCOL}),
        (wrong_mailbox_password, {Check.MAILBOX_LOGIN}),
        (smtp_auth_off, {Check.SUBMISSION_LOGIN}),
        (sender_refused, {Check.SUBMISSION_REFUSED}),
        (recipient_refused, {Check.SUBMISSION_REFUSED}),
        (smtp_hangs_up, {Check.SUBMISSION_REFUSED}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_trouble_on_the_way(
    trouble: Callable[[MailServer, SmtpSink], Change],
    expected: set[Check],
    dovecot: MailServer,
    smtp_sink: SmtpSink,
    tmp_path: Path,
) -> None:
    findings = look(settings_for(dovecot, smtp_sink, tmp_path, **trouble(dovecot, smtp_sink)), tmp_path)
    assert faults(findings) == expected
    assert (report.exit_code(findings) == 3) == bool(expected & report.UNREACHABLE)
    for finding in findings:
        assert "nergens.invalid" not in report.action(finding, "nl")


# -- what a server offers and allows --


@pytest.fixture
def old(dovecot: MailServer) -> Iterator[ImapFaults]:
    with ImapFaults(dovecot.port) as proxy:
        yield proxy


def through(proxy: ImapFaults, dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> list[Finding]:
    return look(settings_for(dovecot, smtp_sink, tmp_path, mailbox={"port": proxy.port, "tls": Tls.NONE}), tmp_path)


def test_capabilities(old: ImapFaults, dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    old.hide("UIDPLUS", "IDLE", "NOTIFY", "LIST-STATUS")
    findings = through(old, dovecot, smtp_sink, tmp_path)
    assert faults(findings) == {Check.UIDPLUS, Check.IDLE}
    assert not the(findings, Check.LIST_STATUS).well
    assert not the(findings, Check.NOTIFY).well
    assert the(findings, Check.SPECIAL_USE).well
    for forbidden in (
        b"STORE",
        b"EXPUNGE",
        b"APPEND",
        b"CLOSE",
        b"FETCH",
        b"COPY",
        b"MOVE",
    ):  # EXAMINE may name a folder like that
        assert not [line for line in old.commands if forbidden in line.upper() and not line.startswith(b"EXAMINE")]


@pytest.mark.parametrize("command", [rb"STATUS .*Trash", rb"EXAMINE .*Trash"])
def test_a_folder_that_cannot_be_counted(
    command: bytes, old: ImapFaults, dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    old.hide("LIST-STATUS")
    old.rule(command, "no", times=None)
    findings = through(old, dovecot, smtp_sink, tmp_path)
    assert faults(findings) == {Check.FOLDER_UNCOUNTED}
    assert the(findings, Check.FOLDER_UNCOUNTED).facts["folder"] == "Trash"
    assert report.exit_code(findings) == 1


def test_a_folder_that_may_not_be_opened(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """On the real server: the folder is listed, and its directory may not be entered."""
    with dovecot.client() as client:
        client.create_folder("Oud & nieuw")
    (folder,) = [Path(base) / d for base, dirs, _ in os.walk(dovecot.dir) for d in dirs if "nieuw" in d]
    shutil.rmtree(folder / "cur")
    (folder / "cur").write_text("no directory")
    findings = look(settings_for(dovecot, smtp_sink, tmp_path), tmp_path)
    assert faults(findings) == {Check.FOLDER_UNCOUNTED}
    assert the(findings, Check.FOLDER_UNCOUNTED).facts["folder"] == "Oud & nieuw"


def test_a_folder_for_erased_mail(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """Found whether or not anything was erased: what stands in it would tell of a signal that is gone."""
    with dovecot.client() as client:
        client.create_folder("EXPUNGED")
    settings = settings_for(dovecot, smtp_sink, tmp_path)
    before = look(settings, tmp_path)
    assert faults(before) == {Check.HIDDEN_FOLDER}
    child = unique_child()
    dovecot.deliver(signal_mail(child.name, child.born), folder="EXPUNGED")
    assert report.as_text(look(settings, tmp_path), "nl") == report.as_text(before, "nl")


def test_others_who_may_read(cyrus: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    settings = settings_for(cyrus, smtp_sink, tmp_path)
    assert faults(look(settings, tmp_path)) == set()
    with cyrus.client() as client:
        client.setacl("INBOX", "anyone", "lr")
    assert faults(look(settings, tmp_path)) == {Check.OTHERS_READ}


# -- files --


def test_files_are_looked_at_as_they_are(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert [f.check for f in files.look_state(state)] == [Check.STATE_MISSING]
    state.mkdir(0o700)
    (state / "staff.json").touch(0o600)
    assert all(f.well for f in files.look_state(state))
    (state / "staff.json").chmod(0o640)
    assert [f.check for f in files.look_state(state) if not f.well] == [Check.STATE_MODE]
    (state / "staff.json").chmod(0o600)
    (state / "message.eml").touch(0o600)
    strange = next(f for f in files.look_state(state) if not f.well)
    assert strange.check is Check.STATE_UNKNOWN
    assert "message" not in report.sentence(strange, "nl") + report.action(strange, "nl")
    (tmp_path / "file").touch()
    assert [f.check for f in files.look_state(tmp_path / "file")] == [Check.STATE_UNREADABLE]


def test_credentials_and_configuration(tmp_path: Path) -> None:
    secret, config = tmp_path / "credentials" / "mailbox__password", tmp_path / "config.toml"
    secret.parent.mkdir()
    secret.touch(0o600)
    config.touch(0o644)
    assert files.look_credentials(secret.parent, by_systemd=False)[0].well
    assert files.look_config(config)[0].well
    secret.chmod(0o644)
    config.chmod(0o664)
    assert not files.look_credentials(secret.parent, by_systemd=False)[0].well
    assert files.look_credentials(secret.parent, by_systemd=True) == []
    assert not files.look_config(config)[0].well


def test_staff_on_disk(tmp_path: Path) -> None:
    assert people.roles(tmp_path) == frozenset()
    (tmp_path / "staff.json").write_text("{")
    assert people.roles(tmp_path) is None


def test_the_certificate_of_the_page(tmp_path: Path) -> None:
    mine, other = shared_ca().issue("bureau.school.example", "10.0.0.1"), shared_ca().issue()
    read = certificate.look(Desk(certificate=mine.chain, key=mine.key))
    assert read is not None
    assert read.fault is None
    assert read.names == {"bureau.school.example", "10.0.0.1"}
    assert 0 < read.ends - SystemClock().now() < 20 * 86400
    crossed = certificate.look(Desk(certificate=mine.chain, key=other.key))
    assert crossed is not None
    assert crossed.fault is CertificateFault.KEY
    for desk in (
        Desk(certificate=str(tmp_path / "none"), key=mine.key),
        Desk(certificate=mine.chain, key=str(tmp_path / "none")),
        Desk(certificate=__file__, key=mine.key),
    ):
        gone = certificate.look(desk)
        assert gone is not None
        assert gone.fault is CertificateFault.UNREADABLE


def test_without_passwords(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    findings = look(settings_for(dovecot, smtp_sink, tmp_path), tmp_path, passwords=False)
    assert not the(findings, Check.PASSWORDS_UNSEEN).well
    checks = {f.check for f in findings}
    assert Check.MAILBOX_CERTIFICATE in checks
    assert not checks & {Check.MAILBOX_LOGIN, Check.SUBMISSION_LOGIN, Check.FOLDER_UNCOUNTED, Check.SUBMISSION_REFUSED}
    assert smtp_sink.logins == []
    assert Check.PASSWORDS_UNSEEN not in {f.check for f in look(settings_for(dovecot, smtp_sink, tmp_path), tmp_path)}


def test_json_is_for_programs(dovecot: MailServer, tmp_path: Path) -> None:
    findings = look(settings_for(dovecot, None, tmp_path), tmp_path)
    read = json.loads(report.as_json(findings, "en", 1))
    assert (read["version"], read["exit"]) == (1, 1)
    assert {f["level"] for f in read["findings"]} <= {level.value for level in Level}
    assert {f["code"] for f in read["findings"]} <= {check.code for check in Check}
    assert all(bool(f["action"]) == (f["level"] != "good") for f in read["findings"])


def test_a_file_of_another_owner(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    (tmp_path / "state").mkdir(0o700)
    (tmp_path / "state" / "staff.json").touch(0o600)
    os.chown(tmp_path / "state" / "staff.json", 65534, 65534)
    assert not files.look_state(tmp_path / "state")[0].well
