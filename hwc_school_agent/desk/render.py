"""Templates and static files. Autoescape on; a name that a template does not know is an error, not a blank."""

from __future__ import annotations

import mimetypes
import re
import zlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from hwc_school_agent.desk import words
from hwc_school_agent.desk.troubles import TROUBLES
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.domain.outcome import Said

_HERE = Path(__file__).parent
_FACES = {
    400: (mark("Dat begrijpen we niet"), mark("De vraag van je browser was niet compleet. Probeer het opnieuw.")),
    403: (
        mark("Open het bureau zelf"),
        mark("Deze vraag kwam van een andere pagina. Voor de zekerheid doen we daar niets mee."),
    ),
    404: (mark("Deze pagina bestaat niet"), mark("Het bureau heeft maar één pagina.")),
    405: (mark("Dat kan hier niet"), mark("Het bureau heeft maar één pagina.")),
    413: (mark("Dat is te veel"), mark("De vraag van je browser was te groot.")),
    421: (mark("Dit adres kennen we niet"), mark("Open het bureau op het adres dat je van ICT hebt gekregen.")),
    500: (mark("Er ging iets mis"), mark("Probeer het opnieuw. Lukt het niet? Bel Veilig Thuis: 0800 2000.")),
    503: (mark("Het is even te druk"), mark("Probeer het over een minuut opnieuw.")),
}


@dataclass(frozen=True, slots=True)
class Static:
    """A file that the page needs. Its address carries a checksum, so a browser may keep it."""

    body: bytes
    kind: str

    def response(self) -> Response:
        """The answer to ``GET /static/...``."""
        keep = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(self.body, media_type=self.kind, headers=keep)


class Renderer:
    """Turns a page model into a response."""

    def __init__(self, school: str, timezone: str, tr: Language = DUTCH) -> None:
        self._tr = tr
        self.static = {
            p.name: Static(p.read_bytes(), mimetypes.guess_type(p.name)[0] or "application/octet-stream")
            for p in sorted((_HERE / "static").iterdir())
            if p.suffix in (".css", ".js", ".svg")
        }
        self._env = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._speak(tr)
        self._env.globals |= {"school": school, "static": self._address, "Said": Said, "sleutel": ""}
        self._env.filters["clock"] = lambda epoch: words.clock(epoch, timezone, tr)
        self._env.filters["hour"] = lambda epoch: words.hour(epoch, timezone, tr)
        self._env.filters["machine"] = lambda epoch: words.machine_time(epoch, timezone)
        self._env.filters["telephone"] = lambda number: re.sub(r"[^0-9+]", "", number)  # RFC 3966: no spaces

    def _speak(self, tr: Language) -> None:
        """Teach the templates a language: ``_``, ``{% trans %}``, and the names of closed words."""
        self._env.add_extension("jinja2.ext.i18n")
        self._env.install_gettext_callables(tr.gettext, tr.ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._env.globals |= {
            "language": tr.code,
            "clock_shape": tr.hour_shape,
            "folder": {role: tr(name) for role, name in words.FOLDERS.items()},
            "roles": {role: tr(name) for role, name in words.ROLES.items()},
            "morning": {note: tr(line) for note, line in words.MORNING.items()},
            "troubles": {t: (tr(what), code, tr(cure)) for t, (what, code, cure) in TROUBLES.items()},
            "legs": {leg: replace(f, text=tr(f.text), help=tr(f.help)) for leg, f in words.LEGS.items()},
            "sentence": partial(words.sentence, tr=tr),
        }
        self._env.filters["day"] = tr.day
        self._env.filters["hour_of"] = tr.hour

    def page(self, template: str, **facts: Any) -> HTMLResponse:
        """One page, status 200."""
        return HTMLResponse(self._env.get_template(f"{template}.html").render(**facts))

    def refusal(self, status: int) -> HTMLResponse:
        """A plain page for a request that is not answered."""
        heading, text = _FACES[status]
        html = self._env.get_template("refused.html").render(
            heading=self._tr(heading), text=self._tr(text), link=status != 421
        )
        return HTMLResponse(html, status)

    def _address(self, name: str) -> str:
        return f"/static/{name}?{zlib.crc32(self.static[name].body):08x}"
