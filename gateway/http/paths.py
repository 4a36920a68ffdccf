"""Brings paths and methods into one spelling, so that the app gets what was judged."""

import re
import unicodedata
from wsgiref.types import WSGIEnvironment

from gateway.errors import Refused
from gateway.messages import AMBIGUOUS_PATH, NOT_LISTED

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

_METHOD = re.compile(r"[A-Z]{1,20}")
# %2F, %5C and %00 cannot be told from their characters once the server has decoded them. %25
# hides a second layer that something behind the app might decode.
_HIDDEN = re.compile(r"%(?:2f|5c|00|25)", re.IGNORECASE)
# `;` opens path parameters; `\` is a slash to some readers, `?` and `#` end a path in a URL that
# is built from it again; `%` is a second layer.
_FORBIDDEN = re.compile(r"[;\\?#%]")
# Every reader takes these for the same path, and nearly every path that is sent is one.
_PLAIN = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})


def canonical_method(environ: WSGIEnvironment) -> str:
    """Upper-case the request's method in place, as the app's framework will read it.

    Raises:
        Refused: it is not made of letters.
    """
    method: str = environ["REQUEST_METHOD"].upper()
    if not _METHOD.fullmatch(method):
        raise Refused(NOT_LISTED)
    environ["REQUEST_METHOD"] = method
    return method


def canonical_path(environ: WSGIEnvironment) -> str:
    """Bring PATH_INFO into its one spelling, write it back, and return it decoded.

    Runs of slashes become one and `.` segments vanish. A trailing slash stays, since to the app
    it makes another address. A path that two readers could take for different ones is refused,
    with `..` too: the demo's own clients send none.

    Raises:
        Refused: the path is ambiguous.
    """
    _ensure_nothing_hidden(environ)
    try:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Refused(AMBIGUOUS_PATH) from None
    canonical = canonicalise(path)
    environ["PATH_INFO"] = canonical.encode().decode("latin-1")
    return canonical


def canonicalise(path: str) -> str:
    """Return the one spelling of a decoded path.

    Raises:
        Refused: the path is ambiguous.
    """
    if _PLAIN.fullmatch(path):
        return path
    path = path or "/"
    if not path.startswith("/") or _FORBIDDEN.search(path):
        raise Refused(AMBIGUOUS_PATH)
    if not path.isascii():
        _ensure_plain_unicode(path)
    if any(unicodedata.category(character) in _INVISIBLE for character in path):
        raise Refused(AMBIGUOUS_PATH)
    segments = path.split("/")
    if any(segment.strip() != segment or segment == ".." for segment in segments):
        raise Refused(AMBIGUOUS_PATH)
    kept = [segment for segment in segments if segment not in ("", ".")]
    trailing = "/" if kept and segments[-1] in ("", ".") else ""
    return "/" + "/".join(kept) + trailing


def _ensure_nothing_hidden(environ: WSGIEnvironment) -> None:
    # Servers keep the request target as it came under one of these names; where neither is
    # there, the decoded path is all that the app can see too.
    for name in ("RAW_URI", "REQUEST_URI"):
        target: str = environ.get(name) or ""
        if _HIDDEN.search(target.partition("?")[0]):
            raise Refused(AMBIGUOUS_PATH)


def _ensure_plain_unicode(path: str) -> None:
    # Full-width letters and slashes become plain ones in a reader that normalises.
    if unicodedata.normalize("NFKC", path) != unicodedata.normalize("NFC", path):
        raise Refused(AMBIGUOUS_PATH)
