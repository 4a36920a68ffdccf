"""Style sheets, scripts and pictures, under addresses that change with their content.

The digest of all of them is a part of each address, so that a module finds the one beside it by a
relative path. A browser keeps what it has for a year and asks for it once.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import brotli
from flask import Response, request
from werkzeug.exceptions import NotFound

PREFIX = "/assets"
FOREVER = "public, max-age=31536000, immutable"
DIGEST_LENGTH = 12
WORTH_IT = 500
"""Bytes from which compressing pays."""
TEXTS = frozenset({"text/css", "text/javascript", "image/svg+xml", "application/manifest+json"})


class Assets:
    """The files of a folder, read once a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """The content of each file, by its path in the folder."""
        found = sorted(path for path in self._folder.rglob("*") if path.is_file())
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in found}

    @cached_property
    def digest(self) -> str:
        """The digest of all files, names included."""
        whole = hashlib.sha256()
        for name, content in self.files.items():
            whole.update(f"{name}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()[:DIGEST_LENGTH]

    def address(self, name: str) -> str:
        """Return where a browser finds a file.

        Raises:
            KeyError: there is no such file; a template that names one is wrong.
        """
        if name not in self.files:
            raise KeyError(f"there is no asset {name!r} in {self._folder}")
        return f"{PREFIX}/{self.digest}/{name}"

    def respond(self, digest: str, name: str) -> Response:
        """Answer with a file, compressed as the client takes it.

        A page of the release before may ask for another digest; it gets what there is now, and
        does not keep it.
        """
        content = self.files.get(name)
        if content is None:
            raise NotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = Response(content, mimetype=kind)
        response.headers["Cache-Control"] = FOREVER if digest == self.digest else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return compressed(response, best=True) if kind in TEXTS else response


def compressed(response: Response, *, best: bool = False) -> Response:
    """Compress an answer in place, if its client takes it and it is long enough.

    `best` is for what is compressed once and kept; otherwise it takes a millisecond.
    """
    response.vary.add("Accept-Encoding")
    if response.is_streamed or response.content_encoding:
        return response
    content = response.get_data()
    coding = _choose()
    if coding is None or len(content) < WORTH_IT:
        return response
    press = _press_once if best else _press
    response.set_data(press(coding, content, best))
    response.content_encoding = coding
    return response


def _choose() -> str | None:
    codings = request.accept_encodings
    return next((name for name in ("br", "gzip") if codings.quality(name) > 0), None)


def _press(coding: str, content: bytes, best: bool) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(content, quality=11 if best else 4))
    return gzip.compress(content, 9 if best else 5, mtime=0)


_press_once = lru_cache(maxsize=400)(_press)
