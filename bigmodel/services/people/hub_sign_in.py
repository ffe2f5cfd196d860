"""Signing in with an account of the hub (OAuth 2 with PKCE, RFC 7636), as a Space offers it; no token of the hub is kept."""

import json
import secrets
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from bigmodel.core.errors import PeopleError, SettingsError
from bigmodel.services.people.people import PeopleService
from bigmodel.settings import Settings

SCOPE = "openid profile"
WAIT_S = 10.0
STATE_S = 600.0  # from the first press until the hub sends somebody back
MOST_STATES = 1_000
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class _Begun:
    """A sign-in that somebody began. `verifier` proves to the hub that it was begun here."""

    verifier: str
    back: str
    until: float


class HubSignIn:
    """Sends a browser to the hub and takes it back. All methods may be called from several threads."""

    def __init__(self, settings: Settings, people: PeopleService) -> None:
        self._settings, self._people = settings, people
        self._lock = threading.Lock()
        self._begun: dict[str, _Begun] = {}

    def check(self) -> None:
        """Refuse a setting that cannot work.

        Raises:
            SettingsError: `oauth_missing`.
        """
        settings = self._settings
        is_safe = _is_safe(settings.openid_provider_url)
        if not (settings.oauth_client_id and settings.oauth_client_secret and is_safe):
            raise SettingsError("oauth_missing")

    def begin(self, redirect: str, back: str) -> tuple[str, str]:
        """Return where to send the browser, and the state that its cookie keeps."""
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        with self._lock:
            now = time.monotonic()
            kept = [item for item in self._begun.items() if item[1].until > now]
            self._begun = dict(kept[-MOST_STATES + 1 :])
            self._begun[state] = _Begun(verifier, back, now + STATE_S)
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "client_id": self._settings.oauth_client_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._settings.openid_provider_url}/oauth/authorize?{urlencode(asked)}", state

    def finish(
        self, *, code: str, state: str, cookie: str, redirect: str, address: str
    ) -> tuple[str, str]:
        """Return the token of a new session, and the place to go back to.

        Raises:
            PeopleError: `hub_sign_in_failed`, `tries_limited`.
        """
        self._people.begin_try(address)
        with self._lock:
            begun = self._begun.pop(state, None)
        is_own = secrets.compare_digest(state.encode(), cookie.encode())
        if not code or begun is None or not is_own or begun.until < time.monotonic():
            raise PeopleError("hub_sign_in_failed")
        try:
            told = self._who(code, begun.verifier, redirect)
            subject, name = str(told["sub"]), str(told["preferred_username"])
        except (URLError, OSError, ValueError, KeyError, TypeError) as error:
            raise PeopleError("hub_sign_in_failed") from error
        self._people.was_right(address)
        return self._people.enter_from_hub(subject, name), begun.back

    def _who(self, code: str, verifier: str, redirect: str) -> dict[str, object]:
        """Return what the hub says of whoever allowed it; its token is forgotten at once."""
        settings = self._settings
        pair = f"{settings.oauth_client_id}:{settings.oauth_client_secret}"
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": settings.oauth_client_id,
            "code_verifier": verifier,
        }
        basic = f"Basic {b64encode(pair.encode()).decode()}"
        token = self._ask("/oauth/token", basic, urlencode(form).encode())["access_token"]
        return self._ask("/oauth/userinfo", f"Bearer {token}")

    def _ask(self, path: str, allowed: str, form: bytes | None = None) -> dict[str, object]:
        request = Request(  # noqa: S310 - `check` lets https and this machine through
            f"{self._settings.openid_provider_url}{path}", form, {"Authorization": allowed}
        )
        try:
            with urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
                return dict(json.loads(answer.read(MOST_BYTES)))
        except HTTPError as error:
            error.close()
            raise ValueError("the hub says no") from None


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost")
