"""What may be the name of a child, and what certainly is not. Pure.

Nothing here changes a name: it is shown as it was written. A wrong name is worse than none, so
everything that could be something else (an office, a greeting, a parent) is refused.
"""

from __future__ import annotations

import re

_APOSTROPHES = "'’‘ʼ`´"
_HYPHENS = "‐‑-"  # the plain one last: it stands in character classes
_LETTER = r"(?:[^\W\d_][\u0300-\u036f]{0,3})"
_WORD = re.compile(
    rf"[{_APOSTROPHES}]?{_LETTER}+(?:[{_APOSTROPHES}{_HYPHENS}]{_LETTER}+)*[{_APOSTROPHES}]?|(?:{_LETTER}\.){{1,5}}|St\."
)
_INITIALS = re.compile(rf"(?:{_LETTER}\.)+")
_SEPARATORS = re.compile(r"[,;|\t()\[\]{}\"“”„«»*•·_/\\–—=+→►]|(?:^|\s)[-~>]+(?=\s|$)|\s-|-\s")
_MARKS = re.compile(rf"[{_APOSTROPHES}{_HYPHENS}]")
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{3})[.!?…]+(?=\s|$)")
LONGEST_NAME = 80
MOST_WORDS = 9


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ARTICLES = _set("de den der het t d n s ten ter te")
#: Words that are part of a surname only when an article follows: "op den Akker", never "in Utrecht".
_PREPOSITIONS = _set("op in aan bij onder over uit voor tot achter boven")
_PARTICLES = (
    _ARTICLES
    | _PREPOSITIONS
    | _set(
        "van von vom zu zur zum af av la le les lo l du des da das do dos di del dela della delle dello dei "
        "e y i el al ul ed "
        "bin bint ibn ben abu abd abou ait aït ould oğlu uijt tho thoe 'tho"
    )
)

_NEVER_LAST = _ARTICLES | _PREPOSITIONS | _set("van von vom zu zur zum")

#: Words around the facts that say nothing more: they may stand before or behind a name.
FILLERS = _set(
    "het gaat om hier hierbij betreft betreffende inzake een de leerling leerlingen kind kinderen jeugdige "
    "signaal signalen voor over van u je jullie uw wij we wil willen ontvangt ontvangen ontvang doorgeven sturen stuur "
    "ik graag dit deze is heet genaamd geboren geb op d.d. dd geboortedatum gebdatum datum geboorte en "
    "ook zijn haar hun "
    "broer broertje zus zusje zoon dochter met als volgt volgende gegevens heden vandaag aan bij naam namen and the "
    "born birth date of vanochtend vanmorgen zojuist nieuw nieuwe codewoord code woord tekst bericht jongen meisje"
)
#: Ordinary words of a covering note. A text of nothing else holds nothing more than the facts.
ORDINARY = FILLERS | _set(
    "wilt kunt kun zou zouden svp a.u.b. aub alstublieft ontvangst ontvangstbevestiging leesbevestiging bevestigen "
    "bevestiging bevestigt bevestig per mail e-mail email dit deze die dat na lezen gelezen verwijderen "
    "verwijder alvast "
    "bedankt dank bijvoorbaat hartelijk voorbaat antwoord retour school schooldag dag goed goedemorgen geachte beste "
    "collega hallo in uit tot te ter er hebben heeft naar jullie u wordt worden ontvangstmelding onderstaande "
    "bovenstaande betrokken hem hen ons onze mij me zo spoedig mogelijk vriendelijk verzoek verzoeken versturen terug "
    "afgesproken afspraak convenant conform volgens kader binnen informatie signaalbericht hwc- regarding re fw fwd "
    "betr onderwerp subject melding signalering nr nummer"
)
#: Words that no name of a child holds. Where one stands, the words around it are not a name.
NOT_NAMES = (FILLERS - _PARTICLES) | _set(
    "veilig thuis politie leerplicht leerplichtambtenaar gemeente basisschool school scholen college lyceum gymnasium "
    "mavo havo vwo vmbo mbo bso kdv groep klas team afdeling bureau stichting regio afzender handle with "
    "care hwc voornaam "
    "voornamen achternaam tussenvoegsel tussenvoegsels roepnaam familienaam leeftijd geslacht man vrouw bsn adres "
    "woonplaats postcode telefoon tel mobiel mob fax postbus www http https moeder vader ouder ouders mama papa "
    "stiefvader stiefmoeder verzorger verzorgers opa oma oom tante voogd gezin meneer mevrouw mevr mw dhr heer juf "
    "meester mentor docent leerkracht contact contactpersoon directeur directie collega collega's "
    "medewerker zorgcoördinator "
    "intern begeleider coördinator melding mail e-mail email mailbox vertrouwelijk vertrouwelijke geheim spoed urgent "
    "belangrijk belangrijke test oefensignaal oefening oefenbericht bijlage onderwerp let extern externe "
    "external caution "
    "waarschuwing beste geachte hallo hoi hi hey hello dear goedemorgen goedemiddag goedenavond "
    "goedendag dag groet groeten "
    "groetjes hoogachtend vriendelijke hartelijke mvg regards maandag dinsdag woensdag donderdag vrijdag zaterdag "
    "zondag januari februari maart oktober november december gisteren morgen vannacht gisteravond gisternacht avond "
    "ochtend nacht middag ik jij hij wie wat waar wanneer waarom hoe dat er was waren werd wordt heeft hebben had kan "
    "zal zou moet mag niet geen wel nog na tijdens omdat want maar dus of to from sent subject date "
    "verzonden cc bcc re fw "
    "fwd antw doorst dhr. mw. incident situatie aanwezig afwezig onbekend nvt n.v.t zie nee ja bevestiging "
    "ontvangstbevestiging leesbevestiging disclaimer utrecht amsterdam rotterdam huizen hilversum "
    "nederland leerlinggegevens "
    "kindgegevens persoonsgegevens registratie dossier zaak zaaknummer kenmerk referentie ref nr nummer jaar jarige "
    "overleden ziek klasse dob birthday please stuk pagina bladzijde wilt kunt dank bedankt"
)
_PLACES = _set("haag bosch helder")  # after "Den"


def words_of(text: str) -> list[str]:
    """The words of a text without the marks around them, folded."""
    return [w for raw in text.split() if (w := raw.strip('.,:;!?()[]"“”„*_|/<>-–—…').casefold())]


def only(text: str, vocabulary: frozenset[str]) -> bool:
    """Whether every word of ``text`` is in ``vocabulary``. True for an empty text."""
    return all(w in vocabulary for w in words_of(text))


def is_name(text: str) -> bool:
    """Whether the whole of ``text`` may be a child's name, standing without a label."""
    return _fits(text, leading_particle=False)


def is_name_part(text: str) -> bool:
    """Whether ``text`` may stand behind *Voornaam:*, *Achternaam:* or *Naam:*; "van den Berg" may."""
    return _fits(text, leading_particle=True)


def is_infix(text: str) -> bool:
    """Whether ``text`` is nothing but particles: "van den"."""
    parts = text.split()
    return 0 < len(parts) <= 4 and all(_bare(p) in _PARTICLES for p in parts)


def _fits(text: str, *, leading_particle: bool) -> bool:
    words = text.split()
    if not 0 < len(words) <= MOST_WORDS or len(text) > LONGEST_NAME:
        return False
    folded = [w.casefold().strip(".") for w in words]
    if any(f in NOT_NAMES for f in folded) or (len(words) == 2 and folded[0] == "den" and folded[1] in _PLACES):
        return False
    capitals = [_capital(w) for w in words]
    if not all(_WORD.fullmatch(w) for w in words) or not capitals[-1] or _bare(words[-1]) in _NEVER_LAST:
        return False
    if not (capitals[0] or leading_particle or words[0][0] in _APOSTROPHES):
        return False
    if all(len(_MARKS.sub("", w).strip(".")) < 2 for w in words):
        return False  # nothing but initials
    for here, word in enumerate(words[:-1]):
        bare, following = _bare(word), _bare(words[here + 1])
        if bare in _PREPOSITIONS and following not in _ARTICLES:
            return False  # "Noor Jansen in Utrecht"
        if not capitals[here] and capitals[here + 1] and following in ("de", "het"):
            return False  # "Noor van De Klimop"
    return all(c or _bare(w) in _PARTICLES for w, c in zip(words, capitals, strict=True))


def _bare(word: str) -> str:
    return _MARKS.sub("", word).casefold()


def _capital(word: str) -> bool:
    """ "Berg", "IJsbrand", "d'Ancona", "el-Khatib", "'s-Gravesande"; not "berg", "den"."""
    parts = [p for p in _MARKS.split(word) if p]
    if not parts:
        return False
    if parts[0][0].isupper():
        return True
    return len(parts) > 1 and parts[0].casefold() in _PARTICLES and any(p[0].isupper() for p in parts[1:])


def split_off(text: str) -> list[str]:
    """The stretches of ``text`` between commas, brackets, dashes and ends of sentences, each without fillers.

    A stretch before a colon may only hold fillers; otherwise it comes back as ``":"``, which is no name.
    """
    text = _SENTENCE_END.sub("\x1f", text)
    text = _SEPARATORS.sub("\x1f", text)
    stretches: list[str] = []
    for piece in text.split("\x1f"):
        *before, last = piece.split(":")
        if any(not only(b, FILLERS) for b in before):
            stretches.append(":")
        stretches.append(_without_fillers(last.strip(" :-–!?")))
    return [s for s in stretches if s and not (len(s.split()) > 2 and only(s, ORDINARY))]


def _without_fillers(text: str) -> str:
    words = [(m.start(), m.end(), m.group()) for m in re.finditer(r"\S+", text)]
    first, last = _leading_fillers([w[2] for w in words]), len(words)
    while last > first and _trails(words[last - 1][2]):
        last -= 1
    if first >= last:
        return ""
    if first and words[first - 1][2][0].isupper() and (last - first == 1 or _bare(words[first][2]) in _PARTICLES):
        return ":"  # "Kind Jansen": a child called Jansen, or one called Kind
    stretch = text[words[first][0] : words[last - 1][1]]
    if len(stretch) > 2 and stretch[0] in _APOSTROPHES and stretch[-1] in _APOSTROPHES:
        stretch = stretch[1:-1]  # quotation marks
    initial = _INITIALS.fullmatch(words[last - 1][2])  # keeps its dot: "Ali B."
    return stretch if initial else stretch.strip(" .:-–!?")


def _folded(word: str) -> str:
    whole = word.casefold()
    return whole if whole in FILLERS else whole.strip(".:!?,")


def _leading_fillers(words: list[str]) -> int:
    """How many words at the beginning say nothing. "De" of "De Boer" is of the name, "de" of "de leerling" is not."""
    run = 0
    while run < len(words) and _folded(words[run]) in FILLERS:
        run += 1
    cut = next((i for i in range(run, 0, -1) if _folded(words[i - 1]) not in _PARTICLES), 0)
    if (
        cut < len(words)
        and _bare(words[cut]) in _PREPOSITIONS
        and not (cut + 1 < len(words) and _bare(words[cut + 1]) in _ARTICLES)
    ):
        return cut + 1  # "voor Noor"
    return cut


def _trails(word: str) -> bool:
    """Whether a word at the end says nothing; "den" of a name that goes on elsewhere does say something."""
    folded = _folded(word)
    return word.strip(".:!?,").islower() and folded in FILLERS and folded not in _PARTICLES - _PREPOSITIONS
