"""A real agent whose page is under TLS: log in over https, a certificate that is renewed, one that is broken; and what
logging in leaves behind: nothing."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.agent import PASSPHRASE, Agent, files_below, kill_9
from tests.browser.test_desk import ARGUMENTS, CHROMIUM
from tests.browser.test_passkeys import Screen, screen_of
from tests.helpers import eventually, need
from tests.servers import Dovecot, SmtpSink
from tests.servers.tls import CA, Cert, shared_ca

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser


class Secure:
    """An agent with a certificate for its page."""

    def __init__(self, agent: Agent, ca: CA) -> None:
        self.agent, self.ca = agent, ca
        self.url = f"https://localhost:{agent.desk_port}"
        self.certificate, self.key = agent.directory / "desk.pem", agent.directory / "desk.key"

    def put(self, cert: Cert) -> None:
        """Renew the files, as an ACME client does; the desk that runs now ends as if nobody used it."""
        shutil.copy(cert.chain, self.certificate)
        shutil.copy(cert.key, self.key)
        self.end_desk()

    def end_desk(self) -> None:
        if pid := self.agent.desk:
            kill_9(pid)
            eventually(lambda: self.agent.desk != pid)

    def serial(self) -> int:
        pem = ssl.get_server_certificate(("localhost", self.agent.desk_port), ca_certs=self.ca.cafile, timeout=60)
        return x509.load_pem_x509_certificate(pem.encode()).serial_number

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.ca.client_context(), timeout=90)

    def lines(self, code: str) -> list[str]:
        return [line for line in self.agent.log if code in line]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    need(Dovecot.why_not())
    with Dovecot("standard") as server, SmtpSink("starttls") as sink:
        agent = Agent(server, sink, tmp_path_factory.mktemp("agent"))
        made = Secure(agent, shared_ca())
        cert = made.ca.issue("localhost")
        shutil.copy(cert.chain, made.certificate)
        shutil.copy(cert.key, made.key)
        text = agent.config.read_text()
        desk = f'[desk]\ncertificate = "{made.certificate}"\nkey = "{made.key}"\n'
        agent.config.write_text(text.replace("[desk]\n", desk))
        with agent:
            yield made


def log_in(browser: httpx.Client, phrase: str = PASSPHRASE) -> httpx.Response:
    return browser.post("/", data={"do": "inloggen", "rol": "anouk", "ww": phrase})


def test_the_cookie_is_bound_to_this_host(secure: Secure) -> None:
    with secure.browser() as browser:
        answer = log_in(browser)
        [cookie] = [c for c in answer.headers.get_list("set-cookie") if "bureau=" in c]
        assert cookie.startswith("__Host-bureau=")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert parts == {"httponly", "path=/", "samesite=strict", "secure"}
        page = browser.get("/")
        assert "Contactpersoon" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'; ")
        assert page.headers["cache-control"] == "no-store"
        # a name or a scheme that is not ours
        assert browser.get("/", headers={"host": "elders.example"}).status_code == 421
        assert browser.post("/", data={}, headers={"origin": secure.url.replace("https", "http")}).status_code == 403


def test_plain_http_gets_nothing(secure: Secure) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(secure.url.replace("https", "http"), timeout=60)


def test_a_person_logs_in_and_nothing_is_left_of_it(secure: Secure, playwright_engine: Any) -> None:
    """Right and wrong, with a pass phrase and with a passkey: no file of ours, no time of one, no line in the log."""
    need(None if Path(CHROMIUM).exists() else "no Chromium")
    der = x509.load_pem_x509_certificate(secure.certificate.read_bytes()).public_key()
    spki = hashlib.sha256(der.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    trust = f"--ignore-certificate-errors-spki-list={base64.b64encode(spki).decode()}"
    chromium = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, trust])
    screen: Screen = screen_of(chromium, secure)  # type: ignore[arg-type]
    screen.log_in("anouk", PASSPHRASE)
    screen.sees("Er is nu geen signaal")
    [cookie] = screen.page.context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-bureau", True, True)
    screen.add_passkey()
    screen.says("Je sleutel is toegevoegd.")
    screen.log_out()

    for path in files_below(secure.agent.state):  # read before it was written: a reading would be noted
        os.utime(path, ns=(10**18, path.stat().st_mtime_ns))
    before, said = _left(secure), list(secure.agent.log)
    secure.end_desk()  # a desk reads the staff file when it begins
    screen.log_in("anouk", PASSPHRASE)
    screen.sees("Er is nu geen signaal")
    screen.log_out()
    screen.log_in("anouk", "niet de goede zin")
    screen.says("De inlognaam en het wachtwoord horen niet bij elkaar.")
    screen.use_passkey()
    screen.sees("Er is nu geen signaal")
    screen.log_out()
    screen.replace_key(userHandle=base64.b64encode(b"somebody else").decode())
    screen.use_passkey()
    screen.says("Deze sleutel hoort niet bij het bureau, of hij is niet meer geldig.")
    assert _left(secure) == before
    clock = ("HWC-110", "HWC-120", "HWC-121")  # what the clock says, whoever logs in
    assert [x for x in secure.agent.log[len(said) :] if not any(code in x for code in clock)] == []
    chromium.close()


def _left(secure: Secure) -> dict[str, tuple[bytes, int, int]]:
    """Every file the agent keeps: what is in it, when it was written, when it was read."""
    found = {}
    for path in files_below(secure.agent.state):
        times = path.stat()
        found[str(path)] = (b"", times.st_mtime_ns, times.st_atime_ns)
    for path in files_below(secure.agent.state):
        times = path.stat()
        found[str(path)] = (path.read_bytes(), *found[str(path)][1:])
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # our own look leaves none either
    return found


def test_a_renewed_certificate_needs_no_restart_and_a_broken_one_breaks_nothing_else(secure: Secure) -> None:
    assert secure.agent.process is not None
    agent, before = secure.agent, secure.serial()
    secure.put(secure.ca.issue("localhost"))
    assert eventually(secure.serial) != before

    secure.key.write_text("no key")
    secure.end_desk()
    for _ in range(2):  # longer than the wait, so that a second desk tries and is silent
        with contextlib.suppress(OSError), pytest.raises(httpx.TransportError):
            httpx.get(secure.url, verify=secure.ca.client_context(), timeout=12)
    eventually(lambda: secure.lines("HWC-312"))
    done = agent.command("--credentials", str(agent.credentials), "check")
    assert (done.returncode, "niet te gebruiken" in done.stderr) == (1, True)
    assert agent.process.poll() is None
    assert not secure.lines("HWC-310"), "no crash loop"

    secure.put(secure.ca.issue("localhost", valid_from=-10, valid_days=5))
    done = agent.command("--credentials", str(agent.credentials), "check")
    assert (done.returncode, "nu niet geldig" in done.stderr) == (1, True)
    secure.put(secure.ca.issue("localhost"))

    def opens() -> bool:
        with contextlib.suppress(httpx.TransportError), secure.browser() as browser:
            return browser.get("/").status_code == 200
        return False

    eventually(opens, 60, every=0.5)
    assert len(secure.lines("HWC-312")) == 1, "said once, not at every knock"
    assert agent.command("--credentials", str(agent.credentials), "check").returncode == 0


def test_other_machines_only_with_a_certificate(secure: Secure, tmp_path: Path) -> None:
    text = secure.agent.config.read_text()
    bare = text.replace(f'certificate = "{secure.certificate}"\nkey = "{secure.key}"\n', "").replace(
        "127.0.0.1:", "0.0.0.0:"
    )
    (tmp_path / "config.toml").write_text(bare)
    ended = secure.agent.command(
        "--config", str(tmp_path / "config.toml"), "--credentials", str(secure.agent.credentials), "run"
    )
    assert ended.returncode == 78
    assert "desk.listen" in ended.stderr
