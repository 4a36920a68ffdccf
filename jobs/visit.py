"""What `helm test` runs: `python -m jobs.visit <url> <path>` opens a demo, reads of it, ends it.

It asks web by HTTP as a prospect does, and needs no settings and no secrets. Exits with 0 when all
of it worked, with 1 and a sentence when something did not, with 2 on misuse.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

DONE, FAILED, MISUSED = 0, 1, 2
READY_SECONDS = 120
CLONE_SECONDS = 120
PAUSE_SECONDS = 1.0
ANSWER_SECONDS = 10


class VisitFailedError(Exception):
    """The demo did not do what a prospect needs."""


class Visit:
    """One visit of the demo at a URL."""

    def __init__(self, url: str, say: Callable[[str], None]) -> None:
        self._url = url.rstrip("/")
        self._say = say
        self._token = ""

    def run(self, path: str) -> None:
        """Wait until it serves, open a demo, read the path, end the demo.

        Raises:
            VisitFailedError: one of these did not work.
        """
        self._wait_until_ready()
        accounts = self._expect(200, "GET", "/api/demo/accounts")["accounts"]
        kind = {"demo_account_type": accounts[0]["account_type"]}
        session = self._expect(201, "POST", "/api/demo/session/create", kind)
        self._token = session["session_token"]
        try:
            self._wait_until_active(session)
            self._expect(200, "GET", path)
            self._say(f"{path} is there")
        finally:
            self._expect(200, "POST", "/api/demo/session/destroy", {})
        self._expect(401, "GET", path)
        self._say("the demo is over")

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while (status := self._ask("GET", "/ready?without=redis")[0]) != 200:
            if time.monotonic() > end:
                raise VisitFailedError(f"/ready answers {status} after {READY_SECONDS} seconds")
            time.sleep(PAUSE_SECONDS)
        self._say(f"{self._url} serves")

    def _wait_until_active(self, session: dict[str, Any]) -> None:
        end = time.monotonic() + CLONE_SECONDS
        while session["status"] == "pending":
            if time.monotonic() > end:
                raise VisitFailedError(f"its data are not there after {CLONE_SECONDS} seconds")
            time.sleep(PAUSE_SECONDS)
            session = self._expect(200, "GET", session["status_url"])
        if session["status"] != "active":
            raise VisitFailedError(f"the session is {session['status']}")
        self._token = session["session_token"]
        self._say("a demo is open")

    def _expect(self, status: int, method: str, path: str, body: object = None) -> dict[str, Any]:
        found, text = self._ask(method, path, body)
        if found != status:
            raise VisitFailedError(f"{method} {path} answers {found}, not {status}: {text[:300]}")
        answer = json.loads(text)
        return answer if isinstance(answer, dict) else {}

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Return status and text; 0 and the reason where there is no answer."""
        data = None if body is None else json.dumps(body).encode()
        # main() takes http:// and https:// only.
        request = urllib.request.Request(self._url + path, data, method=method)  # noqa: S310
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except OSError as error:
            return 0, str(error)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the visit. Returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if len(given) != 2 or not given[0].startswith(("http://", "https://")):
        print("usage: python -m jobs.visit <url> <path>", file=sys.stderr)  # noqa: T201
        return MISUSED
    try:
        Visit(given[0], lambda line: print(line, flush=True)).run(given[1])  # noqa: T201
    except VisitFailedError as error:
        print(f"The visit failed: {error}.", file=sys.stderr)  # noqa: T201
        return FAILED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
