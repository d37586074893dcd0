"""The section ``[mailbox]`` of the configuration file, as it is written; for the others see ``settings_shape.py``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator

from hwc_school_agent import settings_rules as rules
from hwc_school_agent.settings_types import (
    Host,
    Line,
    OptionalLine,
    OptionalUrl,
    Port,
    TlsKind,
    only_to_ourselves,
    wrong,
)


class Section(BaseModel):
    """Strict, and silent about what stands in it."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, validate_default=True, hide_input_in_errors=True
    )


class MailboxSection(Section):
    host: Host
    port: Port = 993
    tls: TlsKind = "implicit"
    ca_file: OptionalLine = ""
    user: Line
    auth: Literal["password", "microsoft", "google", "command"] = "password"
    tenant: OptionalLine = ""
    client_id: OptionalLine = ""
    command: list[Line] = []
    authority: OptionalUrl = ""
    recoverable: Literal["off", "look", "delete"] = "off"
    graph: OptionalUrl = ""
    handled_elsewhere: Literal["ask", "trust"] = "ask"
    level_counters: bool = True
    platform: Literal["auto", "pipelined", "old", "exchange", "gmail"] = "auto"
    password: SecretStr = SecretStr("")
    client_secret: SecretStr = SecretStr("")
    certificate: SecretStr = SecretStr("")
    service_account: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")

    @field_validator("tls")
    @classmethod
    def _tls(cls, value: str, info: ValidationInfo) -> str:
        return only_to_ourselves(value, info.data.get("host"))

    @field_validator("tenant")
    @classmethod
    def _tenant(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.data.get("auth") == "microsoft":
            raise wrong(
                "Microsoft needs to know whose directory it is.", "Fill in the tenant: its identifier or domain."
            )
        if value and not rules.TENANT.fullmatch(value):
            raise wrong("This is no tenant.", 'Give its identifier, or a domain such as "school.onmicrosoft.com".')
        return value

    @field_validator("client_id")
    @classmethod
    def _client_id(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.data.get("auth") == "microsoft":
            raise wrong("The application is missing.", "Fill in client_id: the application (client) identifier.")
        return value

    @field_validator("recoverable")
    @classmethod
    def _recoverable(cls, value: str, info: ValidationInfo) -> str:
        if value != "off" and info.data.get("auth", "microsoft") != "microsoft":
            raise wrong("Recoverable Items are Microsoft's.", 'Use "off", or auth = "microsoft".')
        return value

    @field_validator("command")
    @classmethod
    def _command(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("auth") == "command" and not (value and value[0].startswith("/")):
            raise wrong(
                "The command that prints a token is missing.", 'Give its full path, as ["/usr/local/bin/token"].'
            )
        return value
