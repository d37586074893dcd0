"""Run verbs as an administrator does."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hwc_school_agent import cli
from hwc_school_agent.settings import Settings
from hwc_school_agent.settings_reader import as_text


@dataclass(frozen=True, slots=True)
class Ended:
    """How a verb ended."""

    code: int
    out: str = field(repr=False)
    err: str = field(repr=False)


Hwc = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HWC_CONFIG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hwc(capfd: pytest.CaptureFixture[str]) -> Hwc:
    """Call a verb in this process. Nothing may ever print a traceback."""

    def hwc(*words: str | Path) -> Ended:
        mask = os.umask(0o022)
        os.umask(mask)
        environment = dict(os.environ)
        code = cli.main([str(word) for word in words])
        os.environ.clear()  # ``bell`` names its language there
        os.environ.update(environment)
        os.umask(mask)  # verbs harden their process, which is this one
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Ended(code, out, err)

    return hwc


def write(settings: Settings, folder: Path) -> tuple[str, ...]:
    """Settings as files: the options ``--config FILE --credentials DIR``."""
    credentials = folder / "credentials"
    credentials.mkdir(mode=0o700, exist_ok=True)
    for name, secret in (("mailbox", settings.mailbox.password), ("submission", settings.submission.password)):
        path = credentials / f"{name}__password"
        path.unlink(missing_ok=True)
        if secret:
            path.touch(mode=0o600)
            path.write_text(secret.reveal())
    config = folder / "config.toml"
    config.write_text(as_text(settings))
    return "--config", str(config), "--credentials", str(credentials)
