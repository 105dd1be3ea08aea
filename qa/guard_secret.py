"""The secret that signs cookies: made once, kept in a file that only its owner can read."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

from qa import logs

NAME = "cookie.key"
_BYTES = 32


def secret(folder: Path) -> bytes:
    """The secret of this folder, made if there is none; where nothing can be written it lasts until the restart."""
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _read(path) or _make(path)
    except OSError as error:
        logs.note("cookie key not kept", logging.WARNING, path=str(path), reason=error.strerror)
        return secrets.token_bytes(_BYTES)


def _read(path: Path) -> bytes | None:
    """What is in the file, None if it is missing or not whole; a file that others can read is closed to them."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return None
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return found if len(found) == _BYTES else None


def _make(path: Path) -> bytes:
    """Written beside and linked into place, so that of two processes that start at once both use the first one's."""
    made = secrets.token_bytes(_BYTES)
    draft = path.with_name(f"{NAME}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(made)
        if path.exists():  # not whole: replaced
            path.unlink()
        os.link(draft, path)
    except FileExistsError:
        return _read(path) or made
    finally:
        draft.unlink()
    return made
