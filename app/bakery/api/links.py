"""The `Link` header of a list: its first, previous, next and last page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request


def page_links(page: Mapping[str, Any]) -> dict[str, str]:
    """Return the header, with paths relative to the host: a proxy may be in front."""
    number, last = page["page"], page["pages"]
    targets = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    links = [
        f'<{_address(target)}>; rel="{name}"'
        for name, target in targets.items()
        if 1 <= target <= last
    ]
    return {"Link": ", ".join(links)}


def _address(number: int) -> str:
    query = [(name, value) for name, value in request.args.items() if name != "page"]
    return f"{request.path}?{urlencode([*query, ('page', str(number))])}"
