"""More people come at once than the pool has bakeries for."""

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.stack import eventually
from tests.chaos.visitors import MODELS

ARRIVALS = 40
ARRIVE_SECONDS = 10
WAIT_SECONDS = 300
POLITE = (429, 503)


def arrive_at_once(trial: Trial, count: int = ARRIVALS, seconds: float = ARRIVE_SECONDS) -> None:
    """Open many sessions within seconds; each becomes a bakery, or is refused politely.

    Each comes from an address of its own, where the system believes what a proxy says of that.
    """
    with ThreadPoolExecutor(count) as pool:
        made = [
            pool.submit(_arrive, trial, _headers(trial, number), wait, model)
            for number in range(count)
            for wait in [trial.random.uniform(0, seconds)]
            for model in [MODELS[number % len(MODELS)]]
        ]
        opened = [prospect for each in made if (prospect := each.result()) is not None]
    for prospect in opened:
        if not eventually(lambda p=prospect: _is_active(p), WAIT_SECONDS):
            trial.history.wrong.append(f"one of {count} at once is {prospect.session['status']}")
        while prospect.post("/api/demo/session/destroy").status >= 500:
            time.sleep(0.2)
    trial.done += len(opened)


def _headers(trial: Trial, number: int) -> dict[str, str]:
    return {
        "Idempotency-Key": f"{trial.random.getrandbits(128):032x}",
        "X-Forwarded-For": f"10.9.{number // 250}.{number % 250 + 1}",
    }


def _arrive(trial: Trial, headers: dict[str, str], wait: float, model: str) -> Prospect | None:
    time.sleep(wait)
    prospect = Prospect(trial.stack.url, timeout=120)
    body = {"demo_account_type": model}
    try:
        answer = prospect.request("POST", "/api/demo/session/create", body, headers)
    except (OSError, HTTPException) as error:
        trial.history.count(trial.history.opening, "unknown")
        trial.history.wrong.append(f"one of many at once got no answer: {error}")
        return None
    if answer.status == 201:
        trial.history.count(trial.history.opening, "done")
        prospect.session, prospect.token = answer.json, answer.json["session_token"]
        return prospect
    trial.history.count(trial.history.opening, "refused")
    if answer.status not in POLITE or "Retry-After" not in answer.headers:
        trial.history.wrong.append(f"one of many at once got {answer.status}")
    return None


def _is_active(prospect: Prospect) -> bool:
    answer = prospect.get(prospect.session["status_url"])
    if answer.status == 200:
        prospect.session = answer.json
        prospect.token = answer.json.get("session_token") or prospect.token
    return bool(prospect.session["status"] == "active")


EXPERIMENTS = register(
    Experiment(
        "many at once",
        "Load",
        f"{ARRIVALS} more sessions are opened within {ARRIVE_SECONDS} s, with two ready tenants of"
        " each model.",
        "Each gets its bakery, or a refusal that says when to come again.",
        arrive_at_once,
        frozenset({"503"}),
    ),
)
