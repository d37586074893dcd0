"""Every way of getting a token, and every documented way of not getting one."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.access import google, microsoft
from hwc_school_agent.access.tokens import new_token, token_for
from hwc_school_agent.domain.access import UNNAMED, NoToken, Purpose, Refusal, Token, trouble_of
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.settings import Auth, Mailbox, Secret
from tests.access.standin import CLIENT, REFRESH, SECRET, TENANT, StandIn, certificate, entra, service_account
from tests.servers.oauth import TokenServer
from tests.servers.ports import free_port
from tests.servers.tls import CA

NOW = 1_764_000_000.0
USER = "hwc@school.example"


@pytest.fixture(scope="module")
def ca() -> CA:
    return CA()


@pytest.fixture
def server(ca: CA) -> Iterator[StandIn]:
    with StandIn(TokenServer(USER), ca, USER) as server:
        yield server


@pytest.fixture
def entra_mailbox(server: StandIn) -> Mailbox:
    return Mailbox(
        "outlook.example",
        USER,
        auth=Auth.MICROSOFT,
        ca_file=server.ca.cafile,
        tenant=TENANT,
        client_id=CLIENT,
        authority=server.authority,
        client_secret=Secret(SECRET),
    )


@pytest.fixture
def google_mailbox(server: StandIn) -> Mailbox:
    text, public = service_account(server.google)
    server.public_keys.append(public)
    return Mailbox("imap.example", USER, auth=Auth.GOOGLE, ca_file=server.ca.cafile, service_account=Secret(text))


def why(mailbox: Mailbox, purpose: Purpose = Purpose.MAILBOX) -> Refusal:
    """Why there is no token; nothing from outside may be in what is raised."""
    with pytest.raises(NoToken) as caught:
        new_token(mailbox, purpose, NOW)
    shown = "".join(traceback.format_exception(caught.value))
    assert "tekst van buiten" not in shown
    assert SECRET not in shown
    return caught.value.why


# -- Microsoft ------------------------------------------------------------------------------------------------------


def test_microsoft_with_a_secret(entra_mailbox: Mailbox, server: StandIn) -> None:
    token = new_token(entra_mailbox, Purpose.MAILBOX, NOW)
    assert token.ends == NOW + 3600
    assert token.value in server.tokens.tokens
    assert token.value not in repr(token)
    assert server.asked[-1]["client_id"] == CLIENT


def test_microsoft_with_a_certificate(entra_mailbox: Mailbox, server: StandIn) -> None:
    text, public = certificate()
    server.public_keys.append(public)
    mailbox = replace(entra_mailbox, certificate=Secret(text), client_secret=Secret(""))
    assert new_token(mailbox, Purpose.SUBMISSION, NOW).value in server.tokens.tokens
    assert "client_secret" not in server.asked[-1]
    assert server.asked[-1]["claim_iss"] == CLIENT


def test_microsoft_one_token_opens_mailbox_and_submission(entra_mailbox: Mailbox, server: StandIn) -> None:
    first = token_for(entra_mailbox, Purpose.MAILBOX, NOW)
    assert token_for(entra_mailbox, Purpose.SUBMISSION, NOW) is first
    assert len(server.asked) == 1


def test_a_token_that_is_about_to_end_is_not_used(entra_mailbox: Mailbox, server: StandIn) -> None:
    first = token_for(entra_mailbox, Purpose.MAILBOX, NOW)
    assert token_for(entra_mailbox, Purpose.MAILBOX, NOW + 3530) is first
    assert token_for(entra_mailbox, Purpose.MAILBOX, NOW + 3541) is not first


@pytest.mark.parametrize(
    ("number", "word", "meaning"),
    [
        (7000215, "invalid_client", Refusal.SECRET_WRONG),
        (7000222, "invalid_client", Refusal.SECRET_EXPIRED),
        (700027, "invalid_client", Refusal.SECRET_WRONG),
        (700024, "invalid_client", Refusal.CLOCK),
        (700016, "unauthorized_client", Refusal.APP_UNKNOWN),
        (90002, "invalid_request", Refusal.APP_UNKNOWN),
        (7000112, "unauthorized_client", Refusal.BLOCKED),
        (53003, "access_denied", Refusal.BLOCKED),
        (65001, "invalid_grant", Refusal.NO_CONSENT),
        (500011, "invalid_resource", Refusal.NO_CONSENT),
        (90033, "temporarily_unavailable", Refusal.NO_SERVER),
        (1, "invalid_client", Refusal.SECRET_WRONG),
        (1, "temporarily_unavailable", Refusal.NO_SERVER),
        (1, "something_new", Refusal.OTHER),
    ],
)
def test_microsoft_says_no(entra_mailbox: Mailbox, server: StandIn, number: int, word: str, meaning: Refusal) -> None:
    server.always = entra(number, word)
    assert why(entra_mailbox) is meaning


def test_microsoft_does_not_know_the_tenant(entra_mailbox: Mailbox) -> None:
    assert why(replace(entra_mailbox, tenant="elders.onmicrosoft.com")) is Refusal.APP_UNKNOWN


def test_microsoft_with_a_certificate_that_is_none(entra_mailbox: Mailbox) -> None:
    text = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nx\n"
    assert why(replace(entra_mailbox, certificate=Secret(text))) is Refusal.BAD_CREDENTIAL


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"access_token": 5, "expires_in": "x"}', b"\xff" * 50])
def test_odd_answers(entra_mailbox: Mailbox, google_mailbox: Mailbox, server: StandIn, body: bytes) -> None:
    for status in (200, 400):
        server.always = (status, body)
        assert trouble_of(why(entra_mailbox)) in (Trouble.NO_TOKEN, Trouble.APP_UNKNOWN, Trouble.NO_TOKEN_SERVER)
        assert trouble_of(why(google_mailbox)) in (Trouble.NO_TOKEN, Trouble.NO_TOKEN_SERVER)


# -- Google ---------------------------------------------------------------------------------------------------------


def test_google_with_a_service_account(google_mailbox: Mailbox, server: StandIn) -> None:
    for purpose, scope in google.SCOPES.items():
        token = token_for(google_mailbox, purpose, NOW)
        assert token.value in server.tokens.tokens
        assert (server.asked[-1]["claim_scope"], server.asked[-1]["claim_sub"]) == (scope, USER)
    assert len(server.asked) == 2


def test_google_with_a_refresh_token(google_mailbox: Mailbox, server: StandIn) -> None:
    mailbox = replace(
        google_mailbox,
        service_account=Secret(""),
        authority=server.google,
        client_id=CLIENT,
        client_secret=Secret(SECRET),
        refresh_token=Secret(REFRESH),
    )
    assert new_token(mailbox, Purpose.MAILBOX, NOW).value in server.tokens.tokens
    assert why(replace(mailbox, refresh_token=Secret("1//ingetrokken"))) is Refusal.SIGN_IN_AGAIN


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ({"error": "unauthorized_client", "error_description": "Client is unauthorized"}, Refusal.NO_CONSENT),
        ({"error": "invalid_grant", "error_description": "Invalid JWT: check your iat and exp values"}, Refusal.CLOCK),
        ({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, Refusal.SECRET_WRONG),
        ({"error": "admin_policy_enforced"}, Refusal.BLOCKED),
        ({"error": "invalid_client"}, Refusal.SECRET_WRONG),
        ({"error": "deleted_client"}, Refusal.APP_UNKNOWN),
        ({"error": "something_new"}, Refusal.OTHER),
    ],
)
def test_google_says_no(google_mailbox: Mailbox, server: StandIn, answer: dict[str, str], meaning: Refusal) -> None:
    server.always = (400, answer)
    assert why(google_mailbox) is meaning


@pytest.mark.parametrize("text", ["{}", '{"type": "authorized_user"}', "[1]", "{"])
def test_google_with_a_file_of_another_kind(google_mailbox: Mailbox, text: str) -> None:
    assert why(replace(google_mailbox, service_account=Secret(text))) is Refusal.BAD_CREDENTIAL


# -- nobody there ---------------------------------------------------------------------------------------------------


def _down(mailbox: Mailbox) -> Mailbox:
    gone = f"https://127.0.0.1:{free_port()}"
    return replace(mailbox, authority=gone if mailbox.auth is Auth.MICROSOFT else f"{gone}/token")


def _distrusted(mailbox: Mailbox) -> Mailbox:
    return replace(mailbox, ca_file="")


@pytest.mark.parametrize("change", [_down, _distrusted])
def test_a_token_server_that_cannot_be_reached(
    entra_mailbox: Mailbox, google_mailbox: Mailbox, change: Callable[[Mailbox], Mailbox]
) -> None:
    for mailbox in (entra_mailbox, google_mailbox):
        assert why(change(mailbox)) is Refusal.NO_SERVER


def test_without_the_library(entra_mailbox: Mailbox, google_mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("msal", "google.auth.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    assert why(entra_mailbox) is Refusal.NO_LIBRARY
    assert why(google_mailbox) is Refusal.NO_LIBRARY


def test_every_number_and_word_means_something() -> None:
    assert set(microsoft._NUMBERS.values()) | set(google._WORDS.values()) <= set(Refusal)
    assert {trouble_of(w) for w in Refusal} <= set(Trouble)


# -- a command ------------------------------------------------------------------------------------------------------


def _command(tmp_path: Path, script: str, *more: str) -> Mailbox:
    path = tmp_path / "token"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Mailbox("mail.example", USER, auth=Auth.COMMAND, command=(str(path), *more))


def test_a_command(tmp_path: Path) -> None:
    mailbox = _command(tmp_path, 'echo "tok-$1-$2"; echo 120; echo praat >&2', "a b")
    assert new_token(mailbox, Purpose.SUBMISSION, NOW) == Token("tok-a b-submission", NOW + 120)
    assert new_token(_command(tmp_path, "echo abcdefgh"), Purpose.MAILBOX, NOW).ends == NOW + UNNAMED


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "echo goedgenoeg; exit 3",
        "true",
        "echo",
        "echo kort",
        "head -c 30000 /dev/zero | tr '\\0' x",
        "printf 'a\\001bcdefghi\\n'",
    ],
)
def test_a_command_that_gives_no_token(tmp_path: Path, script: str) -> None:
    assert why(_command(tmp_path, script)) is Refusal.COMMAND


def test_a_command_that_is_not_there_or_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert why(Mailbox("mail.example", USER, auth=Auth.COMMAND, command=(str(tmp_path / "none"),))) is Refusal.COMMAND
    monkeypatch.setattr("hwc_school_agent.access.command.SECONDS", 0.2)
    assert why(_command(tmp_path, "exec sleep 60")) is Refusal.COMMAND


def test_a_command_gets_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/geheim")
    held = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(held, False)
    script = (
        'env | grep -c CREDENTIALS_DIRECTORY | sed "s/^/aantal-/"; ls /proc/self/fd | grep -c "^%d$" | sed "s/^/1/"'
    )
    told = new_token(_command(tmp_path, script % held), Purpose.MAILBOX, NOW)
    os.close(held)
    assert told == Token("aantal-0", NOW + 10)
