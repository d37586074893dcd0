"""Authentication-Results as our own mail server writes it, in every documented form; nothing else is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.domain.sender_check import EXCHANGE, Verdict, results_of, verdict

OURS = "mx.school.example"
SENDER = "meldingen@veiligthuis.example"
GMAIL = (
    "mx.google.com; dkim=pass header.i=@veiligthuis.example header.s=sel header.b=AbCd1234; "
    "spf=pass (google.com: domain of meldingen@veiligthuis.example designates 192.0.2.1 as permitted sender) "
    "smtp.mailfrom=meldingen@veiligthuis.example; "
    "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=veiligthuis.example"
)
EXCHANGE_PASS = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=veiligthuis.example; dkim=pass (signature was verified) "
    "header.d=veiligthuis.example;dmarc=pass action=none header.from=veiligthuis.example;compauth=pass reason=100"
)
EXCHANGE_FAIL = (
    "spf=fail (sender IP is 203.0.113.9) smtp.mailfrom=veiligthuis.example; dkim=none (message not signed) "
    "header.d=none;dmarc=fail action=quarantine header.from=veiligthuis.example;compauth=fail reason=000"
)


@pytest.mark.parametrize(
    ("headers", "border", "expected"),
    [
        ([GMAIL], "mx.google.com", Verdict.PASSED),
        ([EXCHANGE_PASS], EXCHANGE, Verdict.PASSED),
        ([EXCHANGE_FAIL], EXCHANGE, Verdict.FAILED),
        (
            [EXCHANGE_PASS.replace("dmarc=pass", "dmarc=bestguesspass").replace("dkim=pass", "dkim=none")],
            EXCHANGE,
            Verdict.UNKNOWN,
        ),
        # a signature of the domain itself, or of one above it, is enough where DMARC was not looked at
        ([OURS + "; dkim=pass header.d=veiligthuis.example"], OURS, Verdict.PASSED),
        ([OURS + "; dkim=pass header.d=other.example"], OURS, Verdict.UNKNOWN),
        ([OURS + "; dkim=pass header.d=example"], OURS, Verdict.UNKNOWN),
        ([OURS + "; dkim=pass header.d=notveiligthuis.example"], OURS, Verdict.UNKNOWN),
        (
            [OURS + "; dkim=fail header.d=veiligthuis.example; spf=softfail"],
            "mx.school.example",
            Verdict.FAILED,
        ),
        ([OURS + "; spf=pass smtp.mailfrom=veiligthuis.example"], OURS, Verdict.UNKNOWN),
        ([OURS + "; none"], OURS, Verdict.UNKNOWN),
        (["MX.School.Example 1; DMARC = PASS header.from = VeiligThuis.Example"], OURS, Verdict.PASSED),
        ([OURS + '; dmarc=pass header.from="veiligthuis.example"'], OURS, Verdict.PASSED),
        # nobody said anything, or it was not ours
        ([], OURS, Verdict.UNKNOWN),
        ([GMAIL], OURS, Verdict.UNKNOWN),
        ([GMAIL], EXCHANGE, Verdict.UNKNOWN),
        ([EXCHANGE_PASS], OURS, Verdict.UNKNOWN),
        ([""], EXCHANGE, Verdict.UNKNOWN),
        # the topmost of ours decides: what came with the message stands below
        (
            [OURS + "; dmarc=fail header.from=veiligthuis.example", OURS + "; dmarc=pass"],
            "mx.school.example",
            Verdict.FAILED,
        ),
        (["relay.example; dmarc=pass", OURS + "; dmarc=fail"], OURS, Verdict.FAILED),
        ([EXCHANGE_FAIL, EXCHANGE_PASS], EXCHANGE, Verdict.FAILED),
        # DMARC of somebody else's domain
        ([OURS + "; dmarc=pass header.from=other.example"], OURS, Verdict.UNKNOWN),
        # a result inside a comment or a quoted string is no result
        (
            [OURS + "; spf=none (; dmarc=pass header.from=veiligthuis.example)"],
            "mx.school.example",
            Verdict.UNKNOWN,
        ),
        ([OURS + "; spf=none (a (nested) ; dmarc=pass)"], OURS, Verdict.UNKNOWN),
        ([OURS + " (; dmarc=pass; ); spf=none"], OURS, Verdict.UNKNOWN),
        ([OURS + "; xdmarc=pass; dmarc=passx"], OURS, Verdict.UNKNOWN),
    ],
)
def test_verdict(headers: list[str], border: str, expected: Verdict) -> None:
    assert verdict(headers, border, SENDER) is expected


def test_a_school_that_named_no_border_judges_nobody() -> None:
    assert verdict([EXCHANGE_FAIL, GMAIL], "", SENDER) is Verdict.UNJUDGED


def test_without_one_sender_nothing_is_vouched_for() -> None:
    assert verdict([GMAIL], "mx.google.com", "") is Verdict.UNKNOWN


@given(st.text(alphabet=' ;()=".\\abcdmrkp-/1\t', max_size=200))
def test_any_text_is_read(text: str) -> None:
    name, results = results_of(text)
    assert name == name.lower()
    assert all(r.method and r.result for r in results)
    assert verdict([text], OURS, SENDER) in Verdict


@given(st.text(max_size=300))
def test_what_stands_below_ours_never_helps(text: str) -> None:
    ours = OURS + "; dmarc=fail header.from=veiligthuis.example"
    assert verdict([ours, text], OURS, SENDER) is Verdict.FAILED
