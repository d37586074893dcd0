"""The ledger on disk: whatever happens to it is found and said, and every changed byte counts."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from hwc_school_agent.domain.signed_note import NotANote
from hwc_school_agent.host.kept_file import replace_file
from hwc_school_agent.proof import beginning, keys, ledger
from hwc_school_agent.proof.damage import Damage, LedgerDamaged
from hwc_school_agent.proof.seal import SealBroken, Sealer, opened
from tests.proof.scene import MONDAY, NEW, OLD, OTHER, entry, rich, some_days


def damage_of(data: bytes) -> Damage | None:
    try:
        ledger.checked(data)
    except LedgerDamaged as wrong:
        return wrong.damage
    return None


# -- every changed byte ----------------------------------------------------------------------


def test_every_changed_byte_of_a_ledger_is_found() -> None:
    data = rich().data()
    assert damage_of(data) is None
    for at in range(len(data)):
        for put in {data[at] ^ 1, data[at] ^ 32, data[at] ^ 128, 10, 48, 65}:
            if put != data[at]:
                changed = data[:at] + bytes([put]) + data[at + 1 :]
                assert damage_of(changed) in (Damage.TORN, Damage.CHANGED), at


def test_every_cut_is_found() -> None:
    """Where a part ends a ledger is whole; all other lengths are torn."""
    data = rich().data()
    whole = len(ledger.data_of(rich().parts[:1]))
    assert [n for n in range(len(data)) if damage_of(data[:n]) is None] == [whole]
    assert damage_of(data[whole:]) is Damage.CHANGED, "the second part names a head that is not there"
    assert damage_of(data + b"\n") is Damage.TORN


def test_lines_left_out_swapped_or_repeated_are_found() -> None:
    rows = rich().data().splitlines(keepends=True)
    assert all(damage_of(b"".join(rows[:n] + rows[n + 1 :])) for n in range(len(rows)))
    assert all(damage_of(b"".join([*rows[:n], rows[n], *rows[n:]])) for n in range(len(rows)))
    swaps = [[*rows[:n], rows[n + 1], rows[n], *rows[n + 2 :]] for n in range(len(rows) - 1) if rows[n] != rows[n + 1]]
    assert all(damage_of(b"".join(each)) for each in swaps)


def test_nobody_without_the_key_can_write_another_past() -> None:
    true = some_days()
    better = ledger.sealed(some_days(days=3).current.extended(entry(MONDAY + timedelta(days=3))), OTHER)
    assert damage_of(ledger.data_of((better,))) is Damage.CHANGED
    assert damage_of(ledger.Ledger((ledger.replace(better, head=true.note),)).data()) is Damage.CHANGED


def test_a_change_of_keys_needs_both() -> None:
    good = some_days().rotated(OLD, NEW)
    assert damage_of(good.data()) is None
    for old, new in ((OTHER, NEW), (NEW, NEW)):
        assert damage_of(some_days().rotated(old, new).data()) is Damage.CHANGED


def test_a_lost_key_does_not_lose_the_past() -> None:
    ledger_now = some_days().begun_anew(OTHER, MONDAY + timedelta(days=8))
    again = ledger.checked(ledger_now.data())
    assert again.parts[0] == some_days().current
    assert again.current.before == some_days().head
    assert len(again.days) == 4


# -- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "een-lang-geheim"])
def test_beginning_and_reading(tmp_path: Path, secret: str) -> None:
    assert beginning.ensure(tmp_path, secret, MONDAY)
    assert not beginning.ensure(tmp_path, secret, MONDAY)
    assert sorted(os.listdir(tmp_path)) == ["ledger", "ledger.key"]
    assert {(tmp_path / f).stat().st_mode & 0o777 for f in os.listdir(tmp_path)} == {0o600}
    (key,) = keys.read_keys(tmp_path, secret)
    assert ledger.key_for(ledger.read(tmp_path), (key,)) == key
    assert keys.is_encrypted(tmp_path) is bool(secret)
    assert (key.seed in (tmp_path / "ledger.key").read_bytes()) is False
    assert repr(key).count("seed") == 0


def test_a_key_that_is_encrypted_needs_its_credential(tmp_path: Path) -> None:
    keys.write_keys(tmp_path, (OLD,), "juist")
    for secret in ("", "fout"):
        with pytest.raises(LedgerDamaged) as wrong:
            keys.read_keys(tmp_path, secret)
        assert wrong.value.damage is Damage.KEY_LOCKED


def test_every_damaged_key_file_is_said(tmp_path: Path) -> None:
    for secret in ("", "juist"):
        keys.write_keys(tmp_path, (OLD,), secret)
        data = (tmp_path / keys.FILE).read_bytes()
        for at in {*range(0, len(data), 7 if secret else 1), 29, 30, 36, 37}:
            (tmp_path / keys.FILE).write_bytes(data[:at])
            with pytest.raises(LedgerDamaged) as wrong:
                keys.read_keys(tmp_path, secret)
            assert wrong.value.damage in (Damage.KEY_BROKEN, Damage.KEY_LOCKED)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerDamaged) as wrong:
        ledger.read(tmp_path)
    assert wrong.value.damage is Damage.MISSING
    with pytest.raises(LedgerDamaged) as wrong:
        keys.read_keys(tmp_path, "")
    assert wrong.value.damage is Damage.KEY_MISSING


def test_a_ledger_of_another_machine_is_said() -> None:
    with pytest.raises(LedgerDamaged) as wrong:
        ledger.key_for(some_days(), (OTHER, NEW))
    assert wrong.value.damage is Damage.OTHER_KEY
    assert ledger.key_for(some_days().rotated(OLD, NEW), (OLD, NEW)) == NEW


def test_every_damage_has_a_sentence_and_a_remedy() -> None:
    assert len({d.number for d in Damage}) == len(Damage)
    for one in Damage:
        assert one.sentence.endswith(".")
        assert len(one.remedy) > 20


# -- replacing a file -----------------------------------------------------------------------


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on the size of files does to a child what a full disk does."""
    replace_file(tmp_path, "ledger", b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path; from hwc_school_agent.host.kept_file import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try: replace_file(Path(sys.argv[1]), 'ledger', b'x' * 200)\nexcept OSError as e: sys.exit(e.errno)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=False)
    assert ended.returncode == errno.EFBIG
    assert os.listdir(tmp_path) == ["ledger"]
    assert (tmp_path / "ledger").read_bytes() == b"old"


def test_what_a_killed_writer_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".ledger.new").write_bytes(b"half of someth")
    replace_file(tmp_path, "ledger", b"new", stamp=1_000_000_000.0)
    assert os.listdir(tmp_path) == ["ledger"]
    assert (tmp_path / "ledger").read_bytes() == b"new"
    assert (tmp_path / "ledger").stat().st_mtime == 1_000_000_000.0


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / ".ledger.new").symlink_to(tmp_path / "target")
    with pytest.raises(OSError):
        replace_file(tmp_path, "ledger", b"new")
    assert (tmp_path / "target").read_bytes() == b"mine"


def test_putting_opens_nothing_more(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from hwc_school_agent.host.kept_file import Prepared\n"
        "p = Prepared(Path(sys.argv[1]), 'ledger'); resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0)); p.put(b'x')"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=True)
    assert (tmp_path / "ledger").read_bytes() == b"x"


# -- sealed notes ---------------------------------------------------------------------------


def test_a_sealed_note_is_opened_from_text_and_from_the_word(tmp_path: Path) -> None:
    beginning.ensure(tmp_path, "", MONDAY)
    sealer = Sealer(tmp_path, "")
    text = "hwc-school-agent report 1\nmonth 2026-11\n\nlaatste regel é\n"
    for form in (sealer.seal(text), sealer.compact(text)):
        assert opened(form).text == text
        assert opened(form).words == sealer.words
        assert opened(form).origin == sealer.ledger.current.origin


def test_every_changed_byte_of_a_note_is_found(tmp_path: Path) -> None:
    beginning.ensure(tmp_path, "", MONDAY)
    sealer = Sealer(tmp_path, "")
    for form in (sealer.seal("month 2026-11\n"), sealer.compact("month 2026-11\n")):
        data = form.encode()
        for at in range(len(data)):
            for put in {data[at] ^ 1, data[at] ^ 32, 10, 65}:
                if put != data[at]:
                    changed = (data[:at] + bytes([put]) + data[at + 1 :]).decode("utf-8", "replace")
                    if changed.strip() != form.strip() or not form.startswith("HWC1"):
                        with pytest.raises((NotANote, SealBroken)):
                            opened(changed)


def test_a_text_that_no_note_can_carry(tmp_path: Path) -> None:
    beginning.ensure(tmp_path, "", MONDAY)
    for text in ("no newline", "bell\a\n"):
        with pytest.raises(NotANote):
            Sealer(tmp_path, "").seal(text)
