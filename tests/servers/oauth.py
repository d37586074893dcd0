"""A stub OAuth 2 server: token endpoint and token introspection (RFC 6749, RFC 7662).

Dovecot's profile ``oauth`` asks it whether a token is good. A client under test can get its
tokens from ``token_url`` with the client-credentials, refresh-token or device-code grant, as it
would from Microsoft (``/common/oauth2/v2.0/token``) or Google.

    with Dovecot("oauth") as server:
        token = server.oauth.issue(server.user, lifetime=60)
        client.oauth2_login(server.user, token)
        server.oauth.revoke(token)              # the next login fails
        server.oauth.fail_next(2, status=503)   # the token endpoint is down twice
        server.oauth.requests                   # [(path, form), ...] for assertions
"""

from __future__ import annotations

import secrets
import threading
import time
import urllib.parse
from typing import Any

from .json_http import Answer, Asked, JsonHttp


class TokenServer:
    def __init__(
        self,
        default_user: str = "",
        client_id: str = "test-client",
        client_secret: str = "test-secret",
        lifetime: float = 3600,
    ) -> None:
        self.default_user = default_user
        self.client_id = client_id
        self.client_secret = client_secret
        self.lifetime = lifetime
        self.tokens: dict[str, tuple[str, float]] = {}  # token -> (user, expiry)
        self.refresh_tokens: dict[str, str] = {}  # token -> user
        self.device_codes: dict[str, str | None] = {}  # code -> user once approved
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.delay = 0.0
        self._fail = 0
        self._fail_status = 500
        self._fail_body: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._http = JsonHttp(self._handle)

    # -- what tests call -------------------------------------------------------------
    @property
    def base_url(self) -> str:
        return self._http.address

    @property
    def token_url(self) -> str:
        return self.base_url + "/common/oauth2/v2.0/token"

    @property
    def device_url(self) -> str:
        return self.base_url + "/common/oauth2/v2.0/devicecode"

    @property
    def introspect_url(self) -> str:
        return self.base_url + "/introspect"

    def issue(self, user: str | None = None, lifetime: float | None = None) -> str:
        """A new access token."""
        token = "at." + secrets.token_urlsafe(24)
        with self._lock:
            self.tokens[token] = (
                user or self.default_user,
                time.time() + (self.lifetime if lifetime is None else lifetime),
            )
        return token

    def issue_refresh(self, user: str | None = None) -> str:
        token = "rt." + secrets.token_urlsafe(24)
        with self._lock:
            self.refresh_tokens[token] = user or self.default_user
        return token

    def revoke(self, token: str) -> None:
        with self._lock:
            self.tokens.pop(token, None)
            self.refresh_tokens.pop(token, None)

    def revoke_all(self) -> None:
        with self._lock:
            self.tokens.clear()
            self.refresh_tokens.clear()

    def approve_device(self, user: str | None = None) -> None:
        """What the administrator does in the browser: all pending device codes become valid."""
        with self._lock:
            for code in self.device_codes:
                self.device_codes[code] = user or self.default_user

    def fail_next(self, times: int, status: int = 500, body: dict[str, Any] | None = None) -> None:
        """The next ``times`` requests get this HTTP status (and JSON body)."""
        with self._lock:
            self._fail, self._fail_status, self._fail_body = times, status, body or {"error": "server_error"}

    # -- the server --------------------------------------------------------------------
    def start(self) -> TokenServer:
        self._http.start()
        return self

    def stop(self) -> None:
        self._http.stop()

    def __enter__(self) -> TokenServer:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _handle(self, asked: Asked) -> Answer:
        url = urllib.parse.urlsplit(asked.path)
        path, form = url.path, dict(urllib.parse.parse_qsl(url.query)) | dict(urllib.parse.parse_qsl(asked.body))
        with self._lock:
            self.requests.append((path, form))
            fail = self._fail > 0
            if fail:
                self._fail -= 1
        if self.delay:
            time.sleep(self.delay)
        if fail:
            return self._fail_status, self._fail_body
        if path.startswith("/introspect"):
            return self._introspect(form)
        if path.endswith("/devicecode"):
            code = secrets.token_urlsafe(12)
            with self._lock:
                self.device_codes[code] = None
            return 200, {
                "device_code": code,
                "user_code": "TEST-CODE",
                "verification_uri": self.base_url + "/device",
                "expires_in": 900,
                "interval": 1,
                "message": "call approve_device()",
            }
        if path.endswith("/token"):
            return self._token(form)
        return 404, {"error": "not_found"}

    def _introspect(self, form: dict[str, str]) -> Answer:
        with self._lock:
            user, expiry = self.tokens.get(form.get("token", ""), ("", 0.0))
        if not user or expiry <= time.time():
            return 200, {"active": False}
        return 200, {
            "active": True,
            "username": user,
            "sub": user,
            "exp": int(expiry),
            "scope": "IMAP.AccessAsUser.All SMTP.Send",
            "client_id": self.client_id,
            "token_type": "Bearer",
        }

    def _token(self, form: dict[str, str]) -> Answer:
        grant = form.get("grant_type", "")
        if form.get("client_id") != self.client_id:
            return 401, {"error": "invalid_client", "error_description": "unknown client_id"}
        user: str | None = None
        if grant == "client_credentials":
            if form.get("client_secret") != self.client_secret:
                return 401, {"error": "invalid_client", "error_description": "AADSTS7000215: invalid client secret"}
            user = self.default_user
        elif grant == "refresh_token":
            with self._lock:
                user = self.refresh_tokens.get(form.get("refresh_token", ""))
            if user is None:
                return 400, {"error": "invalid_grant", "error_description": "AADSTS70043: refresh token expired"}
        elif grant.endswith("device_code"):
            code = form.get("device_code", "")
            with self._lock:
                if code not in self.device_codes:
                    return 400, {"error": "expired_token"}
                user = self.device_codes[code]
            if user is None:
                return 400, {"error": "authorization_pending"}
        else:
            return 400, {"error": "unsupported_grant_type"}
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": self.issue(user),
            "expires_in": int(self.lifetime),
            "scope": form.get("scope", ""),
        }
        if grant != "client_credentials":
            body["refresh_token"] = self.issue_refresh(user)
        return 200, body
