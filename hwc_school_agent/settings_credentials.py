"""Passwords and keys, each a file: systemd credentials, or a directory only the service's account may read."""

from __future__ import annotations

import difflib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from hwc_school_agent.settings_faults import Fault

#: Encrypts the signing key of the ledger on disk. Optional, and of no section of the file.
LEDGER_KEY = "ledger.key"
#: The credentials this version reads; the file of ``mailbox.password`` is called ``mailbox__password``.
KEYS = (
    "mailbox.password",
    "mailbox.client_secret",
    "mailbox.certificate",
    "mailbox.service_account",
    "mailbox.refresh_token",
    "submission.password",
    LEDGER_KEY,
)
#: These are files as somebody else made them (PEM, JSON), of many lines; the others are one line.
_WHOLE = {
    "mailbox.certificate": (
        "-----BEGIN",
        "Put the private key and the certificate (PEM) into it, one after the other.",
    ),
    "mailbox.service_account": ("{", "Use the JSON file that Google gave for the service account, unchanged."),
}
_LIMIT = 65536


@dataclass(slots=True)
class Credentials:
    """What the directory holds. ``repr`` shows no secret."""

    directory: Path | None
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    faults: list[Fault] = field(default_factory=list)
    other_names: tuple[str, ...] = ()

    def wanted(self, key: str) -> tuple[str, str]:
        """Why there is no secret for ``key`` and what to do about it."""
        name = file_name(key)
        what = "password" if key.endswith("password") else "credential"
        if self.directory is None:
            return (
                f"The {what} is missing: no directory with credentials was given.",
                f"Load the credential {name} in the service unit, or pass --credentials DIR with a file {name}.",
            )
        alike = difflib.get_close_matches(name, self.other_names, 1, 0.75)
        if alike:
            return f"The {what} is missing: there is no file {name}.", f"Rename {alike[0]} to {name}, if that is it."
        return (
            f"The {what} is missing: there is no file {name} in the directory with credentials.",
            f"Write the {what} to {self.directory / name}, mode 0600.",
        )


def file_name(key: str) -> str:
    """``mailbox.password`` is kept in the file ``mailbox__password``."""
    return key.replace(".", "__")


def read_credentials(given: Path | None) -> Credentials:
    """Read the known credentials from ``given`` (--credentials), else from systemd's ``$CREDENTIALS_DIRECTORY``.

    Never raises; what is wrong stands in ``faults``.
    """
    ours = os.environ.get("CREDENTIALS_DIRECTORY", "")
    directory = given or (Path(ours) if ours else None)
    found = Credentials(directory)
    if directory is None:
        return found
    try:
        names = sorted(os.listdir(directory))
    except OSError as error:
        found.faults.append(
            Fault(
                "credentials",
                None,
                f"The directory cannot be read ({os.strerror(error.errno or 0)}).",
                "It must exist and the service's account must be allowed to list it.",
                str(directory),
            )
        )
        return found
    found.other_names = tuple(n for n in names if n.isprintable() and n not in {file_name(k) for k in KEYS})
    for key in KEYS:
        if file_name(key) in names:
            _read(found, key, directory / file_name(key), by_systemd=bool(ours) and directory == Path(ours))
    return found


def _read(found: Credentials, key: str, path: Path, *, by_systemd: bool) -> None:
    def fault(sentence: str, remedy: str) -> None:
        found.faults.append(Fault(key, None, sentence, remedy, str(path)))

    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            about = os.fstat(fd)
            if not stat.S_ISREG(about.st_mode):
                return fault("This is not a file.", "Write the password to a plain file, mode 0600.")
            data = os.read(fd, _LIMIT)
        finally:
            os.close(fd)
    except OSError as error:
        return fault(
            f"The file cannot be read ({os.strerror(error.errno or 0)}).",
            "It must belong to the service's account, mode 0600.",
        )
    # systemd hands its files to the account with an ACL, which shows as a group bit in the mode: that is fine there.
    if about.st_mode & (0o007 if by_systemd else 0o077):
        return fault("Others on this machine can read the file.", f"chmod 600 {path}, and change the password.")
    if not by_systemd and about.st_uid not in (0, os.geteuid()):
        return fault("The file belongs to another account.", "Let it belong to root or to the service's account.")
    text = data.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    if key in _WHOLE:
        beginning, remedy = _WHOLE[key]
        whole = "PRIVATE KEY" in text and "BEGIN CERTIFICATE" in text if key.endswith("certificate") else True
        if not text.lstrip().startswith(beginning) or not whole or len(data) == _LIMIT or "\ufffd" in text:
            return fault("The file does not hold what it should.", remedy)
        found.secrets[key] = text
        return None
    if not text:
        return fault("The file is empty.", "Write the password to it, on one line.")
    if len(data) == _LIMIT or not text.isprintable() or "\ufffd" in text:
        return fault("The file does not hold one line of readable text.", "Write only the password to it, in UTF-8.")
    found.secrets[key] = text
    return None
