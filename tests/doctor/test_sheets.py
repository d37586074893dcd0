"""``doctor --admin-sheet``: this school's addresses, exact commands, nothing recalled told as a fact."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.access import google as google_access
from hwc_school_agent.access import microsoft as microsoft_access
from hwc_school_agent.doctor.sheets import choice, sheet
from hwc_school_agent.domain.access import Purpose
from hwc_school_agent.settings import Auth, Mailbox, School, Senders, Settings, Submission
from tests.agent import Agent
from tests.servers import MailServer, SmtpSink

BOX, FROM, CLIENT = "hwc@linde.example", "bureau@linde.example", "0a1b2c3d-0000-4000-8000-123456789abc"
DOCS = Path(__file__).parents[2] / "docs" / "platforms"


def settings(auth: Auth = Auth.MICROSOFT, host: str = "outlook.office365.com") -> Settings:
    mailbox = Mailbox(host=host, user=BOX, auth=auth, tenant="linde.onmicrosoft.com", client_id=CLIENT)
    return Settings(
        School("De Linde"), mailbox, Submission(host="smtp.x", sender=FROM), senders=Senders(("@vt.example",))
    )


def text(platform: str, language: str = "nl", **changes: object) -> str:
    made = replace(settings(), **changes)  # type: ignore[arg-type]
    return sheet.as_text(choice.sheet_of(made, platform), language)


@pytest.mark.parametrize(
    ("auth", "host", "platform"),
    [
        (Auth.MICROSOFT, "mail.example", "microsoft"),
        (Auth.PASSWORD, "outlook.office365.com", "microsoft"),
        (Auth.GOOGLE, "mail.example", "google"),
        (Auth.PASSWORD, "imap.gmail.com.", "google"),
        (Auth.PASSWORD, "imap.notgmail.com", "plain"),
        (Auth.COMMAND, "mail.example", "plain"),
    ],
)
def test_the_page_for_this_school(auth: Auth, host: str, platform: str) -> None:
    assert choice.platform_of(settings(auth, host).mailbox) == platform


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("platform", list(choice.PLATFORMS))
def test_both_forms_say_the_same(platform: str, language: str) -> None:
    page = choice.sheet_of(settings(), platform)
    plain, rich = sheet.as_text(page, language), sheet.as_html(page, language)
    assert BOX in plain
    assert "@vt.example" in plain
    words = re.sub(r"<style>.*?</style>|<title>.*?</title>|<[^>]+>", " ", rich, flags=re.S)
    assert re.sub(r"[\s=-]+", "", html.unescape(words)) == re.sub(r"[\s=-]+", "", plain)
    assert f'<html lang="{language}">' in rich
    for outside in ("http-equiv", "<script", "<link", "<img"):
        assert outside not in rich
    assert max(len(line) for line in plain.splitlines() if not line.startswith("    ")) <= sheet.WIDTH


@pytest.mark.parametrize("platform", list(choice.PLATFORMS))
def test_no_sentence_lacks_its_translation(platform: str) -> None:
    page = choice.sheet_of(settings(), platform)
    pairs = [page.title, page.intro, *(s.title for s in page.sections)]
    pairs += [part for s in page.sections for part in s.parts if isinstance(part, sheet.Both)]
    for pair in pairs:
        assert pair.nl
        assert pair.en
        # what could not be verified is a check in both languages
        assert pair.nl.count("Controleer") == len(re.findall(r"\bCheck\b", pair.en)), pair.nl


MICROSOFT = (
    "IMAP.AccessAsApp",
    "SMTP.SendAsApp",
    f"New-ServicePrincipal -AppId '{CLIENT}' -ObjectId",
    f"Add-MailboxPermission -Identity '{BOX}' -User '<object-id>' -AccessRights FullAccess",
    f"Add-RecipientPermission -Identity '{FROM}' -Trustee '<object-id>' -AccessRights SendAs",
    f"Set-CASMailbox -Identity '{BOX}' -ImapEnabled $true",
    "-ImapSuppressReadReceipt $true",
    "-SmtpClientAuthenticationDisabled $false",
    "-MessageCopyForSMTPClientSubmissionEnabled $false",
    "-SingleItemRecoveryEnabled $false -RetainDeletedItemsFor 0",
    "'PrimarySmtpAddress -eq ''hwc@linde.example'''",
    f"Get-MailboxFolderStatistics '{BOX}' -FolderScope RecoverableItems",
)


@pytest.mark.parametrize("command", MICROSOFT)
def test_microsoft_names_every_switch(command: str) -> None:
    assert command in text("microsoft")
    assert command in text("microsoft", "en")


def test_google_names_the_scopes_that_the_program_asks_for() -> None:
    assert google_access.SCOPES.keys() >= {Purpose.MAILBOX, Purpose.SUBMISSION}
    for scope in google_access.SCOPES.values():
        assert f"    {scope}\n" in text("google")
    assert microsoft_access.SCOPE.startswith("https://outlook.office365.com/")
    assert '"expungeBehavior": "deleteForever"' in text("google")


def test_plain_hosts() -> None:
    for setting in ("mail_cache_min_mail_count = 100000", "expunge_mode: immediate", "IMAP_MOVE_EXPUNGE_TO_TRASH=0"):
        assert f"    {setting}\n" in text("plain")


def test_addresses_are_quoted_where_they_are_typed() -> None:
    odd = replace(settings().mailbox, user="o'brien <b>$(x)@linde.example")
    assert "-Identity 'o''brien <b>$(x)@linde.example'" in text("microsoft", mailbox=odd)
    assert "<b>" not in sheet.as_html(choice.sheet_of(replace(settings(), mailbox=odd), "microsoft"), "nl")
    line = re.search(r"doveadm purge -u (.*)", text("plain", mailbox=odd))
    assert line
    said = subprocess.run(["sh", "-c", f"printf %s {line[1]}"], capture_output=True, text=True, check=True)
    assert said.stdout == odd.user


@pytest.mark.skipif(shutil.which("doveconf") is None, reason="needs Dovecot")
def test_dovecot_knows_the_settings(tmp_path: Path) -> None:
    (tmp_path / "dovecot.conf").write_text("mail_cache_min_mail_count = 100000\nmail_plugins = mail_log\n")
    done = subprocess.run(
        ["doveconf", "-c", str(tmp_path / "dovecot.conf"), "mail_cache_min_mail_count"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.stdout.strip() == "mail_cache_min_mail_count = 100000"


def test_the_verb(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent")
    said = agent.command("doctor", "--admin-sheet")  # no password is needed
    assert said.returncode == 0, said.stderr
    assert "hwc@school.example" in said.stdout
    assert "Dovecot" in said.stdout
    written = agent.command("doctor", "--admin-sheet", "--platform", "google", "--out", str(tmp_path / "out"))
    assert written.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["admin-sheet.html", "admin-sheet.txt"]
    assert "Google Workspace" in (tmp_path / "out" / "admin-sheet.html").read_text()
    assert agent.command("doctor", "--platform", "google").returncode == 2
    (tmp_path / "file").touch()
    assert agent.command("doctor", "--admin-sheet", "--out", str(tmp_path / "file" / "x")).returncode == 1


@pytest.mark.parametrize("page", ["microsoft-365", "google-workspace", "plain-host"])
def test_the_pages_in_docs_are_in_step(page: str) -> None:
    said = (DOCS / f"{page}.md").read_text()
    assert "## Not tried yet" in said
    assert "doctor --admin-sheet" in said
    from hwc_school_agent.doctor.codes import Check

    assert set(re.findall(r"HWC-\d{3}", said)) <= {check.code for check in Check}
