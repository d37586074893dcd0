"""Templates and static files. Autoescape on; a name that a template does not know is an error, not a blank."""

from __future__ import annotations

import mimetypes
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from hwc_school_agent.desk import words
from hwc_school_agent.domain.outcome import Said

_HERE = Path(__file__).parent
_FACES = {
    400: ("Dat begrijpen we niet", "De vraag van je browser was niet compleet. Probeer het opnieuw."),
    403: ("Open het bureau zelf", "Deze vraag kwam van een andere pagina. Voor de zekerheid doen we daar niets mee."),
    404: ("Deze pagina bestaat niet", "Het bureau heeft maar één pagina."),
    405: ("Dat kan hier niet", "Het bureau heeft maar één pagina."),
    413: ("Dat is te veel", "De vraag van je browser was te groot."),
    421: ("Dit adres kennen we niet", "Open het bureau op het adres dat je van ICT hebt gekregen."),
    500: ("Er ging iets mis", "Probeer het opnieuw. Lukt het niet? Bel Veilig Thuis: 0800 2000."),
    503: ("Het is even te druk", "Probeer het over een minuut opnieuw."),
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

    def __init__(self, school: str, timezone: str) -> None:
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
        self._env.globals["school"] = school
        self._env.globals["static"] = self._address
        self._env.globals["folder"] = words.FOLDERS
        self._env.globals["roles"] = words.ROLES
        self._env.globals["morning"] = words.MORNING
        self._env.globals["troubles"] = words.TROUBLES
        self._env.globals["legs"] = words.LEGS
        self._env.globals["sentence"] = words.sentence
        self._env.globals["Said"] = Said
        self._env.filters["clock"] = lambda epoch: words.clock(epoch, timezone)
        self._env.filters["machine"] = lambda epoch: words.machine_time(epoch, timezone)
        self._env.filters["day"] = words.day

    def page(self, template: str, **facts: Any) -> HTMLResponse:
        """One page, status 200."""
        return HTMLResponse(self._env.get_template(f"{template}.html").render(**facts))

    def refusal(self, status: int) -> HTMLResponse:
        """A plain page for a request that is not answered."""
        heading, text = _FACES[status]
        html = self._env.get_template("refused.html").render(heading=heading, text=text, link=status != 421)
        return HTMLResponse(html, status)

    def _address(self, name: str) -> str:
        return f"/static/{name}?{zlib.crc32(self.static[name].body):08x}"
