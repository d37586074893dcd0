"""A browser without a window: keeps cookies, follows redirects, finds a form by the words on its button."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

_SILENT = frozenset({"script", "style", "svg", "title", "noscript"})


class NoSuchButton(Exception):
    """The page has no button with these words."""


@dataclass(slots=True)
class Form:
    """A form: where it goes, its hidden and empty fields, its buttons (words -> name and value)."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Sight(HTMLParser):
    """What a person can see on a page: the text, its main heading, and the forms with their buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.heading = ""
        self._in_heading = False
        self._words: list[str] = []
        self._silent = 0
        self._form: Form | None = None
        self._button: tuple[str, str] | None = None
        self._label: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """All text on the page, white space made single."""
        return " ".join(" ".join(self._words).split())

    def form_with(self, label: str) -> Form | None:
        """The form that has a button with these words."""
        return next((f for f in self.forms if label in f.buttons), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag == "h1":
            self._in_heading = True
        elif tag == "form":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        elif tag == "input" and self._form and "name" in given:
            self._form.fields[given["name"]] = given.get("value", "")
        elif tag == "button" and self._form and "disabled" not in given and given.get("type", "submit") == "submit":
            self._button, self._label = (given.get("name", ""), given.get("value", "")), []

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "h1":
            self._in_heading = False
        elif tag == "form":
            self._form = None
        elif tag == "button" and self._button is not None and self._form is not None:
            self._form.buttons[" ".join("".join(self._label).split())] = self._button
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._words.append(data)
        if self._in_heading:
            self.heading += data
        if self._button is not None:
            self._label.append(data)


class Browser:
    """One person at one address. Connection faults come out as ``OSError`` or ``http.client.HTTPException``."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cookies: dict[str, str] = {}

    def look(self) -> Sight:
        """Load the page."""
        return self._ask("GET", self._address)

    def press(self, page: Sight, button: str, **typed: str) -> Sight:
        """Press a button, with text typed into the fields of its form. Raises ``NoSuchButton``."""
        form = page.form_with(button)
        if form is None:
            raise NoSuchButton
        fields = {**form.fields, **typed}
        name, value = form.buttons[button]
        if name:
            fields[name] = value
        return self._ask("POST", urljoin(self._address, form.action), urlencode(fields))

    def _ask(self, method: str, address: str, body: str | None = None) -> Sight:
        for _ in range(5):
            url = urlsplit(address)
            connection = http.client.HTTPConnection(url.netloc, timeout=30)
            headers = {"Origin": f"http://{url.netloc}"} if method == "POST" else {}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            if self._cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            try:
                connection.request(method, f"{url.path or '/'}?{url.query}".rstrip("?"), body, headers)
                answer = connection.getresponse()
                html = answer.read().decode("utf-8", "replace")
            finally:
                connection.close()
            self._keep(answer.headers.get_all("Set-Cookie", []))
            if answer.status not in (301, 302, 303):
                return Sight(html)
            method, body, address = "GET", None, urljoin(address, answer.headers["Location"])
        raise http.client.HTTPException

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self._cookies.pop(name, None)
                else:
                    self._cookies[name] = morsel.value
