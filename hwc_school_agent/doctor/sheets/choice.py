"""Which page: by what the settings say of the platform."""

from __future__ import annotations

from hwc_school_agent.doctor.sheets import google, microsoft, plain
from hwc_school_agent.doctor.sheets.sheet import Sheet
from hwc_school_agent.settings import Auth, Mailbox, Settings

PLATFORMS = {"microsoft": microsoft.sheet, "google": google.sheet, "plain": plain.sheet}
_HOSTS = {"microsoft": ("office365.com", "outlook.com"), "google": ("gmail.com", "googlemail.com")}


def platform_of(mailbox: Mailbox) -> str:
    """``microsoft``, ``google`` or ``plain``."""
    if mailbox.auth is Auth.MICROSOFT:
        return "microsoft"
    if mailbox.auth is Auth.GOOGLE:
        return "google"
    host = mailbox.host.lower().rstrip(".")
    for platform, ends in _HOSTS.items():
        if any(host == end or host.endswith(f".{end}") for end in ends):
            return platform
    return "plain"


def sheet_of(settings: Settings, platform: str | None) -> Sheet:
    """The page for ``platform``, or for the one that the settings show."""
    return PLATFORMS[platform or platform_of(settings.mailbox)](settings)
