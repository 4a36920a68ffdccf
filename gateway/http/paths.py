"""One spelling for every path and method, so that what is judged is what the app gets."""

import re
import unicodedata
from wsgiref.types import WSGIEnvironment

from gateway.errors import Refused
from gateway.messages import AMBIGUOUS_PATH, NOT_LISTED

_METHOD = re.compile(r"[A-Z]{1,20}")
# %2F, %5C and %00 cannot be told from their characters once the server has decoded them. %25
# hides a second layer that something behind the app might decode.
_HIDDEN = re.compile(r"%(?:2f|5c|00|25)", re.IGNORECASE)
# `;` opens path parameters; `\` is a slash to some, `?` and `#` end a path for whoever builds a
# URL from it again; `%` is a second layer.
_FORBIDDEN = re.compile(r"[;\\?#%]")
# What nobody reads in two ways, and nearly every path that is sent.
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
    it makes another address. Whatever two readers could take for different paths is refused,
    `..` included: no client of ours sends it.

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
    """The one spelling of a decoded path.

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
    # there, the decoded path is all that anybody behind us can see either.
    for name in ("RAW_URI", "REQUEST_URI"):
        target: str = environ.get(name) or ""
        if _HIDDEN.search(target.partition("?")[0]):
            raise Refused(AMBIGUOUS_PATH)


def _ensure_plain_unicode(path: str) -> None:
    # Full-width letters and slashes turn into plain ones for whoever normalises later.
    if unicodedata.normalize("NFKC", path) != unicodedata.normalize("NFC", path):
        raise Refused(AMBIGUOUS_PATH)
