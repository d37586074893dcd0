"""The configuration file as it is written: sections, keys, types and defaults. pydantic collects every fault at once.

Defaults are repeated from ``settings`` in the file's own notation; a test compares the two.
"""

from __future__ import annotations

import itertools
from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from hwc_school_agent import settings_rules as rules
from hwc_school_agent.domain.site import is_loopback
from hwc_school_agent.settings_shape_mailbox import MailboxSection, Section
from hwc_school_agent.settings_types import (
    Clock,
    HalfDay,
    Host,
    Line,
    Listen,
    MailAddress,
    OptionalAddress,
    OptionalDay,
    OptionalLine,
    OptionalListen,
    OptionalStatement,
    OptionalUrl,
    Period,
    Phone,
    Port,
    Span,
    TlsKind,
    Weekday,
    only_to_ourselves,
    text,
    written,
    wrong,
)


class SchoolSection(Section):
    name: Line
    timezone: Annotated[str, text(rules.timezone)] = "Europe/Amsterdam"
    language: Literal["nl", "en"] = "nl"


class SubmissionSection(Section):
    host: Host
    auth: Literal["password", "mailbox"] = "password"
    port: Port = 587
    tls: TlsKind = "starttls"
    ca_file: OptionalLine = ""
    user: OptionalLine = ""
    sender: MailAddress = Field(alias="from")
    read_confirmation: Literal["auto", "always", "never"] = "auto"
    password: SecretStr = SecretStr("")

    @field_validator("tls")
    @classmethod
    def _tls(cls, value: str, info: ValidationInfo) -> str:
        return only_to_ourselves(value, info.data.get("host"))


class SendersSection(Section):
    allowed: list[Annotated[str, text(rules.sender)]] = written([])
    receipt_to: OptionalAddress = ""
    border: Annotated[str, text(rules.border)] = ""
    closed_notice: bool = False


class RetentionSection(Section):
    unread_school_days: Annotated[int, Field(ge=0, le=1000)] = 0


class RehearsalSection(Section):
    enabled: bool = True
    at: Clock = written("07:05")
    monthly_drill: bool = True
    to: OptionalAddress = ""
    heartbeat_url: OptionalUrl = ""


class ReportSection(Section):
    recovery_statement: OptionalStatement = written("")
    logs_statement: OptionalStatement = written("")


class HoursSection(Section):
    morning: Span = written("07:00-08:30")
    look: Clock = written("07:45")
    again: list[Clock] = written(["08:00", "08:10", "12:30"])
    day_end: Clock = written("17:00")
    close: Clock = written("17:00")

    @field_validator("look")
    @classmethod
    def _look(cls, value: time, info: ValidationInfo) -> time:
        morning = info.data.get("morning")
        if morning and not morning[0] <= value <= morning[1]:
            raise wrong("The look lies outside the morning watch.", "Choose a time within hours.morning.")
        return value

    @field_validator("again")
    @classmethod
    def _again(cls, value: list[time], info: ValidationInfo) -> list[time]:
        if not value:
            raise wrong("Nobody would be rung a second time.", 'Give at least one time, as ["08:00"].')
        row = [info.data["look"], *value] if "look" in info.data else value
        if any(early >= late for early, late in itertools.pairwise(row)):
            raise wrong("The times are not in order.", "Each must be later than the one before; all later than look.")
        return value

    @field_validator("day_end")
    @classmethod
    def _day_end(cls, value: time, info: ValidationInfo) -> time:
        morning, again = info.data.get("morning"), info.data.get("again")
        if (morning and value < morning[1]) or (again and value < again[-1]):
            raise wrong("The school day ends too early.", "It ends after the morning watch and after again.")
        return value

    @field_validator("close")
    @classmethod
    def _close(cls, value: time, info: ValidationInfo) -> time:
        if "day_end" in info.data and value < info.data["day_end"]:
            raise wrong("The day is closed before it ends.", "Choose day_end or later.")
        return value


class CalendarSection(Section):
    region: Literal["", "noord", "midden", "zuid"] = ""
    weekdays: list[Weekday] = written(["mon", "tue", "wed", "thu", "fri"])
    closed: list[Period] = written([])
    half_days: list[HalfDay] = written([])
    known_until: OptionalDay = written("")

    @field_validator("weekdays")
    @classmethod
    def _weekdays(cls, value: list[int]) -> list[int]:
        if not value:
            raise wrong("Without a school day nobody would ever be rung.", f"Use {', '.join(rules.WEEKDAYS)}.")
        return value


class DeskSection(Section):
    certificate: OptionalLine = ""
    key: OptionalLine = ""
    listen: Listen = written("127.0.0.1:8420")
    names: list[Host] = written([])

    @field_validator("key")
    @classmethod
    def _key(cls, value: str, info: ValidationInfo) -> str:
        if "certificate" in info.data and bool(value) != bool(info.data["certificate"]):
            raise wrong("Certificate and key go together.", "Give both files, or neither.")
        return value

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: tuple[str, int], info: ValidationInfo) -> tuple[str, int]:
        if not is_loopback(value[0]) and not info.data.get("certificate", "unknown"):
            raise wrong(
                "Other machines could reach the desk, and without a certificate everybody on the network reads along.",
                'Give certificate and key, or listen on "127.0.0.1:8420".',
            )
        return value


class StateSection(Section):
    directory: Line = "/var/lib/hwc-school-agent"
    runtime_directory: Line = "/run/hwc-school-agent"


class PeopleSection(Section):
    phone_card: list[Phone] = written([])


class BellSection(Section):
    group: OptionalLine = ""
    listen: OptionalListen = written("")
    mail_to: list[MailAddress] = written([])


class File(BaseSettings):
    """A whole configuration, of two sources: ``File(credentials={...}, toml={...})``. The environment sets nothing."""

    model_config = SettingsConfigDict(
        extra="forbid", strict=True, frozen=True, validate_default=True, hide_input_in_errors=True
    )

    school: SchoolSection
    mailbox: MailboxSection
    submission: SubmissionSection
    senders: SendersSection = SendersSection()
    retention: RetentionSection = RetentionSection()
    rehearsal: RehearsalSection = RehearsalSection()
    report: ReportSection = ReportSection()
    hours: HoursSection = HoursSection()
    calendar: CalendarSection = CalendarSection()
    desk: DeskSection = DeskSection()
    state: StateSection = StateSection()
    people: PeopleSection = PeopleSection()
    bell: BellSection = BellSection()

    @field_validator("bell")
    @classmethod
    def _bell(cls, value: BellSection, info: ValidationInfo) -> BellSection:
        desk, out, box = (info.data.get(name) for name in ("desk", "submission", "mailbox"))
        if value.listen[0] and desk is not None and not desk.certificate:
            raise wrong(
                "Bells of other machines send a secret, and there is no certificate.",
                'Give certificate and key under [desk], or write listen = "".',
            )
        own = {out.sender.lower() if out else "", box.user.lower() if box else ""}
        if any(address.lower() in own for address in value.mail_to):
            raise wrong("The daily mail would come into the mailbox itself.", "Give the addresses of people.")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = init_settings()
        return tuple(InitSettingsSource(settings_cls, given[source]) for source in ("credentials", "toml"))


#: section -> its type, in the order of the file
SECTION_TYPES: dict[str, type[BaseModel]] = {
    name: part.annotation
    for name, part in File.model_fields.items()
    if isinstance(part.annotation, type) and issubclass(part.annotation, BaseModel)
}
