"""The staff file: what is in it, who may read it, what cannot be done."""

from __future__ import annotations

import json
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent import staff_file
from hwc_school_agent.domain.staff import PASSKEYS_MOST, Passkey, Person, Role

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


KEY = Passkey("aWQ", "a2V5", "dXNlcg", "localhost")


def test_a_code_is_a_pass_phrase_that_ends(tmp_path: Path) -> None:
    person = staff_file.add(tmp_path, "anouk", Role.CONTACT, staff_file.Code("ABCD2345WXYZ", 1000.0))
    assert "ABCD" not in (tmp_path / staff_file.FILE).read_text()
    assert staff_file.verify(person.secret(999.0), person.typed(" abcd-2345 wxyz"))
    assert not staff_file.verify(person.secret(999.0), person.typed("abcd-2345-wxyy"))
    assert person.secret(1000.0) == ""
    staff_file.reset(tmp_path, "anouk", PHRASE)
    [person] = staff_file.people(tmp_path)
    assert person.secret(1e12)
    assert person.typed(PHRASE) == PHRASE


def test_a_passkey_uses_the_code_up_and_leaves_a_pass_phrase(tmp_path: Path) -> None:
    staff_file.add(tmp_path, "anouk", Role.CONTACT, staff_file.Code("ABCD2345WXYZ", 1000.0))
    staff_file.add(tmp_path, "bram", Role.BACKUP, PHRASE)
    anouk, bram = staff_file.people(tmp_path)
    staff_file.add_passkey(tmp_path, "anouk", anouk.stamp, KEY)
    staff_file.add_passkey(tmp_path, "bram", bram.stamp, replace(KEY, id="Ynk"))
    after = staff_file.people(tmp_path)
    assert [(p.hash, p.code_until, len(p.passkeys)) for p in after] == [("", None, 1), (bram.hash, None, 1)]
    assert [p.stamp for p in after] == [anouk.stamp, bram.stamp], "nobody is thrown out by a key of their own"


def test_a_passkey_that_cannot_be_added(tmp_path: Path) -> None:
    anouk = staff_file.add(tmp_path, "anouk", Role.CONTACT, PHRASE)
    with pytest.raises(staff_file.NameUnknown):
        staff_file.add_passkey(tmp_path, "anouk", "older", KEY)
    for n in range(PASSKEYS_MOST):
        staff_file.add_passkey(tmp_path, "anouk", anouk.stamp, replace(KEY, id=f"a{n}"))
    with pytest.raises(staff_file.NoRoom):
        staff_file.add_passkey(tmp_path, "anouk", anouk.stamp, KEY)
    bram = staff_file.add(tmp_path, "bram", Role.BACKUP, PHRASE)
    with pytest.raises(staff_file.NameUnknown):  # one key, one person
        staff_file.add_passkey(tmp_path, "bram", bram.stamp, replace(KEY, id="a0"))


def test_what_the_administrator_changes_ends_what_was(tmp_path: Path) -> None:
    stamps = [staff_file.add(tmp_path, "anouk", Role.CONTACT, PHRASE).stamp]
    staff_file.add_passkey(tmp_path, "anouk", stamps[0], KEY)

    def now() -> Person:
        return staff_file.people(tmp_path)[0]

    staff_file.change_role(tmp_path, "Anouk", Role.HEAD)
    stamps.append(now().stamp)
    assert (now().role, now().passkeys) == (Role.HEAD, (KEY,))
    staff_file.reset(tmp_path, "anouk", PHRASE)
    stamps.append(now().stamp)
    assert now().passkeys == ()
    staff_file.remove(tmp_path, "anouk")
    stamps.append(staff_file.add(tmp_path, "anouk", Role.HEAD, PHRASE).stamp)
    assert len(set(stamps)) == 4
    assert all(stamps)


def test_a_list_from_before_there_were_passkeys(tmp_path: Path) -> None:
    entry = {"name": "anouk", "role": "contact", "hash": "h"}
    (tmp_path / staff_file.FILE).write_text(json.dumps({"people": [entry]}))
    assert staff_file.people(tmp_path) == (Person("anouk", Role.CONTACT, "h"),)


def test_nothing_of_use_is_in_it(tmp_path: Path) -> None:
    """A passkey has a counter, a model and a date; whoever keeps them can tell who was where, and when."""
    anouk = staff_file.add(tmp_path, "anouk", Role.CONTACT, PHRASE)
    staff_file.add_passkey(tmp_path, "anouk", anouk.stamp, KEY)
    [entry] = json.loads((tmp_path / staff_file.FILE).read_text())["people"]
    assert set(entry) == {"name", "role", "hash", "code_until", "passkeys", "stamp"}
    assert set(entry["passkeys"][0]) == {"id", "public", "user", "site"}


def test_reading_leaves_no_time(tmp_path: Path) -> None:
    staff_file.add(tmp_path, "anouk", Role.CONTACT, PHRASE)
    path = tmp_path / staff_file.FILE
    os.utime(path, ns=(10**18, path.stat().st_mtime_ns))  # read before it was written: any reading would be noted
    assert staff_file.people(tmp_path)
    assert path.stat().st_atime_ns == 10**18
    path.read_bytes()
    if path.stat().st_atime_ns == 10**18:
        pytest.skip("this file system keeps no times of reading")
