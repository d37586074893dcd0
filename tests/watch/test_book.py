"""What watch remembers: nothing is lost, nothing is suppressed, and a finish needs a note or trust."""

from __future__ import annotations

import itertools

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hwc_school_agent.domain.outcome import Answered, FolderRole, Kind, Said, Word
from hwc_school_agent.domain.signal import Mark, Place, Sighting
from hwc_school_agent.watch.book import Book


def place(uid: int, role: FolderRole = FolderRole.INBOX) -> Place:
    return Place(role.value, role, 1, uid)


def sighting(uid: int, *flags: str, role: FolderRole = FolderRole.INBOX) -> Sighting:
    return Sighting(place(uid, role), frozenset(flags), 1000.0 + uid)


def book(*, trust: bool = False) -> Book:
    count = itertools.count()
    return Book(trust=trust, secret=b"k" * 32, token=lambda: f"h{next(count)}")


MARKS = {"inbox": Mark(1, 9)}


def test_a_new_message_is_triaged_once_and_waits_after_the_word() -> None:
    b = book()
    first = b.see([sighting(1)], MARKS, 1.0)
    assert [e.place for e in first.triage] == [place(1)]
    assert b.see([sighting(1)], MARKS, 2.0).triage == ()
    assert b.waiting() == ()
    assert b.learn(first.triage[0].handle, Kind.SIGNAL, 1.0)
    assert [w.place for w in b.waiting()] == [place(1)]


def test_what_the_server_tells_of_is_triaged_before_the_look_and_once() -> None:
    b = book()
    entry = b.came(sighting(1))
    assert entry is not None
    assert (entry.place, entry.arrived) == (place(1), 1001.0)
    assert b.came(sighting(1)) is None
    b.learn(entry.handle, Kind.SIGNAL, 1.0)
    assert b.see([sighting(1)], MARKS, 2.0).triage == ()
    assert [w.place for w in b.waiting()] == [place(1)]
    b.see([], MARKS, 3.0)  # the look has the last word
    assert b.waiting() == ()


def test_what_somebody_has_touched_is_left_to_the_look() -> None:
    for flag in ("\\seen", "\\flagged", "\\answered", "\\deleted"):
        assert book().came(sighting(1, flag)) is None


def test_nobody_mail_does_not_wait_and_unclear_does() -> None:
    b = book()
    one, two = b.see([sighting(1), sighting(2)], MARKS, 1.0).triage
    assert not b.learn(one.handle, Kind.NOBODY, 1.0)
    assert b.learn(two.handle, Kind.UNCLEAR, 1.0)
    assert [w.place.uid for w in b.waiting()] == [2]


def test_two_equal_signals_are_two() -> None:
    b = book()
    for entry in b.see([sighting(1), sighting(2)], MARKS, 1.0).triage:
        b.learn(entry.handle, Kind.SIGNAL, 1.0)
    assert len(b.waiting()) == 2


def test_a_flag_of_somebody_else_is_not_believed() -> None:
    b = book()
    seen = b.see([sighting(1, "\\seen", "\\flagged", "\\answered", "\\deleted")], MARKS, 1.0)
    assert seen.finish == ()
    b.learn(seen.triage[0].handle, Kind.SIGNAL, 1.0)
    assert b.waiting()[0].elsewhere


def test_under_trust_what_was_read_and_flagged_is_finished_but_never_what_is_unread() -> None:
    b = book(trust=True)
    seen = b.see([sighting(1, "\\flagged", "\\seen"), sighting(2, "\\flagged")], MARKS, 1.0)
    assert len(seen.finish) == 1
    errand = b.errand(seen.finish[0])
    assert errand is not None
    assert errand.job.elsewhere
    assert errand.job.place == place(1)
    assert [e.place for e in seen.triage] == [place(2)]


def test_unread_in_the_trash_waits_under_trust_too() -> None:
    b = book(trust=True)
    seen = b.see([sighting(1, role=FolderRole.TRASH), sighting(2, "\\seen", role=FolderRole.TRASH)], MARKS, 1.0)
    assert [e.place.uid for e in seen.triage] == [1]
    assert len(seen.finish) == 1


def test_confirmed_is_noted_finished_and_the_note_ends_with_it() -> None:
    b = book()
    [entry] = b.see([sighting(1)], MARKS, 1.0).triage
    b.learn(entry.handle, Kind.SIGNAL, 1.0)
    assert b.confirm(entry.handle, "anouk", Answered.READ, 2.0)
    assert not b.confirm(entry.handle, "bram", Answered.READ, 2.0), "the second press changes nothing"
    assert b.waiting() == ()
    # seen again with its flag: on its way, not waiting, not begun twice
    seen = b.see([sighting(1, "\\flagged")], MARKS, 3.0)
    assert (seen.triage, seen.finish) == ((), ())
    b.said(entry.handle, Said(Word.PURGE_FAILED, FolderRole.TRASH), 4.0, 64.0)
    assert b.errand(entry.handle) is not None
    b.said(entry.handle, Said(Word.EMPTY), 5.0, None)
    assert b.errand(entry.handle) is None
    # a message at the same place with that flag is a stranger again
    seen = b.see([sighting(1, "\\flagged", "\\seen")], MARKS, 6.0)
    assert [e.elsewhere for e in seen.triage] == [True]


def test_the_telephone_does_not_change_what_the_person_answered() -> None:
    b = book()
    [entry] = b.see([sighting(1)], MARKS, 1.0).triage
    b.learn(entry.handle, Kind.SIGNAL, 1.0)
    b.confirm(entry.handle, "anouk", Answered.NOT_OURS, 2.0)
    b.said(entry.handle, Said(Word.RECEIPT_REFUSED), 3.0, None)
    assert b.phoned(entry.handle)
    errand = b.errand(entry.handle)
    assert errand is not None
    assert errand.job.answered is Answered.PHONED, "no receipt is owed"
    assert (errand.handled.answered, errand.handled.phoned) == (Answered.NOT_OURS, True)


def test_marks_stand_still_while_something_waits() -> None:
    b = book()
    b.see([], {"inbox": Mark(1, 5)}, 1.0)
    b.see([sighting(5)], {"inbox": Mark(1, 6)}, 2.0)
    assert b.marks == {"inbox": Mark(1, 5)}
    b.see([], {"inbox": Mark(1, 6)}, 3.0)
    assert b.marks == {"inbox": Mark(1, 6)}


FLAGS = st.frozensets(st.sampled_from(["\\seen", "\\flagged", "\\answered", "\\deleted"]))


class AnyDay(RuleBasedStateMachine):
    """Random days: messages come, are flagged by anybody, confirmed, finished, vanish."""

    def __init__(self) -> None:
        super().__init__()
        self.book = book()
        self.mailbox: dict[Place, frozenset[str]] = {}
        self.confirmed: set[Place] = set()
        self.uid = itertools.count(1)

    @rule(role=st.sampled_from([FolderRole.INBOX, FolderRole.JUNK, FolderRole.TRASH, FolderRole.OTHER]))
    def comes(self, role: FolderRole) -> None:
        self.mailbox[place(next(self.uid), role)] = frozenset()
        self.look()

    @rule(data=st.data(), flags=FLAGS)
    def somebody_flags(self, data: st.DataObject, flags: frozenset[str]) -> None:
        if self.mailbox:
            self.mailbox[data.draw(st.sampled_from(sorted(self.mailbox, key=str)))] = flags
            self.look()

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        if waiting := self.book.waiting():
            w = data.draw(st.sampled_from(waiting))
            self.mailbox[w.place] |= {"\\flagged"}
            assert self.book.confirm(w.handle, "anouk", Answered.READ, 1.0)
            self.confirmed.add(w.place)

    @rule(data=st.data(), good=st.booleans())
    def finish(self, data: st.DataObject, good: bool) -> None:
        if jobs := self.book.jobs():
            job = data.draw(st.sampled_from(jobs))
            assert job.place in self.confirmed, "nothing is finished that no person confirmed (P8)"
            handle = next(h.handle for h in self.book.handled() if (e := self.book.errand(h.handle)) and e.job == job)
            self.book.said(handle, Said(Word.EMPTY if good else Word.UNREACHABLE), 2.0, None if good else 62.0)
            if good:
                self.mailbox.pop(job.place, None)
                self.confirmed.discard(job.place)
            self.look()

    @rule()
    def look(self) -> None:
        sightings = [Sighting(p, f, 1.0) for p, f in self.mailbox.items()]
        for entry in self.book.see(sightings, MARKS, 1.0).triage:
            self.book.learn(entry.handle, Kind.SIGNAL, 1.0)

    @invariant()
    def nothing_is_lost(self) -> None:
        waiting = {w.place for w in self.book.waiting()}
        under_way = {j.place for j in self.book.jobs()}
        assert set(self.mailbox) <= waiting | under_way, "every message waits or is on its way (P1)"
        assert not waiting & under_way


AnyDay.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAnyDay = AnyDay.TestCase
