"""A key in nine Dutch words, for the school guide. Pure.

Eight carry 64 bits of its fingerprint; the ninth finds a typing error.

A parent compares them by eye, or reads them out on the telephone. Nobody can make another key with the same words
without trying some 2^63 keys.
"""

from __future__ import annotations

from hashlib import sha256

from hwc_school_agent.domain.language import mark

_PURPOSE = b"hwc-school-agent key words 1\n"
COUNT = 9

WORD_UNKNOWN = mark("Woord %(n)d staat niet in de woordenlijst. Kijk of het goed is overgetypt.")
WORD_COUNT = mark("Er horen negen woorden te staan; dit zijn er %(n)d. Kijk of er een is vergeten of dubbel staat.")
WORDS_UNLIKE = mark("De woorden passen niet bij elkaar. Kijk of er een verkeerd staat, of twee verwisseld zijn.")

#: Part of the format: never change a word, and never the order. No two begin with the same four letters.
_LIST = """
aardbei acacia adelaar agenda akker amandel ananas anker antenne appel april arend asperge atlas augurk avond
baksteen balkon ballon banaan barnsteen beker berk bezem bieslook bijenkorf blad bloem boerderij bord boter braam
brief bril broccoli brood brug buis bus cactus camera cello cement citroen clown computer dadel dahlia dak deksel
dennen dijk dobber dolfijn domino doos dorp drempel druif drum duin echo eekhoorn egel eland emmer engel ezel
fabriek fakkel fazant fiets filter fles fluit fontein foto framboos gaas ganzen garage gebak gember geranium gewei
gitaar glas goud graniet gras grot haas hagel hamer handdoek harp haven hazelaar heide helm hert heuvel honing hooi
horloge iglo ijsbeer inkt iris jas jasmijn jojo juni juweel kaars kabel kade kameel kano kapper karton kasteel
katoen ketel kiezel kikker klaver klok knoop koekoek koffer kompas konijn koraal krant kreeft krijt kubus lamp
lantaarn lavendel leeuw lelie lepel lijster linde liniaal lood luifel maan magneet mango mantel markt marmer meeuw
meloen merel molen mos museum narcis nest noot notitie oase oever olifant olijf orgel otter oven paard pakhuis palm
panda papier parel patrijs peer pelikaan peper perzik piano pinguin plank pluim poort potlood pruim puzzel raam
radijs raket regen ring rivier robot roos rots ruit sandaal schaap schelp schip schrift sjaal ski slak sleutel
sneeuw spiegel spinazie ster stoel strand suiker tafel tas tempel tent terras toren tractor trap trein trompet tuin
tulp uil vaas valk varen venster vijver vis vlag vlinder vogel vuur waaier wafel walnut water wiel wilg wolk wortel
zadel zalm zebra zeil zilver zon zwaan zwaluw
"""
WORDS = tuple(_LIST.split())


class NotKeyWords(ValueError):
    """These are not the words of a key. ``why``: what to do, a text with ``facts``; it quotes nothing."""

    def __init__(self, why: str, **facts: int) -> None:
        super().__init__(why)
        self.why, self.facts = why, facts


def words_of(public: bytes) -> str:
    """The words of an Ed25519 public key (32 bytes), with spaces between them."""
    mark = sha256(_PURPOSE + public).digest()[: COUNT - 1]
    return " ".join(WORDS[byte] for byte in (*mark, _check(mark)))


def plain_words(text: str) -> str:
    """What somebody typed, as ``words_of`` writes it: capitals, commas, dashes and line ends do not count.

    Raises ``NotKeyWords`` when a word is unknown, missing, or in the wrong place.
    """
    words = "".join(c if c.isalpha() else " " for c in text.lower()).split()
    unknown = [n for n, word in enumerate(words, 1) if word not in WORDS]
    if unknown:
        raise NotKeyWords(WORD_UNKNOWN, n=unknown[0])
    if len(words) != COUNT:
        raise NotKeyWords(WORD_COUNT, n=len(words))
    *mark, check = (WORDS.index(word) for word in words)
    if _check(bytes(mark)) != check:
        raise NotKeyWords(WORDS_UNLIKE)
    return " ".join(words)


def _check(mark: bytes) -> int:
    return sha256(_PURPOSE + mark).digest()[0]
