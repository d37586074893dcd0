"""Every form in which a signal may be written, and what must not be taken for one. All names are invented."""

from datetime import date

import pytest

from hwc_school_agent.domain.dates import find_dates
from hwc_school_agent.domain.facts import Child, Shown, read_facts
from hwc_school_agent.domain.outcome import Kind

TODAY = date(2026, 11, 23)
DAVID = ("David Pieterse", date(2006, 2, 3))
NOOR = ("Noor Jansen", date(2017, 5, 3))
SEM = ("Sem Jansen", date(2014, 6, 4))


def read(text, subject=""):
    children, codeword, more = read_facts(text, subject, TODAY)
    return [(c.name, c.born) for c in children], codeword, more


@pytest.mark.parametrize(
    "written",
    [
        "3-2-2006",
        "03-02-2006",
        "3/2/2006",
        "03.02.2006",
        "3 februari 2006",
        "3 feb. 2006",
        "3 feb 2006",
        "2006-02-03",
        "3-2-06",
        "3/2/'06",
        "3 FEBRUARI 2006",
        "3-feb-2006",
        "3 - 2 - 2006",
        "3‑2‑2006",
        "3–2–2006",
        "3 febr. 2006",
        "3 februari '06",
        "2006/2/3",
        "3\u00a0februari\u00a02006",
    ],
)
@pytest.mark.parametrize(
    "layout",
    [
        "David Pieterse, {}, Handle with Care",
        "David Pieterse {} HwC",
        "David Pieterse (geb. {}) - Handle with Care",
        "{} David Pieterse",
        "Naam: David Pieterse\nGeboortedatum: {}\nHandle with Care",
        "David Pieterse\n{}\nHandle with Care",
        "Het gaat om David Pieterse, geboren op {}.",
        "- David Pieterse; {}; handle with care",
    ],
)
def test_every_form_of_date_in_every_layout(written, layout):
    children, codeword, more = read(layout.format(written))
    assert children == [DAVID]
    assert codeword == ("are" in layout or "HwC" in layout)
    assert not more


@pytest.mark.parametrize(
    "name",
    [
        "Noor van den Berg",
        "Mounir el Hamdaoui",
        "Jan-Willem in 't Veld",
        "Lotte Van De Velde",
        "Sofie D’Hondt",
        "Sem d'Ancona",
        "Ayşe Yılmaz",
        "Łukasz Wiśniewski",
        "Zoë de la Cruz",
        "IJsbrand van IJzendoorn",
        "Eva van der Ven-van Dijk",
        "'t Hart",
        "José dos Santos e Silva",
        "Tuğba Öztürk",
        "Françoise L'Hôpital",
        "Nguyễn Thị Ánh",
        "De Boer",
        "Van den Berg",
        "J. de Vries",
        "DAVID PIETERSE",
        "Ali B.",
        "Op den Akker",
        "Fatima Ait-Ali",
        "April Jansen",
        "Mei Lin",
        "Jan Mei",
        "Anna 's-Gravesande",
        "Xi",
        "Sean O'Brien",
        "Ruben McDonald",
        "Yara El Khatib",
    ],
)
@pytest.mark.parametrize(
    "layout", ["{}, 3-5-2017, Handle with Care", "Naam: {}\nGeboren: 3 mei 2017", "2) {} 03-05-2017 HwC"]
)
def test_names_come_out_as_they_were_written(name, layout):
    assert read(layout.format(name))[0] == [(name, date(2017, 5, 3))]


@pytest.mark.parametrize(
    "word",
    [
        "Handle with Care",
        "Handle With Care",
        "HANDLE WITH CARE",
        "Handle-with-Care",
        "handlewithcare",
        "HwC",
        "HWC",
        "hwc",
        "H.W.C.",
        "Handle_with_Care",
        "Handle  with  care",
        "Handle with\nCare",
        "Handel with Care",
        '"Handle with Care"',
        "HwC-signaal",
    ],
)
def test_the_codeword_in_its_spellings(word):
    assert read(f"David Pieterse, 3-2-2006, {word}")[:2] == ([DAVID], True)


def test_it_never_depends_on_the_codeword():
    assert read("David Pieterse, 3-2-2006") == ([DAVID], False, False)


def test_an_address_is_not_the_codeword():
    assert read("David Pieterse, 3-2-2006\nhandlewithcare@school.example")[1] is False


@pytest.mark.parametrize(
    "text",
    [
        "Voornaam: Noor\nTussenvoegsel: van den\nAchternaam: Berg\nGeboortedatum: 3 mei 2017",
        "Achternaam: van den Berg\nVoornaam: Noor\nGeb.datum: 3-5-2017",
        "Voornaam: Noor Tussenvoegsel: van den Achternaam: Berg Geboortedatum: 3-5-2017",
        "Geboortedatum: 3-5-2017\nNaam leerling: Noor van den Berg",
        "Naam\tNoor van den Berg\nGeboortedatum\t3-5-2017\nCodewoord\tHandle with Care",
        "Voornaam\tTussenvoegsel\tAchternaam\tGeboortedatum\nNoor\tvan den\tBerg\t3-5-2017",
        "Naam\n\nNoor van den Berg\n\nGeboortedatum\n\n3-5-2017",
        "Naam | Geboortedatum\nNoor van den Berg | 3-5-2017",
        "Naam:\nNoor van den Berg\nGeboortedatum:\n3-5-2017",
        "Naam en geboortedatum: Noor van den Berg, 3-5-2017",
        "Kind 1: Noor van den Berg (3-5-2017)",
        "Naam: Noor van den Berg, geboortedatum: 3-5-2017, codewoord: Handle with Care",
        "> Noor van den Berg, 3-5-2017",
        "*Noor van den Berg*, *3-5-2017*",
    ],
)
def test_labels_and_tables(text):
    assert read(text)[0] == [("Noor van den Berg", date(2017, 5, 3))]


@pytest.mark.parametrize(
    "text",
    [
        "Noor Jansen, 3-5-2017\nSem Jansen, 4-6-2014",
        "1. Noor Jansen 3-5-2017\n2. Sem Jansen 4-6-2014",
        "• Noor Jansen, 3-5-2017\n• Sem Jansen, 4-6-2014",
        "Noor Jansen, 3-5-2017 en Sem Jansen, 4-6-2014",
        "Noor Jansen (3-5-2017) en haar broer Sem Jansen (4-6-2014)",
        "Noor Jansen\n3-5-2017\n\nSem Jansen\n4-6-2014",
        "Naam: Noor Jansen\nGeboren: 3-5-2017\nNaam: Sem Jansen\nGeboren: 4-6-2014",
        "Naam\tGeboortedatum\nNoor Jansen\t3-5-2017\nSem Jansen\t4-6-2014",
        "3-5-2017 Noor Jansen, 4-6-2014 Sem Jansen",
    ],
)
def test_several_children(text):
    assert read(f"Handle with Care\n\n{text}") == ([NOOR, SEM], True, False)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("David Pieterse, 3-2-2006, Handle with Care", ""),
        ("FW: David Pieterse 3-2-2006", "Handle with Care"),
        ("David Pieterse - HwC", "3-2-2006"),
        ("[EXTERN] David Pieterse", "David Pieterse, 3-2-2006"),
        ("Handle with Care", "David Pieterse, 3-2-2006"),
        ("Re: Fwd: signaal", "David Pieterse, 3-2-2006"),
    ],
)
def test_facts_in_the_subject(subject, text):
    assert read(text, subject)[0] == [DAVID]


WRAPPED = """EXTERN: Deze e-mail komt van buiten de organisatie. Klik niet op links.

Geachte heer, mevrouw,

Hierbij een signaal voor:

David Pieterse, 3-2-2006, Handle with Care

Wilt u de ontvangst bevestigen?

Met vriendelijke groet,

Anna de Vries
Medewerker Veilig Thuis
T 035 123 45 67
www.veiligthuis.example

Dit bericht is uitsluitend bestemd voor de geadresseerde. Indien u dit bericht
ten onrechte ontvangt, verzoeken wij u ons dat te melden.
"""


def test_wrapping_is_not_more():
    assert read(WRAPPED, "Handle with Care") == ([DAVID], True, False)


def test_a_forwarded_message_is_read():
    head = "Van: Anna <a@vt.example>\nVerzonden: maandag 23 november 2026 07:12\n"
    head += "Aan: leerplicht\nOnderwerp: Handle with Care\n\n"
    text = f"Groet,\nPiet\n\n-----Oorspronkelijk bericht-----\n{head}{WRAPPED}"
    assert read(text, "FW: Handle with Care") == ([DAVID], True, False)


@pytest.mark.parametrize(
    "extra",
    [
        "\nHet kind was aanwezig bij het incident.",
        " groep 5",
        "\nNoor zit in groep 5.",
        "\nhttps://elders.example/dossier",
        "\nMet vriendelijke groet,\nAnna\nPS: bel mij even",
        "\nAdres: Dorpsweg 1",
    ],
)
def test_more_than_the_facts_is_noticed(extra):
    assert read("David Pieterse, 3-2-2006, Handle with Care" + extra) == ([DAVID], True, True)


@pytest.mark.parametrize(
    "text",
    [
        "David Pieterse, Handle with Care",  # no date
        "3-2-2006, Handle with Care",  # no name
        "Noor J., groep 5, Handle with Care",
        "David Pieterse, 31-2-2006, HwC",
        "David Pieterse, 2-13-2006, HwC",
        "David Pieterse, 3-2-20006, HwC",
        "David Pieterse, 3-2-1976, HwC",
        "David Pieterse, 3-2-2025, HwC",
        "David Pieterse, 3-2, HwC",
        "David Pieterse, 3-2-2006 / 4-2-2006, HwC",
        "Noor Jansen, 3-5-2017\nNoor Jansen, 3-5-2016",
        "Noor Jansen, Sem Jansen, 3-5-2017",
        "Noor en Sem Jansen, 3-5-2017",
        "Noor Jansen, 3-5-2017\nSem Jansen",
        "Sem Jansen\nNoor Jansen, 3-5-2017",
        "Noor Jansen\nSem Jansen\n3-5-2017\n4-6-2014",
        "Noor Jansen, 3-5-2017\nSem Jansen, 4-6-1914",
        "Noor Jansen, 3-5-2017\nSem Jansen, HwC",
        "Noor Jansen, 3-5-2017\nSem Jansen 4 jnui 2014",
        "Noor Jansen, 3-5-2017\nSem Jansen 04 06 2014",
        "Noor Jansen, 3-5-2017\nMoeder: Eva Smit, 4-6-2009",
        "Moeder Eva Jansen, 3-5-2017",
        "Dhr. Jansen, 3-5-2017",
        "Mevrouw Van den Berg, 3-5-2010",
        "Contactpersoon: Eva Smit, 3-5-2010",
        "Utrecht, 3 februari 2015",
        "Den Haag, 3 februari 2015",
        "Veilig Thuis, 3-5-2017",
        "Maandag 3 februari 2020",
        "Basisschool De Klimop, 3-5-2017",
        "Noor Jansen in Utrecht, 3-5-2017",
        "Noor Jansen van De Klimop, 3-5-2017",
        "Het gaat om Noor\nJansen, geboren 3-5-2017",
        "Het gaat om Noor van den\nBerg, geboren 3-5-2017, HwC",
        "Anna Maria\nJansen\n3-5-2017",
        "Naam: Anna Maria\nJansen\nGeboren: 3-5-2017",
        "de Boer, 3-5-2017, HwC",
        "Naam: onbekend\nGeboortedatum: 3-5-2017",
        "Naam: Noor Jansen\nGeboortedatum: onbekend",
        "Naam:\nGeboortedatum: 3-5-2017",
        "Naam: Noor, Sem\nGeboortedatum: 3-5-2017",
        "Geboortedatum: 3-5-2017\nHandle with Care\nAnna de Vries",
        "<b>Noor</b> Jansen, 3-5-2017",
        "Noor1 Jansen, 3-5-2017",
        "Noor Jansen: 3-5-2017",
        "Op 3 mei 2017 tekende Noor Jansen het convenant.",
        "Handle with Care training op 3 mei 2017 in Utrecht",
        "Noor Jansen, 4 mei 20:15 uur",
        "Het convenant van 2 november 2020 geldt.",
        "Noor Jansen 06-12-2017-44",
        "Pieterse, David, 3-2-2006",
        "Goed, Lisa, 3-2-2006, HwC",
        "Voornaam: Noor\nGeboren: 3-5-2017\nVoornaam: Sem",
        "",
        " \n",
        "\ue000",
        "Naam: " * 50,
        "3-2-2006\n" * 30,
    ],
)
def test_in_doubt_no_child(text):
    assert read(text)[0] == []


@pytest.mark.parametrize(
    "subject", ["Sem Jansen", "Sem Jansen, HwC", "Sem Jansen 4-6-1914", "Overleg Sem Jansen 4-6-2014 dossier"]
)
def test_another_name_in_the_subject_is_doubt(subject):
    assert read("Noor Jansen, 3-5-2017", subject)[0] == []


def test_more_children_than_any_family_has_is_doubt():
    names = [f"Kind{'abcdefghijklmn'[i]} Jansen" for i in range(13)]
    assert len(read("\n".join(f"{n}, 3-5-2017" for n in names[:12]))[0]) == 12
    assert read("\n".join(f"{n}, 3-5-2017" for n in names))[0] == []


def test_ages_at_the_edges():
    ages = {3: "23-11-2023", 23: "24-11-2002"}
    assert all(read(f"Noor Jansen, {d}")[0] for d in ages.values())
    assert not read("Noor Jansen, 24-11-2023")[0]
    assert not read("Noor Jansen, 23-11-2002")[0]


def test_nothing_is_shown_by_repr():
    child = Child(*DAVID)
    assert "David" not in repr(child) + repr(Shown(Kind.SIGNAL, (child,), True, False, "David", False, True))


def test_a_time_of_day_is_no_year():
    assert find_dates("4 mei 20:15 uur", TODAY) == ()
    assert find_dates("4-5-20:15", TODAY)[0].day is None
    assert find_dates("4 mei '20", TODAY)[0].day == date(2020, 5, 4)


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Bericht van Veilig Thuis", False),
        ("Re: Vertrouwelijk", False),
        ("Handle with Care - belangrijk bericht voor school", False),
        ("Noor komt vandaag later", True),
        ("Bericht over thuis: vader is weg", True),
    ],
)
def test_a_neutral_subject_is_not_more_than_agreed(subject: str, more: bool) -> None:
    children, _, said_more = read_facts("Noor Voorbeeldsma, 3-5-2017, Handle with Care\n", subject, date(2026, 11, 23))
    assert len(children) == 1
    assert said_more is more
