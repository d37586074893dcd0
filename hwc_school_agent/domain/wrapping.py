"""What mail programs, gateways and good manners put around a message: greetings, signatures, banners. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_GREETING = re.compile(
    r"(?:(?:beste|geachte|hallo|hoi|hi|hey|dag|dear|hello|goede?\s?-?(?:morgen|middag|avond|dag))\b"
    r"(?:\s+heer\s*[,/]\s*mevrouw|\s*[,/]?\s*(?:beste|geachte))?[^,:.\d]{0,40}|l\.\s?s\.?|LS)\s*[,.!:]?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:met\s+)?(?:een\s+)?(?:vriendelijke|hartelijke|collegiale|warme)\s+groet(?:en|jes)?|met\s+groet(?:en)?|groet(?:en|jes)?|"
    r"m\.?\s?v\.?\s?g\.?|m\.?\s?vr\.?\s?gr\.?(?:oet)?|gr\.?|hoogachtend|(?:kind\s+|best\s+)?regards)"
    r"(?:\s+(?:van|namens))?\s*[,.!]?(?:\s+\D{1,50})?",
    re.IGNORECASE,
)
_SIGNATURE_BEGINS = re.compile(
    r"--\s?|_{5,}|verzonden (?:vanaf|met|via|vanuit) .{2,60}|sent from .{2,60}|.{0,12}outlook voor .{2,30}", re.I
)
_FORWARDED = re.compile(
    r"[-_\s>]*(?:begin\s+)?(?:oorspronkelijk|doorgestuurd|doorgezonden|original|forwarded)\w*\s+(?:bericht|message|e-?mail)\b[-_:\s]*|"
    r"(?:op|on)\s.{6,120}(?:schreef|wrote).{0,90}:?|(?:van|from|verzonden|sent|aan|to|cc|datum|date)\s*:\s.*",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\W*(?:extern(?:e|al)?(?:\s+e?-?mail)?\s*\]?\s*[:-]\s*)?(?:let\s+op\W+.{0,40})?(?:\[?externe?\]?\W*$|externe?\s+(?:e-?mail|mail|afzender|bericht)|external\b|caution\b|waarschuwing\b|"
    r"dit(?:\s+is\s+een)?\s+extern|(?:dit|deze)\s+(?:e-?mail|bericht|mail)\s+(?:is|komt|kwam)\s+(?:afkomstig\s+)?van\s+(?:buiten|een\s+externe)|"
    r"u\s+ontvangt\s+(?:niet\s+vaak|zelden)|u\s+krijgt\s+niet\s+vaak|you\s+don.t\s+often\s+get|klik\s+niet\s+op\s+(?:links|koppelingen)|"
    r"open\s+geen\s+(?:bijlagen|links)|this\s+(?:e-?mail|message)\s+(?:is|was|originated|came)\b|afkomstig\s+van\s+buiten|buiten\s+(?:de|onze|uw)\s+organisatie)"
    r".{0,300}",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"disclaimer|uitsluitend\s+bestemd|(?:alleen|slechts)\s+bestemd\s+voor|geadresseerde|onterecht\s+ontvang|ten\s+onrechte|"
    r"niet\s+voor\s+u\s+(?:is\s+)?bestemd|geen\s+rechten\s+(?:worden\s+)?(?:ontleend|ontlenen)|aansprakelijk|intended\s+(?:solely|recipient|only)|"
    r"confidential|(?:kan|kunnen|bevat)\s+vertrouwelijke|denk\s+aan\s+het\s+milieu|milieubewust|print\s+deze|gescand\s+op\s+virus|"
    r"proclaimer|beveiligd\s+verzonden",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"(?:t|tel|telefoon|m|mob|mobiel|e|e-?mail|w|www|web|i)\s*[.:]\s*[^,]{0,60}"
    r"|[+(]?\d[\d\s()+-]{7,18}|\S+@\S+|(?:https?://|www\.)\S+",
    re.IGNORECASE,
)
_OFFICE_NAME = re.compile(
    r"(?:Team |Namens )?(?:Veilig Thuis|Bureau Leerplicht|Leerplicht|Politie|Gemeente)"
    r"(?:\s+(?:en|van|de|te|[-|]|[A-Z]\S*)){0,6}"
)
_LONGEST_SIGNATURE = 16
_WORDS_IN_SIGNATURE_LINE = 9


@dataclass(frozen=True, slots=True, repr=False)
class Unwrapped:
    """The lines of a message; a line of wrapping is ``None``. ``more``: a signature said too much to be one."""

    lines: tuple[str | None, ...]
    more: bool


def unwrap(lines: list[str], protected: Callable[[str], bool]) -> Unwrapped:
    """Take the wrapping off. A line for which ``protected`` holds (it has a date or the codeword) is always kept."""
    kept: list[str | None] = []
    more = signature = disclaimer = False
    length = 0
    for line in lines:
        bare = line.strip(" *_|\t")
        if not bare:
            disclaimer = False
            kept.append("")
            continue
        if protected(line):
            disclaimer = False
            kept.append(line)
            continue
        if _FORWARDED.fullmatch(bare):
            signature = disclaimer = False
            kept.append(None)
            continue
        if _CLOSING.fullmatch(bare) or _SIGNATURE_BEGINS.fullmatch(line.strip()):
            signature, length = True, 0
            kept.append(None)
            continue
        disclaimer = disclaimer or bool(_DISCLAIMER.search(bare))
        if disclaimer or _GREETING.fullmatch(bare) or _BANNER.fullmatch(bare):
            kept.append(None)
            continue
        if signature:
            length += 1
            wordy = len(bare.split()) > _WORDS_IN_SIGNATURE_LINE or bare.casefold().startswith(("ps", "p.s"))
            more = more or wordy or length > _LONGEST_SIGNATURE
            kept.append(None)
            continue
        kept.append(None if _OFFICE.fullmatch(bare) or _OFFICE_NAME.fullmatch(bare) else line)
    return Unwrapped(tuple(kept), more)
