"""The whole way of a signal on a server that takes tokens only; tokens that end, are withdrawn, or cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hwc_school_agent.desk.troubles import TROUBLES
from hwc_school_agent.domain.board import Trouble
from tests.access.standin import CLIENT, SECRET, TENANT, StandIn, certificate, entra, service_account
from tests.agent import Agent
from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, SmtpSink
from tests.servers.tls import CA

Start = Callable[..., "School"]

pytestmark = pytest.mark.slow


class School:
    """An agent whose mailbox and submission want tokens, and where it gets them."""

    def __init__(self, server: Dovecot, sink: SmtpSink, agent: Agent, given: StandIn, kind: str) -> None:
        self.server, self.sink, self.agent, self.given = server, sink, agent, given
        #: how the border of each platform begins what it writes; nobody judges where the school named no border
        self.border = {"microsoft": "", "google": "mx.google.com; "}.get(kind)

    def empty(self) -> bool:
        """Whether no folder holds a message; looked at with a token of the test's own."""
        client = self.server.client(login=False)
        token = self.server.oauth.issue(self.server.user)
        bearer_only = b"AUTH=XOAUTH2" not in client.capabilities()
        (client.oauthbearer_login if bearer_only else client.oauth2_login)(self.server.user, token)
        try:
            return not any(client.select_folder(f[2], readonly=True)[b"EXISTS"] for f in client.list_folders())
        finally:
            client.logout()

    def whole_way(self) -> None:
        """A signal comes, is shown, confirmed, answered and gone."""
        child = unique_child()
        judged = f"{self.border}dmarc=pass action=none header.from=veiligthuis.example"
        headers = {"Authentication-Results": judged} if self.border is not None else None
        self.server.deliver(signal_mail(child.name, child.born, headers=headers))
        anouk = self.agent.visitor("anouk")
        anouk.wait_for("Er is een signaal", 60)
        anouk.press("Toon het signaal")
        assert child.name in anouk.page
        anouk.press("Ontvangen")
        anouk.wait_for("gewist", 60)
        anouk.close()
        assert len(self.sink.messages) == 1
        assert self.empty()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(kind)``: microsoft, google or command; ``options`` of the mail server."""
    need(Dovecot.why_not())
    with ExitStack() as stack:

        def begin(kind: str, *, module: str = "", prepare: object = None, **options: object) -> School:
            server = stack.enter_context(Dovecot("oauth", **options))
            check = lambda user, token: server.oauth.tokens.get(token, ("", 0))[0] == user  # noqa: E731
            sink = stack.enter_context(SmtpSink("starttls", mechanisms=("XOAUTH2",), check_token=check))
            ca = CA()
            given = stack.enter_context(StandIn(server.oauth, ca, server.user))
            if callable(prepare):
                prepare(given)
            # one authority for the mail server and the token server, as in a school that has its own
            both = tmp_path / "both.pem"
            both.write_text(Path(server.cafile).read_text() + Path(ca.cafile).read_text())
            keys: dict[str, object] = {"auth": kind}
            secrets: dict[str, str] = {}
            if kind == "microsoft":
                secrets["mailbox__certificate"], public = certificate()
                given.public_keys.append(public)
                keys |= {"tenant": TENANT, "client_id": CLIENT, "authority": given.authority}
            elif kind == "google":
                secrets["mailbox__service_account"], public = service_account(given.google)
                given.public_keys.append(public)
            else:
                script = tmp_path / "token"
                script.write_text(f"#!/bin/sh\ncat {tmp_path}/token.txt\n")
                script.chmod(0o755)
                (tmp_path / "token.txt").write_text(server.oauth.issue(server.user))
            agent = Agent(server, sink, tmp_path / "agent", mailbox=keys)
            (agent.credentials / "mailbox__password").unlink()
            (agent.credentials / "submission__password").unlink()
            for name, secret in secrets.items():
                (agent.credentials / name).touch(0o600)
                (agent.credentials / name).write_text(secret)
            text = agent.config.read_text()
            text = text.replace(f'user = "{sink.user}"\nfrom', 'auth = "mailbox"\nfrom')
            text = text.replace(f'ca_file = "{server.cafile}"', f'ca_file = "{both}"', 1)
            if kind == "command":
                text = text.replace('auth = "command"', f'auth = "command"\ncommand = ["{tmp_path}/token"]')
            agent.config.write_text(text)
            agent.module = module or agent.module
            agent.add_staff()
            stack.callback(agent.stop)
            agent.start()
            return School(server, sink, agent, given, kind)

        yield begin


@pytest.mark.parametrize("kind", ["microsoft", "google", "command"])
def test_the_whole_way(start: Start, kind: str) -> None:
    school = start(kind)
    school.whole_way()
    lines = "\n".join(school.agent.log)
    for secret in (*school.server.oauth.tokens, SECRET):
        assert secret not in lines
    for pid in (school.agent.process.pid, *school.agent.children()):  # type: ignore[union-attr]
        about = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        assert not [t for t in school.server.oauth.tokens if t.encode() in about]


def test_one_that_speaks_only_oauthbearer(start: Start) -> None:
    school = start("microsoft", auth_mechanisms="oauthbearer")
    school.whole_way()


def test_tokens_are_renewed_before_they_end_also_inside_idle(start: Start) -> None:
    school = start("microsoft", module="tests.access.quick_agent")
    anouk = school.agent.visitor("anouk")
    anouk.wait_for("geen signaal")
    eventually(lambda: len(school.given.asked) >= 3, 60)
    eventually(lambda: _logins(school) >= 3, 60)
    assert "geen signaal" in anouk.open()
    assert not [line for line in school.agent.log if "HWC-210" in line]
    school.whole_way()


def _logins(school: School) -> int:
    """How many different tokens the mail server was shown."""
    return len({form.get("token") for path, form in school.server.oauth.requests if "introspect" in path})


def test_a_token_that_was_withdrawn_is_asked_for_anew(start: Start) -> None:
    school = start("microsoft")
    anouk = school.agent.visitor("anouk")
    anouk.wait_for("geen signaal")
    school.server.oauth.revoke_all()
    school.server.restart()  # and every connection is begun anew
    school.whole_way()
    assert len(school.given.asked) <= 4, "once for watch; the desk that was open asks for what it reads and confirms"
    assert not [line for line in school.agent.log if "HWC-210" in line]


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (7000222, Trouble.SECRET_EXPIRED),
        (7000215, Trouble.SECRET_WRONG),
        (700016, Trouble.APP_UNKNOWN),
        (65001, Trouble.NO_CONSENT),
        (53003, Trouble.BLOCKED),
        (700024, Trouble.CLOCK),
        (90033, Trouble.NO_TOKEN_SERVER),
    ],
)
def test_no_token_is_said_on_the_page_and_heals(start: Start, number: int, trouble: Trouble) -> None:
    def refuse(given: StandIn) -> None:
        given.always = entra(number, "temporarily_unavailable" if number == 90033 else "invalid_client")

    school = start("microsoft", prepare=refuse)
    anouk = school.agent.visitor("anouk")
    anouk.wait_for("We kunnen de postbus niet bereiken", 60)
    what, code, _cure = TROUBLES[trouble]
    assert what in anouk.page
    assert code in anouk.page
    assert "geen signaal" not in anouk.heading
    said = school.agent.command("--credentials", str(school.agent.credentials), "check")
    assert said.returncode == 3
    assert "tekst van buiten" not in said.stdout + said.stderr + "\n".join(school.agent.log)
    school.given.always = None
    anouk.press("Kijk nu opnieuw")
    anouk.wait_for("geen signaal", 60)


def test_a_fresh_token_that_the_mailbox_refuses_is_a_missing_permission(start: Start) -> None:
    def elsewhere(given: StandIn) -> None:
        given.user = "iemand.anders@school.example"

    school = start("microsoft", prepare=elsewhere)
    anouk = school.agent.visitor("anouk")
    anouk.wait_for("We kunnen de postbus niet bereiken", 60)
    assert TROUBLES[Trouble.NO_PERMISSION][1] in anouk.page
    said = school.agent.command("--credentials", str(school.agent.credentials), "check")
    assert "mag niet in deze postbus" in said.stdout + said.stderr
