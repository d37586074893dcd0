"""Where platforms keep erased mail: looked at, emptied where that can be done, never claimed without a look."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.access.tokens import new_token
from hwc_school_agent.doctor.codes import Check, Level
from hwc_school_agent.doctor.examine import Sources, examine
from hwc_school_agent.domain.access import NoToken, Purpose, Refusal, Token
from hwc_school_agent.domain.job import CloseJob, InspectJob
from hwc_school_agent.domain.outcome import Answered, Recovery
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.mailbox.platforms import graph, recovery
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.settings import Auth, Mailbox, Recoverable, Secret, Settings
from hwc_school_agent.workers import close, inspect
from tests.access.standin import CLIENT, SECRET, TENANT, StandIn
from tests.helpers import need, settings_for, unique_child
from tests.mailbox.scene import Scene
from tests.platforms.graph_standin import TOKEN, USER, GraphStandIn
from tests.platforms.script import Script, opened
from tests.platforms.transcripts import CAPABILITIES
from tests.servers import Cyrus, Dovecot, MailServer, SmtpSink
from tests.servers.oauth import TokenServer
from tests.servers.tls import CA, shared_ca

LAZY = """
mail_plugins = $mail_plugins lazy_expunge
protocol imap {
  mail_plugins = $mail_plugins lazy_expunge
}
namespace expunged {
  prefix = .EXPUNGED/
  separator = /
  hidden = yes
  list = no
  location = maildir:~/expunged
}
plugin {
  lazy_expunge = .EXPUNGED/
}
"""


def closed(scene: Scene) -> list[str]:
    said: list[str] = []
    close.run(scene.settings, CloseJob((), time.time()), lambda word: said.append(word.line()))
    return said


def looked(scene: Scene) -> list[str]:
    said: list[str] = []
    inspect.run(scene.settings, InspectJob(unfinished=False), lambda word: said.append(word.value))
    return said


def seen(scene: Scene) -> list[str]:
    """What both looks say of the recovery area."""
    return looked(scene)[1::3]


def handled(scene: Scene) -> str:
    """A signal comes and is finished. The child's last name."""
    child = unique_child()
    place = scene.signal(child)
    scene.confirm(place)
    assert scene.finish(place, Answered.PHONED)[-1] in ("empty", "clean")
    return child.last


# -- Dovecot -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lazy(tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Scene]:
    need(Dovecot.why_not())
    with Dovecot(extra_config=LAZY) as server:
        scene = Scene.on(server, smtp_sink, tmp_path)
        scene.settings = scene.direct
        yield scene


def test_the_days_closing_empties_the_hidden_folder(lazy: Scene) -> None:
    last = handled(lazy)
    assert lazy.server.disk_find(last.encode()), "the server keeps it"
    assert seen(lazy) == ["recovery_keeps"] * 2
    assert looked(lazy)[::3] == ["folders_clear"] * 2, "no folder shows it"
    closed(lazy)
    assert seen(lazy) == ["recovery_empty"] * 2
    assert not lazy.server.disk_find(last.encode())


def test_a_closing_without_a_signal_leaves_the_same(lazy: Scene) -> None:
    """P5: what the closing itself puts there goes as well."""
    closed(lazy)
    assert seen(lazy) == ["recovery_empty"] * 2


def test_what_somebody_else_erased_stays(lazy: Scene) -> None:
    """P1: a mail that was erased unread can still be fetched back by the administrator."""
    place = lazy.signal(child := unique_child())
    with lazy.server.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([place.uid])
        client.expunge([place.uid])
    closed(lazy)
    assert seen(lazy) == ["recovery_keeps"] * 2
    assert lazy.server.disk_find(child.last.encode())


def test_a_folder_of_the_schools_own_with_such_a_name_is_left_alone(dovecot: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, None, tmp_path)
    with dovecot.client() as client:
        client.create_folder("EXPUNGED")
        client.append("EXPUNGED", b"Subject: x\r\n\r\nx\r\n", [rb"\Seen", rb"\Flagged", rb"\Answered", rb"\Deleted"])
    recovery.empty(scene.direct.mailbox)
    assert scene.counts() == {"EXPUNGED": 1}


# -- Cyrus -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allowed", [True, False])
def test_cyrus_shows_erased_mail_where_the_administrator_allows_it(tmp_path: Path, allowed: bool) -> None:
    need(Cyrus.why_not())
    with Cyrus(extra_config="allowdeleted: yes\n" if allowed else "") as server:
        scene = Scene.on(server, None, tmp_path)
        scene.settings = scene.direct
        assert seen(scene) == (["recovery_empty"] if allowed else ["recovery_not_seen"]) * 2
        handled(scene)
        assert seen(scene) == (["recovery_keeps"] if allowed else ["recovery_not_seen"]) * 2
        server.expire()
        assert seen(scene) == (["recovery_empty"] if allowed else ["recovery_not_seen"]) * 2


def test_a_server_that_takes_any_word_is_not_believed() -> None:
    """It would have us say that nothing is kept where nobody looked."""
    shown = 'LIST "" ', b'* LIST () "/" INBOX\r\n* STATUS INBOX (MESSAGES 0 UIDNEXT 9 UIDVALIDITY 14 UNSEEN 0)\r\n'
    nowhere = [(f'EXAMINE "{re.escape(name)}"', b"{tag} NO no such folder\r\n") for name in recovery.NAMES]
    rules = [shown, *nowhere, opened("INBOX")]
    with Script(CAPABILITIES["dovecot"][1], rules) as script, open_session(script.mailbox) as session:
        listed = folders_with_status(session)
        assert recovery.recovery(session, listed) is Recovery.NOT_SEEN


# -- Exchange, through Graph -----------------------------------------------------------------------------------------


@pytest.fixture
def ca() -> CA:
    return shared_ca()


@pytest.fixture
def standin(ca: CA) -> Iterator[GraphStandIn]:
    with GraphStandIn(ca) as running:
        yield running


@pytest.fixture
def mailbox(standin: GraphStandIn, ca: CA) -> Mailbox:
    made = Mailbox("outlook.example", USER, auth=Auth.MICROSOFT, ca_file=ca.cafile, graph=standin.address)
    made.keyring.put(Purpose.RECOVERY, Token(TOKEN, time.time() + 3600))
    return made


def with_graph(settings: Settings, server: Dovecot, standin: GraphStandIn, how: Recoverable) -> Settings:
    """Both tokens at hand."""
    box = replace(settings.mailbox, auth=Auth.MICROSOFT, recoverable=how, graph=standin.address, user=USER)
    box.keyring.put(Purpose.MAILBOX, Token(server.oauth.issue(USER, 3600), time.time() + 3600))
    box.keyring.put(Purpose.RECOVERY, Token(TOKEN, time.time() + 3600))
    return replace(settings, mailbox=box)


def test_counted_without_reading(mailbox: Mailbox, standin: GraphStandIn) -> None:
    assert graph.look(mailbox, time.time()) is Recovery.EMPTY
    standin.items += ["AAMkAD/1=", "b", "c"]
    assert graph.look(mailbox, time.time()) is Recovery.KEEPS
    assert len(standin.items) == 3


def test_erased_for_good(mailbox: Mailbox, standin: GraphStandIn) -> None:
    standin.items += ["AAMkAD/1=", "b", "c", "d", "e"]
    assert graph.erase(mailbox, time.time()) is Recovery.EMPTY
    assert standin.items == []


@pytest.mark.parametrize(
    "marks",
    [
        {"Integer 0xe07": "4", "Integer 0x1090": "2"},  # flagged, never read
        {"Integer 0xe07": "1"},  # read, not flagged
        {"Integer 0xe07": "1", "Integer 0x1090": "1"},  # read, and the flag ticked off
        {"Integer 0x1090": "2"},  # nothing is told of whether it was read
        {"String 0xe07": "1", "Integer 0x1090": "2"},
        {"Integer 0xe07": "niet", "Integer": "2", "Integer 0x1090": "2"},
        {},
    ],
)
def test_what_somebody_else_erased_stays_in_recoverable_items(
    mailbox: Mailbox, standin: GraphStandIn, marks: dict[str, str]
) -> None:
    """P1: erased unread, it can still be fetched back. And where the service tells no marks, nothing is erased."""
    standin.items += ["a", "b", "c", "d", "e"]
    standin.marks["d"] = marks
    assert graph.erase(mailbox, time.time()) is Recovery.KEEPS
    assert standin.items == ["d"]


def test_a_hold_is_said_and_stops_nothing_else(mailbox: Mailbox, standin: GraphStandIn) -> None:
    standin.items += ["a", "b", "c"]
    standin.held.add("b")
    assert graph.erase(mailbox, time.time()) is Recovery.REFUSED
    assert standin.items == ["b"]
    assert graph.look(mailbox, time.time()) is Recovery.KEEPS


def test_without_the_right(mailbox: Mailbox, standin: GraphStandIn) -> None:
    standin.rights = False
    standin.items.append("a")
    assert graph.look(mailbox, time.time()) is Recovery.REFUSED
    assert graph.erase(mailbox, time.time()) is Recovery.REFUSED
    assert standin.items == ["a"]


def test_doctor_says_whether_one_can_look_and_not_what_is_there(mailbox: Mailbox, standin: GraphStandIn) -> None:
    assert graph.trouble(mailbox, time.time()) is None
    standin.items.append("a")
    assert graph.trouble(mailbox, time.time()) is None
    standin.rights = False
    assert graph.trouble(mailbox, time.time()) is graph.Why.REFUSED
    standin.broken = (503, b"")
    assert graph.trouble(mailbox, time.time()) is graph.Why.SILENT
    assert not [path for path in standin.asked if "$select=id" not in path and "settings/exchange" not in path]


@pytest.mark.parametrize(("how", "marks"), [(Recoverable.LOOK, False), (Recoverable.DELETE, True)])
def test_doctor_asks_as_the_closing_will(
    mailbox: Mailbox, standin: GraphStandIn, how: Recoverable, marks: bool
) -> None:
    assert graph.trouble(replace(mailbox, recoverable=how), time.time()) is None
    assert any("$expand" in path for path in standin.asked) is marks


@pytest.mark.parametrize(
    ("how", "asked"), [(Recoverable.LOOK, True), (Recoverable.DELETE, True), (Recoverable.OFF, False)]
)
def test_doctor_looks_where_the_school_asks_for_it(
    tmp_path: Path, standin: GraphStandIn, how: Recoverable, asked: bool
) -> None:
    """The answer of a Graph that gives no right (403 ErrorAccessDenied) becomes a fault with a remedy."""
    need(Dovecot.why_not())
    standin.rights = False
    with Dovecot("oauth") as server:
        settings = with_graph(settings_for(server, None, tmp_path), server, standin, how)
        sources = Sources(tmp_path / "config.toml", None, by_systemd=False, passwords=True)
        findings = examine(settings, sources, SystemClock())
    refused = [f for f in findings if f.check in (Check.GRAPH_RIGHT, Check.GRAPH_ANSWER)]
    assert [(f.check, f.level) for f in refused] == ([(Check.GRAPH_RIGHT, Level.FAULT)] if asked else [])
    assert bool(standin.asked) is asked


@pytest.mark.parametrize(
    "answer",
    [(500, b"{}"), (429, b"{}"), (200, b"<html>"), (200, b"[]"), (200, b'{"value": null}'), (404, b"{}"),
     (302, b""), (200, b'{"primaryMailboxId": ""}')],
)  # fmt: skip
def test_an_odd_answer_is_never_empty(mailbox: Mailbox, standin: GraphStandIn, answer: tuple[int, bytes]) -> None:
    standin.broken = answer
    assert graph.look(mailbox, time.time()) is Recovery.NOT_SEEN


def test_a_page_that_leads_elsewhere_is_not_followed(mailbox: Mailbox, standin: GraphStandIn) -> None:
    """The token goes to the host of the settings and nowhere else."""
    standin.items += ["a", "b", "c"]
    with GraphStandIn(standin.ca) as elsewhere:
        standin.next_link = f"{elsewhere.address}/v1.0/x"
        assert graph.erase(mailbox, time.time()) is Recovery.NOT_SEEN
        assert elsewhere.asked == []
    assert standin.items == ["a", "b", "c"]


def test_a_list_without_end_is_not_judged(mailbox: Mailbox, standin: GraphStandIn) -> None:
    standin.items += ["a", "b", "c"]
    standin.next_link = f"{standin.address}/v1.0/admin/exchange/mailboxes/x/folders/y/items?$select=id"
    assert graph.erase(mailbox, time.time()) is Recovery.NOT_SEEN


def test_graph_not_there(mailbox: Mailbox) -> None:
    assert graph.look(replace(mailbox, graph="https://127.0.0.1:1"), time.time()) is Recovery.NOT_SEEN


def test_no_other_platform_is_asked(standin: GraphStandIn) -> None:
    assert graph.look(Mailbox("imap.example", USER, graph=standin.address), time.time()) is Recovery.NOT_SEEN
    assert standin.asked == []


def test_graph_needs_a_token_of_its_own(ca: CA) -> None:
    """Another audience: the token that opens the mailbox is not sent to Graph, nor the other way round."""
    with TokenServer(default_user=USER) as tokens, StandIn(tokens, ca, USER) as entra:
        mailbox = Mailbox(
            "outlook.example", USER, auth=Auth.MICROSOFT, ca_file=ca.cafile, tenant=TENANT, client_id=CLIENT,
            authority=entra.authority, client_secret=Secret(SECRET),
        )  # fmt: skip
        new_token(mailbox, Purpose.MAILBOX, time.time())
        with pytest.raises(NoToken) as caught:  # the stand-in gives tokens for Exchange only
            new_token(mailbox, Purpose.RECOVERY, time.time())
        assert caught.value.why is Refusal.NO_CONSENT
        assert [form["scope"] for form in entra.asked] == [
            "https://outlook.office365.com/.default", "https://graph.microsoft.com/.default",
        ]  # fmt: skip


@pytest.mark.parametrize(("how", "left"), [(Recoverable.DELETE, 0), (Recoverable.LOOK, 1), (Recoverable.OFF, 1)])
def test_at_the_days_closing(tmp_path: Path, standin: GraphStandIn, how: Recoverable, left: int) -> None:
    """Whatever came that day, and only where the school asks for it."""
    need(Dovecot.why_not())
    with Dovecot("oauth") as server:
        settings = with_graph(settings_for(server, None, tmp_path), server, standin, how)
        standin.items.append("a")
        said: list[str] = []
        close.run(settings, CloseJob((), time.time()), lambda word: said.append(word.line()))
        assert said == ["levelling", "empty", "empty"]
        assert len(standin.items) == left
        assert bool(standin.asked) is (how is Recoverable.DELETE)
        found: list[str] = []
        inspect.run(settings, InspectJob(unfinished=False), lambda word: found.append(word.value))
        expected = {Recoverable.DELETE: "recovery_empty", Recoverable.LOOK: "recovery_keeps"}
        assert [found[1], found[4]] == [expected.get(how, "recovery_not_seen")] * 2
