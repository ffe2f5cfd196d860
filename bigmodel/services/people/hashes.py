"""Passwords, tokens and codes as the store keeps them: as hashes from which nobody gets back what was typed."""

import secrets
from base64 import b32encode, b64decode, b64encode
from functools import cache
from hashlib import scrypt, sha256
from hmac import compare_digest
from threading import BoundedSemaphore

N, R, P = 2**15, 8, 1  # 32 MB and about 0.1 s for each guess (scrypt, RFC 7914)
MOST_MEMORY = 2 * 128 * N * R
CODE_BYTES = 16
CODE_GROUP = 5
AT_ONCE = BoundedSemaphore(2)  # who is asked often must not fill memory


def new_token() -> str:
    """Return 128 random bits for a cookie."""
    return secrets.token_urlsafe(CODE_BYTES)


def new_code() -> str:
    """Return 128 random bits that a person can write down."""
    letters = b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("=")
    return "-".join(letters[at : at + CODE_GROUP] for at in range(0, len(letters), CODE_GROUP))


def hash_token(token: str) -> str:
    """Return what is stored of a random token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def hash_code(code: str) -> str:
    """Return what is stored of a code; blanks, hyphens and small letters do not count."""
    return hash_token("".join(letter for letter in code.upper() if letter.isalnum()))


def hash_password(password: str) -> str:
    """Return a password as scrypt with a fresh salt."""
    salt = secrets.token_bytes(16)
    return f"scrypt${N}${R}${P}${_text(salt)}${_text(_scrypt(password, salt, N, R, P))}"


def is_password(password: str, stored: str) -> bool:
    """Return whether a password is the one of a stored hash; it takes as long for one as for another."""
    _, n, r, p, salt, known = stored.split("$")
    found = _scrypt(password, b64decode(salt), int(n), int(r), int(p))
    return compare_digest(found, b64decode(known))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with AT_ONCE:
        secret = password.encode("utf-8", "replace")
        return scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=MOST_MEMORY, dklen=32)


def _text(value: bytes) -> str:
    return b64encode(value).decode()


@cache
def unknown() -> str:
    """Return what a password is compared with where a name is unknown: that takes as long."""
    return hash_password(new_token())
