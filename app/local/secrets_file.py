"""The file that carries the stack's URLs and secrets to a command line beside it."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from app.config import STATE_FILE
from app.local.files import write_private

SECRET_BYTES = {"JWT_SECRET": 48, "OPS_PASSWORD": 12}
"""What is made once and kept, and how many random bytes it has."""

_PLAIN = re.compile(r"[\w:/@%.,+?&=~-]*", re.ASCII)


def keep_secrets(
    home: Path, urls: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Write and return the URLs and secrets: from the environment, the file, or made now."""
    file = home / STATE_FILE
    kept = dotenv_values(file, interpolate=False)
    values = dict(urls)
    for name, length in SECRET_BYTES.items():
        values[name] = environment.get(name) or kept.get(name) or secrets.token_urlsafe(length)
    lines = (f"{name}={_quote(value)}\n" for name, value in values.items())
    write_private(file, "".join(lines))
    return values


def _quote(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
