"""A browser without JavaScript, for tests: keeps its cookie, sends forms, and follows links."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import requests

HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip",
}
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@dataclass
class Reader:
    """One visitor who reads pages and sends forms."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.http.get(self.url + path, headers=HEADERS | headers, allow_redirects=False)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Any:
        own = HEADERS | {"Sec-Fetch-Site": "same-origin"} | headers
        return self.http.post(
            self.url + path, data=fields or {}, headers=own, allow_redirects=False
        )

    def open(self, account_type: str) -> "Reader":
        answer = self.post("/demo/abrir", {"modelo": account_type})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/demo/?hecho=abierta")
        return self

    def crawl(self) -> dict[str, requests.Response]:
        """Every page that links lead to from the first one, one for each kind of address."""
        found: dict[str, requests.Response] = {}
        waiting = ["/demo/"]
        while waiting:
            path = waiting.pop(0)
            kind = NUMBERS.sub("1", path.partition("?")[0])
            if kind in found:
                continue
            found[kind] = self.get(path)
            if "text/html" in found[kind].headers["Content-Type"]:
                waiting += links_of(found[kind].text)
        return found


def links_of(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(/demo[^"#]*)', html)]


def key_of(html: str) -> str:
    """The key of a page's first form."""
    found = re.search(r'name="clave" value="([0-9a-f]{32})"', html)
    assert found is not None, "the page has no form with a key"
    return found[1]
