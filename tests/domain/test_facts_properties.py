"""What is read equals what was written, or nothing is read; and reading never raises."""

import unicodedata
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hwc_school_agent.domain.facts import read_facts

TODAY = date(2026, 11, 23)
MONTHS = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
]

first = st.sampled_from(
    [
        "Noor",
        "Sem",
        "Ayşe",
        "Łukasz",
        "Zoë",
        "Jan-Willem",
        "Mei",
        "April",
        "José",
        "D'Angelo",
        "IJsbrand",
        "Ben",
        "Tuğba",
        "Anne",
        "J.",
        "Xi",
        "Kind",
    ]
)
infix = st.sampled_from(
    ["", "", "van", "van den", "de", "el", "in 't", "van 't", "op den", "Van De", "ten", "dos", "van der"]
)
last = st.sampled_from(
    [
        "Jansen",
        "Berg",
        "Veld",
        "Boer",
        "Pieterse",
        "Yılmaz",
        "Wiśniewski",
        "Ven-van",
        "Smit-de",
        "O'Brien",
        "Mei",
        "Goed",
        "School",
        "Dag",
        "B.",
    ]
)
names = st.builds(lambda *parts: " ".join(filter(None, parts)), first, infix, last)
anything = st.text(st.characters(codec="utf-8", categories=("L", "M", "P", "Zs", "N")), min_size=1, max_size=30)
births = st.integers(4 * 366, 23 * 365).map(lambda days: TODAY - timedelta(days=days))
forms = st.sampled_from(
    [
        lambda d: f"{d.day}-{d.month}-{d.year}",
        lambda d: f"{d.day:02}/{d.month:02}/{d.year}",
        lambda d: d.isoformat(),
        lambda d: f"{d.day}.{d.month}.{d.year}",
        lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
        lambda d: f"{d.day} {MONTHS[d.month - 1][:3]}. {d.year}",
        lambda d: f"{d.day}-{d.month}-{d.year % 100:02}",
    ]
)
layouts = st.sampled_from(
    [
        "{n}, {d}, Handle with Care",
        "{n} {d}",
        "{d} {n} HwC",
        "Naam: {n}\nGeboortedatum: {d}",
        "Het gaat om {n}, geboren {d}.",
        "{n}\n{d}\nHandle with Care",
        "Beste collega,\n\nSignaal voor {n} ({d})\n\nGroet,\nAnna de Vries",
        "- {n}; {d}",
        "Naam\tGeboortedatum\n{n}\t{d}",
        "Het betreft de leerling {n} die geboren is op {d} en bij u op school zit",
        "{n} is geboren op {d}",
        "Voor {n}\ngeb. {d}",
        "*{n}* | {d}",
        "Leerling {n}, {d}, groep 5",
    ]
)


@given(names, births, forms, layouts)
@settings(max_examples=200, deadline=None)
def test_one_child_is_read_as_written_or_not_at_all(name, born, form, layout):
    children, _, _ = read_facts(layout.format(n=name, d=form(born)), "", TODAY)
    assert [(c.name, c.born) for c in children] in ([], [(name, born)]), "read something else than was written"


@given(
    st.lists(st.tuples(names, births), min_size=2, max_size=4, unique=True),
    forms,
    layouts,
    st.sampled_from(["\n", " en ", "\n\n", ", "]),
)
@settings(max_examples=150, deadline=None)
def test_several_children_are_all_read_or_none(children, form, layout, between):
    text = between.join(layout.format(n=n, d=form(b)) for n, b in children)
    found = [(c.name, c.born) for c in read_facts(text, "", TODAY)[0]]
    assert found in ([], children), "some of the children, or other ones"


@given(
    anything, births, forms, st.sampled_from(["{n}, {d}, HwC", "{n} {d}", "Naam: {n}\nGeboortedatum: {d}", "{n}\n{d}"])
)
@settings(max_examples=150, deadline=None)
def test_strange_names_are_shown_whole_or_not_at_all(name, born, form, layout):
    children, _, _ = read_facts(layout.format(n=name, d=form(born)), "", TODAY)
    letters = [c for c in unicodedata.normalize("NFC", name) if c.isalpha()]
    for child in children:
        assert [c for c in child.name if c.isalpha()] == letters or not letters, "letters were lost or invented"


@given(st.text(max_size=400), st.text(max_size=60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_never_raises(text, subject):
    read_facts(text, subject, TODAY)


words = st.sampled_from(
    "Naam: Geboortedatum: Noor Jansen Sem van de 3-5-2017 4-6-2014 31-2-2010 Handle with Care HwC , "
    "\n \n\n | \t en geboren Groet Moeder "
    "Voornaam: Achternaam: 1. - ( ) Utrecht 3 mei 2017 Veilig Thuis".replace(" \n ", " N ").split(" ")
)


@given(st.lists(words, max_size=25))
@settings(max_examples=250, deadline=None)
def test_whatever_is_read_stood_in_the_text(parts):
    text = " ".join(parts)
    for child in read_facts(text, "", TODAY)[0]:
        assert set(child.name.split()) <= set(text.replace("\n", " ").split()) | {"Noor", "Jansen", "Sem", "Utrecht"}
        assert child.name.split()[0] not in ("Moeder", "Veilig", "Groet", "Naam", "Handle", "en", "geboren")
