"""The staff file: what is in it, who may read it, what cannot be done."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from hwc_school_agent import staff_file
from hwc_school_agent.domain.staff import Role

PHRASE = "vier gele tulpen buiten"


def test_add_list_reset_remove(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert staff_file.people(state) == ()
    staff_file.add(state, " Contactpersoon ", Role.CONTACT, PHRASE)
    staff_file.add(state, "achterwacht", Role.BACKUP, PHRASE)
    first, second = staff_file.people(state)
    assert (first.name, first.role, second.role) == ("Contactpersoon", Role.CONTACT, Role.BACKUP)
    assert staff_file.verify(first.hash, PHRASE)
    assert first.hash != second.hash  # salted
    staff_file.reset(state, "CONTACTPERSOON", "een heel andere zin")
    assert not staff_file.verify(staff_file.people(state)[0].hash, PHRASE)
    staff_file.remove(state, "contactpersoon")
    assert [p.name for p in staff_file.people(state)] == ["achterwacht"]


def test_only_the_owner_reads_it_and_no_phrase_is_in_it(tmp_path: Path) -> None:
    person = staff_file.add(tmp_path, "contactpersoon", Role.CONTACT, PHRASE)
    path = tmp_path / staff_file.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert PHRASE not in path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == [staff_file.FILE]
    assert person.hash not in repr(person)


def test_the_same_letters_typed_on_another_machine(tmp_path: Path) -> None:
    staff_file.add(tmp_path, "c", Role.CONTACT, "caf\u00e9 om de hoek")
    assert staff_file.verify(staff_file.people(tmp_path)[0].hash, "cafe\u0301 om de hoek")


@pytest.mark.parametrize(
    ("name", "phrase", "error"),
    [
        ("CONTACTpersoon", PHRASE, staff_file.NameTaken),
        ("", PHRASE, staff_file.BadName),
        ("x" * 65, PHRASE, staff_file.BadName),
        ("a\x00b", PHRASE, staff_file.BadName),
        ("nieuw", "elf tekens.", staff_file.BadPassphrase),
        ("nieuw", "x" * 257, staff_file.BadPassphrase),
        ("nieuw", "regel een\nregel twee", staff_file.BadPassphrase),
    ],
)
def test_what_cannot_be_added(tmp_path: Path, name: str, phrase: str, error: type[staff_file.StaffError]) -> None:
    staff_file.add(tmp_path, "contactpersoon", Role.CONTACT, PHRASE)
    with pytest.raises(error) as caught:
        staff_file.add(tmp_path, name, Role.BACKUP, phrase)
    assert str(caught.value) == error.text
    assert len(staff_file.people(tmp_path)) == 1


def test_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(staff_file.NameUnknown):
        staff_file.remove(tmp_path, "niemand")
    with pytest.raises(staff_file.NameUnknown):
        staff_file.reset(tmp_path, "niemand", PHRASE)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        '{"people": [{}]}',
        '{"people": [{"name": "a", "role": "king", "hash": "h"}]}',
        '{"people": [{"name": "", "role": "head", "hash": "h"}]}',
        json.dumps({"people": [{"name": n, "role": "head", "hash": "h"} for n in ("a", "A")]}),
    ],
)
def test_a_damaged_file_lets_nobody_in_and_is_not_overwritten(tmp_path: Path, data: str) -> None:
    (tmp_path / staff_file.FILE).write_text(data)
    with pytest.raises(staff_file.FileDamaged):
        staff_file.people(tmp_path)
    with pytest.raises(staff_file.FileDamaged):
        staff_file.add(tmp_path, "contactpersoon", Role.CONTACT, PHRASE)
    assert (tmp_path / staff_file.FILE).read_text() == data


def test_a_hash_that_is_none_fits_nothing() -> None:
    assert not staff_file.verify("not a hash", PHRASE)
    assert not staff_file.verify(staff_file.NOBODY, "")


def _add(folder: Path, n: int) -> None:
    staff_file.add(folder, f"naam {n}", Role.HEAD, PHRASE)


def test_two_administrators_at_once(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_add, args=(tmp_path, n)) for n in range(6)]
    for w in workers:
        w.start()
    for w in workers:
        w.join(60)
    assert len(staff_file.people(tmp_path)) == 6
