"""Removes from a request what only the gateway may say, in any spelling."""

from urllib.parse import unquote_plus
from wsgiref.types import WSGIEnvironment

from gateway.memoize import memoize

RESERVED = ("gateway.", "masa_madre.")
"""Prefixes of the environ keys that belong to the gateway."""

# Headers that some framework or proxy takes for another tenant, schema, method or address than
# those of the request that was judged. Compared without case, dashes and underscores.
_NAMES = frozenset(
    {
        "xschema",
        "xschemaname",
        "xsearchpath",
        "xhttpmethod",
        "xhttpmethodoverride",
        "xmethodoverride",
        "xoriginalmethod",
        "xforwardedmethod",
        "xoriginalurl",
        "xoriginaluri",
        "xrewriteurl",
        "xforwardeduri",
    }
)
_METHOD_FIELD = "_method"


def strip_untrusted(environ: WSGIEnvironment) -> None:
    """Remove every header about tenants, every override and every reserved key, in place.

    Any header whose name holds `tenant` goes. `_method` goes from the query string too; in a form
    the app has to ignore it, since the gateway reads no bodies.
    """
    for key in [key for key in environ if _is_untrusted(key)]:
        del environ[key]
    query: str = environ.get("QUERY_STRING", "")
    if query:
        parts = query.split("&")
        kept = [part for part in parts if not _is_method_field(part)]
        if len(kept) != len(parts):
            environ["QUERY_STRING"] = "&".join(kept)


@memoize
def _is_untrusted(key: str) -> bool:
    if key.startswith(RESERVED):
        return True
    folded = "".join(character for character in key.lower() if character.isalnum())
    if not folded.startswith("http"):
        return False
    name = folded.removeprefix("http")
    return "tenant" in name or name in _NAMES


def _is_method_field(part: str) -> bool:
    return unquote_plus(part.partition("=")[0]).strip().lower() == _METHOD_FIELD
