"""Which strategy a server gets: by what it shows after the login, or as the school says."""

from __future__ import annotations

import pytest

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox.platforms import platform_of, strategy_for
from hwc_school_agent.mailbox.session import listing
from hwc_school_agent.settings import Platform
from tests.platforms.transcripts import CAPABILITIES, capabilities_of

P = Platform


@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_server_is_known_by_what_it_shows(name: str) -> None:
    expected, line = CAPABILITIES[name]
    assert platform_of(capabilities_of(line)) is expected


@pytest.mark.parametrize("name", CAPABILITIES)
@pytest.mark.parametrize("chosen", [p for p in P if p is not P.AUTO])
def test_the_school_may_choose(name: str, chosen: Platform) -> None:
    """And still nothing is asked of a server that it does not show."""
    shown = capabilities_of(CAPABILITIES[name][1])
    strategy = strategy_for(shown, chosen)
    assert strategy.platform is chosen
    assert strategy.list_status == ("LIST-STATUS" in shown)
    assert not strategy.burst_purge or shown >= {"UNSELECT", "UIDPLUS", "LIST-STATUS"}
    assert strategy.select_to_read == ("ACL2=UNION" in shown and chosen in (P.PIPELINED, P.OLD))


def test_imap4rev2_promises_nothing() -> None:
    """Exchange Online began to show it in 2026, and it does not work there."""
    shown = capabilities_of(CAPABILITIES["exchange, 2026, with IMAP4rev2"][1])
    assert b"RETURN" not in listing(strategy_for(shown))


@pytest.mark.parametrize(
    ("platform", "bursts", "seen_first", "labels", "forgets"),
    [
        (P.PIPELINED, True, False, False, True),
        (P.OLD, False, False, False, False),
        (P.EXCHANGE, False, True, False, False),
        (P.GMAIL, False, False, True, False),
    ],
)
def test_what_each_asks_for(platform: Platform, bursts: bool, seen_first: bool, labels: bool, forgets: bool) -> None:
    s = strategy_for(frozenset({"IMAP4REV1"}), platform)
    assert (s.bursts, s.seen_first, s.labels, s.forgets) == (bursts, seen_first, labels, forgets)


def test_through_the_trash() -> None:
    gmail, other = (strategy_for(frozenset(), p) for p in (P.GMAIL, P.PIPELINED))
    assert gmail.final_in_trash([FolderRole.INBOX]), "also when All Mail is not shown"
    assert not other.final_in_trash([FolderRole.INBOX, FolderRole.TRASH])
    assert other.final_in_trash([FolderRole.INBOX, FolderRole.ALL])
