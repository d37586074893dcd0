"""``check`` and ``close`` against a real mailbox and the agent's real control socket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hwc_school_agent import cli_mailbox
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole, Said, Word
from hwc_school_agent.host import lock
from hwc_school_agent.settings import Settings
from hwc_school_agent.settings_reader import read
from tests.cli.conftest import Hwc, write
from tests.helpers import settings_for, signal_mail, unique_child
from tests.servers import MailServer, free_port

AGENT = """
import sys
from pathlib import Path
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.watch.control import Control
from hwc_school_agent.watch.loop import Loop
loop = Loop(SystemClock())
later = lambda answer: loop.call_later(0.2, lambda: answer(sys.argv[2]))
control = Control(Path(sys.argv[1]), loop, {"close": later})
control.open()
print("ready", flush=True)
loop.run()
"""


@contextmanager
def agent(settings: Settings, answer: str) -> Iterator[None]:
    """The control socket of a running agent that closes the day with this word."""
    directory = settings.state.runtime_directory
    directory.mkdir(parents=True, exist_ok=True)
    running = subprocess.Popen([sys.executable, "-c", AGENT, str(directory), answer], stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        yield
    finally:
        running.terminate()
        running.wait(30)
        if running.stdout is not None:
            running.stdout.close()


@pytest.fixture
def options(dovecot: MailServer, tmp_path: Path) -> tuple[str, ...]:
    return write(settings_for(dovecot, None, tmp_path), tmp_path)


def settings_in(options: tuple[str, ...]) -> Settings:
    return read(Path(options[1]), Path(options[3]))


def test_check_says_the_same_with_and_without_a_signal(dovecot: MailServer, options: tuple[str, ...], hwc: Hwc) -> None:
    before = hwc(*options, "check")
    assert before.code == 0
    assert before.out.startswith("De postbus is bereikbaar: ")
    assert before.out.endswith(" mappen gezien.\n")
    assert int(before.out.split()[4]) > 1
    child = unique_child()
    dovecot.deliver(signal_mail(child.name, child.born))
    assert hwc(*options, "check") == before
    with dovecot.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert len(client.search("UNSEEN")) == 1, "it is there, and nobody has seen it"


DOCTOR = "Voer ‘hwc-school-agent doctor’ uit: dat zegt wat je kunt doen."


def test_check_without_a_server(options: tuple[str, ...], hwc: Hwc) -> None:
    config = Path(options[1])
    port = settings_in(options).mailbox.port
    config.write_text(config.read_text().replace(f"port = {port}", f"port = {free_port()}"))
    ended = hwc(*options, "check")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == f"De postbus is niet bereikbaar: de mailserver geeft geen antwoord. {DOCTOR}\n"


def test_check_with_a_wrong_password(options: tuple[str, ...], hwc: Hwc) -> None:
    (Path(options[3]) / "mailbox__password").write_text("fout")
    ended = hwc(*options, "check")
    assert ended.code == 3
    assert "weigert de gebruikersnaam of het wachtwoord" in ended.err


def test_check_with_a_name_that_does_not_resolve(options: tuple[str, ...], hwc: Hwc) -> None:
    config = Path(options[1])
    config.write_text(config.read_text().replace('host = "127.0.0.1"', 'host = "nergens.invalid"'))
    ended = hwc(*options, "check")
    assert ended.code == 3
    assert ended.err == f"De postbus is niet bereikbaar: de naam van de mailserver is niet te vinden. {DOCTOR}\n"


def test_check_with_a_wrong_configuration(options: tuple[str, ...], hwc: Hwc) -> None:
    (Path(options[3]) / "mailbox__password").unlink()
    ended = hwc(*options, "check")
    assert ended.code == 78
    assert "mailbox.password" in ended.err


@pytest.mark.parametrize(
    ("word", "code", "sentence"),
    [
        ("empty", 0, "De dag is gesloten: van wat is afgehandeld, staat niets meer in de postbus."),
        ("clean", 0, "De dag is gesloten: van wat is afgehandeld, staat niets meer in de postbus."),
        (
            "left trash",
            4,
            "De dag is niet gesloten: er staat nog afgehandelde mail in de prullenbak. Kijk of een regel die terugzet.",
        ),
        (
            "unreachable",
            3,
            "De dag is niet gesloten: de postbus is niet bereikbaar. Voer ‘hwc-school-agent check’ uit.",
        ),
        ("failed", 1, "De dag is niet gesloten. Probeer het straks opnieuw."),
        ("something from another version", 1, "De dag is niet gesloten. Probeer het straks opnieuw."),
    ],
)
def test_close_asks_the_agent(word: str, code: int, sentence: str, tmp_path: Path, hwc: Hwc) -> None:
    """No password is needed for that: the agent has it."""
    config = tmp_path / "config.toml"
    config.write_text(
        '[school]\nname = "x"\n[mailbox]\nhost = "a.example"\nuser = "u"\n[submission]\nhost = "a.example"\n'
        'from = "a@a.example"\n[state]\nruntime_directory = "run"\n'
    )
    with agent(read(config, None, need_passwords=False), word):
        ended = hwc("--config", config, "close")
    assert (ended.code, (ended.out + ended.err).strip()) == (code, sentence)
    assert bool(ended.out) == (code == 0)


def test_close_does_not_go_round_an_agent_that_is_silent(options: tuple[str, ...], hwc: Hwc) -> None:
    settings = settings_in(options)
    held = lock.hold(settings.state.runtime_directory)
    try:
        ended = hwc(*options, "close")
    finally:
        os.close(held)
    assert (ended.code, ended.err) == (1, "De agent draait, maar geeft geen antwoord. Probeer het straks opnieuw.\n")


def test_close_without_an_agent(dovecot: MailServer, options: tuple[str, ...], hwc: Hwc) -> None:
    """Sweeps by itself, lets go of the lock, and leaves unread mail alone."""
    child = unique_child()
    dovecot.deliver(signal_mail(child.name, child.born))
    ended = hwc(*options, "close")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("De dag is gesloten")
    os.close(lock.hold(settings_in(options).state.runtime_directory))
    with dovecot.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert len(client.search("UNSEEN")) == 1


def test_close_without_an_agent_and_without_a_server(options: tuple[str, ...], hwc: Hwc) -> None:
    config = Path(options[1])
    port = settings_in(options).mailbox.port
    config.write_text(config.read_text().replace(f"port = {port}", f"port = {free_port()}"))
    ended = hwc(*options, "close")
    assert ended.code == 3
    assert ended.err.startswith("De dag is niet gesloten: de postbus is niet bereikbaar. Voer ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can step down")
def test_close_as_root_leaves_no_file_of_roots(options: tuple[str, ...]) -> None:
    """Whether it reaches the mailbox is not the question: the account may lack access to the test's Python and CA."""
    settings = settings_in(options)
    settings.state.directory.mkdir()
    os.chown(settings.state.directory, 65534, 65534)
    for folder in Path(options[1]).parents:  # the service's account has to get there
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    said = subprocess.run(
        [sys.executable, "-m", "hwc_school_agent", *options, "close"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode in (0, 3), said.stderr
    left = [*settings.state.directory.rglob("*"), *settings.state.runtime_directory.rglob("*")]
    assert {path.name for path in left} == {"installation.key", "agent.lock"}
    assert {path.stat().st_uid for path in (*left, settings.state.runtime_directory)} == {65534}


def test_every_word_has_a_sentence() -> None:
    for trouble in Trouble:
        assert cli_mailbox._TROUBLE[trouble].endswith(".")
    for word in Word:
        for role in (None, *FolderRole):
            sentence, code = cli_mailbox.closing(Said(word, role))
            assert "{" not in sentence
            assert code in (0, 1, 3, 4)
            assert (code == 0) == (word in (Word.EMPTY, Word.CLEAN))
