"""``keys show|rotate|new``: the key changes, the past stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwc_school_agent.cli_keys import make_key
from hwc_school_agent.domain.signed_note import parse_compact
from hwc_school_agent.proof import beginning, change_key, keys, ledger
from hwc_school_agent.proof.damage import Damage, LedgerDamaged
from hwc_school_agent.proof.verify import HOLDS, verify
from tests.cli.conftest import Hwc
from tests.cli.conftest import hwc as hwc  # the fixture
from tests.proof.scene import CALENDAR, MONDAY, OLD, entry

CONFIG = """
[school]
name = "x"
[mailbox]
host = "mail.school.example"
user = "hwc"
[submission]
host = "mail.school.example"
from = "hwc@school.example"
[state]
directory = "state"
"""


@pytest.fixture
def school(tmp_path: Path) -> tuple[str, ...]:
    """Options of a school whose ledger has one day."""
    (tmp_path / "config.toml").write_text(CONFIG)
    beginning.ensure(tmp_path / "state", "", MONDAY)
    (key,) = keys.read_keys(tmp_path / "state", "")
    (tmp_path / "state" / "ledger").write_bytes(
        ledger.read(tmp_path / "state").written(entry(MONDAY), CALENDAR, key).data()
    )
    return "--config", str(tmp_path / "config.toml")


def words(out: str) -> str:
    return next(row.strip() for row in out.splitlines() if len(row.split()) == 9 and row.startswith("  "))


def test_show_tells_words_and_head(hwc: Hwc, school: tuple[str, ...], tmp_path: Path) -> None:
    said = hwc(*school, "keys", "show")
    assert said.code == 0
    data = (tmp_path / "state" / "ledger").read_bytes()
    head = next(row for row in said.out.split() if row.startswith("HWC1:"))
    assert parse_compact(head)[0] == ledger.read(tmp_path / "state").note
    assert verify(data, words=words(said.out), head=head.encode()).code == HOLDS
    assert "onversleuteld" in said.out


def test_rotation_goes_on_with_the_same_chain(hwc: Hwc, school: tuple[str, ...], tmp_path: Path) -> None:
    before = words(hwc(*school, "keys", "show").out)
    after = words(hwc(*school, "keys", "rotate").out)
    assert before != after
    data = (tmp_path / "state" / "ledger").read_bytes()
    for each in (before, after):
        assert verify(data, words=each).code == HOLDS
    assert len(keys.read_keys(tmp_path / "state", "")) == 1


def test_rotation_with_a_credential_encrypts(hwc: Hwc, school: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "ledger__key").touch(0o600)
    (folder / "ledger__key").write_text("een heel lang geheim\n")
    assert hwc(*school, "--credentials", folder, "keys", "rotate").code == 0
    assert keys.is_encrypted(tmp_path / "state")
    assert "onversleuteld" not in hwc(*school, "keys", "show").out
    locked = hwc(*school, "keys", "rotate")
    assert (locked.code, "ledger__key" in locked.err) == (1, True)


@pytest.mark.parametrize("lost", ["ledger.key", "ledger", "nothing"])
def test_a_new_key_without_the_old_one(hwc: Hwc, school: tuple[str, ...], tmp_path: Path, lost: str) -> None:
    state = tmp_path / "state"
    (state / lost).unlink(missing_ok=True)
    assert hwc(*school, "keys", "show").code == (1 if lost != "nothing" else 0) or lost == "ledger.key"
    said = hwc(*school, "keys", "new", "--yes")
    assert said.code == 0, said.err
    book = ledger.read(state)
    assert [d.day for d in book.days] == ([] if lost == "ledger" else [MONDAY])
    assert verify((state / "ledger").read_bytes(), words=words(said.out)).code == HOLDS
    ledger.key_for(book, keys.read_keys(state, ""))


def test_a_damaged_ledger_is_not_written_over(hwc: Hwc, school: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "state" / "ledger"
    path.write_bytes(path.read_bytes()[:-1])
    before = path.read_bytes()
    said = hwc(*school, "keys", "new", "--yes")
    assert (said.code, "niet heel" in said.err) == (1, True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("broken_off", [1, 2])
def test_a_crash_in_a_rotation_loses_neither_key(
    school: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_off: int
) -> None:
    """After the first and after the second of its three files."""
    state, calls = tmp_path / "state", []

    def stopping(what: object) -> object:
        def call(*arguments: object, **more: object) -> None:
            if len(calls) == broken_off:
                raise KeyboardInterrupt
            calls.append(1)
            what(*arguments, **more)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patch:
        patch.setattr(keys, "write_keys", stopping(keys.write_keys))
        patch.setattr(change_key, "replace_file", stopping(change_key.replace_file))
        with pytest.raises(KeyboardInterrupt):
            change_key.rotated(state, "")
    book = ledger.read(state)
    key = ledger.key_for(book, keys.read_keys(state, ""))
    assert ledger.checked(book.written(entry(MONDAY.replace(day=24)), CALENDAR, key).data())


def test_init_makes_the_key_where_there_is_a_state_directory(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    make_key(tmp_path / "config.toml", None)
    assert not (tmp_path / "state").exists(), "its owner is for the service to decide"
    (tmp_path / "state").mkdir()
    make_key(tmp_path / "config.toml", None)
    assert ledger.key_for(ledger.read(tmp_path / "state"), keys.read_keys(tmp_path / "state", ""))


def test_an_encrypted_key_is_not_replaced_by_an_open_one(tmp_path: Path) -> None:
    beginning.ensure(tmp_path, "geheim", MONDAY)
    for change in (lambda: change_key.rotated(tmp_path, ""), lambda: change_key.renewed(tmp_path, "", MONDAY)):
        with pytest.raises(LedgerDamaged) as wrong:
            change()
        assert wrong.value.damage is Damage.KEY_LOCKED
    assert OLD.public not in (tmp_path / "ledger").read_bytes()
