"""Secrets of API clients and of the page's users, as they are kept: hashed, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from typing import Literal

from qa.turns import StoreError

Kind = Literal["key", "user"]
_COST, _BLOCK, _LANES = 2**14, 8, 5  # 16 MiB and about a quarter of a second: OWASP's setting for little memory
_SHORTEST = {"key": 32, "user": 8}
_LONGEST = 1024
_NAMES = {"key": "密钥", "user": "密码"}


def new_key() -> str:
    """An API key of 256 random bits."""
    return f"yj-{secrets.token_urlsafe(32)}"


def clean_name(name: str) -> str:
    """The name as it is kept: composed (keyboards differ in that), without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


def checked_name(name: str) -> str:
    """A clean name that can be read aloud.

    Raises:
        StoreError: empty, longer than 64 characters, or with characters that cannot be seen.
    """
    clean = clean_name(name)
    if not 1 <= len(clean) <= 64 or not clean.isprintable():
        raise StoreError("名称应为 1 到 64 个看得见的字符。请换一个名称。")
    return clean


def hashed(kind: Kind, secret: str) -> str:
    """What is stored: sha256 of a key (it is random, nothing can be guessed), scrypt with a salt of a password.

    Raises:
        StoreError: too short or too long.
    """
    if not _SHORTEST[kind] <= len(secret) <= _LONGEST:
        raise StoreError(f"{_NAMES[kind]}应有 {_SHORTEST[kind]} 到 {_LONGEST} 个字符。请换一个。")
    if kind == "key":
        return key_hash(secret)
    salt = secrets.token_bytes(16)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${salt.hex()}${_scrypt(secret, salt, _COST, _BLOCK, _LANES)}"


def key_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password; a name that does not exist (None) takes as long as a wrong password."""
    if len(password) > _LONGEST:
        return False
    _, cost, block, lanes, salt, digest = (kept or _NOBODY).split("$")
    right = hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), int(cost), int(block), int(lanes)), digest)
    return right and kept is not None


def same(kept: str, given: str) -> bool:
    return hmac.compare_digest(kept, given)


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> str:
    words = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    made = hashlib.scrypt(words, salt=salt, n=cost, r=block, p=lanes, maxmem=256 * cost * block, dklen=32)
    return made.hex()


_NOBODY = f"scrypt${_COST}${_BLOCK}${_LANES}${'00' * 16}${'00' * 32}"
