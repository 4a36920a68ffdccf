"""What a request tells of its visitor: where from, on what, in which language; and how little.

Nothing here identifies a person: the address and the user agent are looked at and not kept.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.insights.events.kinds import is_word

LONGEST = 64
_NOT_KEPT = re.compile(r"[^\w .+-]+")
_PERSONAL = re.compile(r"@|%40|\d{6,}")
"""An address or a long number in a parameter is dropped with it: it may name a person."""
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})\b")
_ROBOT = re.compile(r"bot|crawl|spider|preview|monitor|curl|python|wget|http", re.IGNORECASE)
_TABLET = re.compile(r"ipad|tablet|android(?!.*mobile)", re.IGNORECASE)
_PHONE = re.compile(r"mobi|iphone|android", re.IGNORECASE)


def is_private() -> bool:
    """Return True where the present request says `DNT: 1` or `Sec-GPC: 1`."""
    from flask import has_request_context, request

    if not has_request_context():
        return False
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


ORIGIN_FIELD = "origen"
"""The field in which a form that opens a session has what `origin_field` returned."""
_CARRIED = ("source", "medium", "campaign", "referrer")


def origin_field() -> str:
    """Return where the visitor of the present page comes from, for a form on it to carry along.

    No cookie has to remember it so.
    """
    found = visit_context()
    return urlencode({name: found[name] for name in _CARRIED if name in found})


def visit_context() -> dict[str, str]:
    """Return the source, device and language of the present request, without what is unknown.

    A form carries the source of the page that it was on, which is cleaned again.
    """
    from flask import request

    carried = dict(parse_qsl(request.form.get(ORIGIN_FIELD, "")[:500]))
    found = {
        "source": clean(request.args.get("utm_source") or carried.get("source")),
        "medium": clean(request.args.get("utm_medium") or carried.get("medium")),
        "campaign": clean(request.args.get("utm_campaign") or carried.get("campaign")),
        "referrer": _other_host(request.headers.get("Referer", ""), request.host)
        or clean(carried.get("referrer")),
        "device": device_of(request.headers.get("User-Agent", "")),
        "language": language_of(request.headers.get("Accept-Language", "")),
    }
    return {name: value for name, value in found.items() if value}


def clean(value: str | None) -> str | None:
    """Return a marketing parameter in lower case, cut, or None: also for what may name a person."""
    if not value or _PERSONAL.search(value):
        return None
    cleaned = _NOT_KEPT.sub(" ", value.lower()).strip()[:LONGEST].strip()
    return cleaned or None


def device_of(user_agent: str) -> str:
    """Return the class of a device: `robot`, `tablet`, `phone` or `computer`."""
    if not user_agent or _ROBOT.search(user_agent):
        return "robot"
    if _TABLET.search(user_agent):
        return "tablet"
    return "phone" if _PHONE.search(user_agent) else "computer"


def language_of(accepted: str) -> str | None:
    """Return the two letters of the language that an `Accept-Language` names first."""
    found = _LANGUAGE.match(accepted[:20])
    return None if found is None else found[1].lower()


def link_of(code: str | None) -> dict[str, str]:
    """Return the field of a prospect link's code, where it is one."""
    lowered = (code or "").lower()
    return {"link": lowered} if is_word(lowered) else {}


def _other_host(referrer: str, own: str) -> str | None:
    try:
        host = urlsplit(referrer).hostname
    except ValueError:  # a browser sends none such
        return None
    return None if host == own.partition(":")[0] else clean(host)
