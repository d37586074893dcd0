"""Types of single values in the configuration file: each applies a rule of ``settings_rules``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from hwc_school_agent import settings_rules as rules
from hwc_school_agent.domain.site import is_loopback

#: The type of a ``PydanticCustomError`` whose context holds a sentence and a remedy of ours.
OURS = "hwc"


def wrong(sentence: str, remedy: str) -> PydanticCustomError:
    """A fault of ours, in the form in which pydantic collects it."""
    return PydanticCustomError(OURS, "wrong", {"sentence": sentence, "remedy": remedy})


def text(rule: Callable[[str], Any]) -> BeforeValidator:
    """A text that goes through a rule of ``settings_rules``."""

    def check(value: object) -> Any:
        if not isinstance(value, str):
            raise wrong("This must be text.", "Write it between double quotes.")
        try:
            return rule(value)
        except rules.Wrong as error:
            raise wrong(error.sentence, error.remedy) from None

    return BeforeValidator(check)


def _or_empty(rule: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: rule(text) if text else ""


def _date_or_none(text: str) -> date | None:
    return rules.day(text) if text else None


def _statement_or_none(text: str) -> tuple[date, int] | None:
    return rules.statement(text) if text else None


def only_to_ourselves(tls: str, host: str | None) -> str:
    """``tls``, which may be ``none`` towards this machine only. ``host``: ``None`` when it is wrong itself."""
    if tls == "none" and host is not None and not is_loopback(host):
        raise wrong(
            "Without TLS the password and the signals travel in the open.",
            'Use "implicit" or "starttls"; "none" is for a server on this machine only.',
        )
    return tls


def written(default: str | list[str]) -> Any:
    """A default in the notation of the file; it goes through the same rules as what is read."""
    return Field(default=default)


Line = Annotated[str, text(rules.line)]
OptionalLine = Annotated[str, text(_or_empty(rules.line))]
Host = Annotated[str, text(rules.host)]
Port = Annotated[int, Field(ge=1, le=65535)]
TlsKind = Literal["implicit", "starttls", "none"]
MailAddress = Annotated[str, text(rules.mail_address)]
OptionalUrl = Annotated[str, text(_or_empty(rules.https_url))]
OptionalAddress = Annotated[str, text(_or_empty(rules.mail_address))]
Clock = Annotated[time, text(rules.clock)]
Span = Annotated[tuple[time, time], text(rules.span)]
Period = Annotated[tuple[date, date], text(rules.period)]
HalfDay = Annotated[tuple[date, time], text(rules.half_day)]
OptionalStatement = Annotated[tuple[date, int] | None, text(_statement_or_none)]
OptionalDay = Annotated[date | None, text(_date_or_none)]
Weekday = Annotated[int, text(rules.weekday)]
Listen = Annotated[tuple[str, int], text(rules.listen)]
OptionalListen = Annotated[tuple[str, int], text(rules.listen_or_not)]
Phone = Annotated[tuple[str, str, str], text(rules.phone)]
