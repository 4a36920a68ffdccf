"""The release before and this one: its data and sessions, both at once, each other's jobs."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis import Redis

from jobs.queue.dispatcher import RESET_QUEUED_SECONDS
from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.history import OVER
from tests.chaos.second_system import SecondSystem, second_system
from tests.chaos.stack import eventually
from tests.chaos.visitors import MODELS
from tests.conftest import scratch_directory
from tests.fixtures.last_release import unpack

MIGRATIONS_KILLED = 3
JOB_SECONDS = 120
SUSPENDED = "rq:suspended"
PROMISE = (
    "Sessions and their writes go on in either release; a job that one has queued is done by the"
    " other, a reset within a minute; a migration that is killed is run again."
)


@dataclass
class Ledger:
    """Sessions of the second system and what was sold in each; what is wrong is noted."""

    system: SecondSystem
    trial: Trial
    sold: list[tuple[Prospect, str]] = field(default_factory=list)
    asked_at: float = 0.0
    """When the last reset was asked for, by `time.monotonic`."""

    def note(self, what: str) -> None:
        """Note something that is wrong."""
        self.trial.history.wrong.append(f"two releases: {what}")

    def open(self, url: str, model: str, wait: bool = True) -> Prospect:
        """Open a session; without waiting it is pending, and its clone a job that is queued."""
        return Prospect(url, timeout=120).open(model, wait=wait)

    def sell(self, prospect: Prospect, url: str) -> None:
        """Sell a piece at one of the web servers."""
        there = Prospect(url, prospect.token, timeout=120)
        answer = there.sell()
        if answer.status == 201:
            self.sold.append((prospect, answer.json["id"]))
        else:
            self.note(f"a sale got {answer.status}: {answer.json}")

    def look(self, *urls: str) -> None:
        """See that every sale is there, whichever release is asked."""
        for prospect, sale in self.sold:
            for url in urls:
                there = Prospect(url, prospect.token, timeout=120)
                status = there.get(f"/api/pos/sales/{sale}").status
                if status != 200:
                    self.note(f"a sale that was acknowledged is answered with {status}")

    def ask_for_reset(self, prospect: Prospect, url: str) -> str:
        """Ask for a reset, which is queued; return where its state is told."""
        there = Prospect(url, prospect.token, timeout=120)
        self.sold = [each for each in self.sold if each[0] is not prospect]
        self.asked_at = time.monotonic()
        answer = there.post("/api/demo/session/reset")
        return str(answer.json.get("status_url", "")) if answer.status == 202 else ""

    def jobs_done(self, pending: Prospect, reset: Prospect, status_url: str, what: str) -> None:
        """Wait until a clone and a reset are done; what is told of a reset is soon forgotten."""
        left = {"clone": lambda: _is_active(pending)}
        if status_url:
            left["reset"] = lambda: self._is_reset(_reset_of(reset, status_url))
        else:
            self.note(f"a reset {what} was not queued")

        def all_done() -> bool:
            for name in [name for name, is_done in left.items() if is_done()]:
                del left[name]
            return not left

        if not eventually(all_done, JOB_SECONDS):
            told = _reset_of(reset, status_url) if status_url else ""
            status = pending.session["status"]
            self.note(f"a {' and a '.join(left)} {what}: the session is {status}, reset {told}")

    def _is_reset(self, status: object) -> bool:
        """Return True of a reset that is done, or that was dropped as it waited for too long."""
        late = time.monotonic() - self.asked_at > RESET_QUEUED_SECONDS
        return status == "done" or (status is None and late)


def _is_active(prospect: Prospect) -> bool:
    prospect.session = prospect.get(prospect.session["status_url"]).json
    prospect.token = prospect.session.get("session_token") or prospect.token
    return bool(prospect.session["status"] == "active")


def _reset_of(prospect: Prospect, status_url: str) -> Any:
    answer = prospect.get(status_url)
    return answer.json.get("reset") if answer.status == 200 else answer.status


def upgrade_and_go_back(trial: Trial) -> None:
    """Take the release before to this one and back, with sessions open and jobs queued."""
    pool = {"DEMO_POOL_SIZE": "1", "DEMO_CLEANUP_SECONDS": "2"}
    with scratch_directory("second-") as home, scratch_directory("release-before-") as code:
        try:
            unpack(code)
        except pytest.skip.Exception:
            return  # git has no history here
        with second_system(home, code, **pool) as system, system.web(code) as before:
            _upgrade(Ledger(system, trial), code, before)


def _upgrade(ledger: Ledger, code: Path, before: str) -> None:
    """The steps; the web server of the release before runs through all of them."""
    system, model = ledger.system, MODELS[0]
    with system.jobs(code) as workers:
        old = [ledger.open(before, each) for each in MODELS]
        for prospect in old:
            ledger.sell(prospect, before)
        eventually(lambda: _ready(system) >= len(MODELS), JOB_SECONDS)
        pending, asked = _queue(ledger, workers, before, old[0])
    _migrate(ledger)
    with system.web() as after, system.jobs() as workers:
        ledger.jobs_done(pending, old[0], asked, "that the release before has queued")
        new = ledger.open(after, MODELS[1])
        for prospect in (*old, new, pending):
            ledger.sell(prospect, before)
            ledger.sell(prospect, after)
        ledger.look(before, after)
        _end_everywhere(ledger, ledger.open(before, model), after, before)
        _end_everywhere(ledger, ledger.open(after, model), before, after)
        eventually(lambda: _ready(system) >= len(MODELS), JOB_SECONDS)
        pending, asked = _queue(ledger, workers, after, new)
    with system.jobs(code):  # gone back
        pending.url = new.url = before
        ledger.jobs_done(pending, new, asked, "that this release has queued")
        for prospect in (old[1], pending):
            ledger.sell(prospect, before)
        ledger.look(before)
        _leave_nothing(ledger)


def _queue(
    ledger: Ledger, workers: psutil.Process, url: str, prospect: Prospect
) -> tuple[Prospect, str]:
    """Have the workers take no more, queue a clone and a reset, and kill the workers."""
    with ledger.system.redis() as client:
        client.set(SUSPENDED, 1)
        if not eventually(lambda: _all_suspended(client), JOB_SECONDS):
            ledger.note("the workers were not suspended")
        for key in client.smembers("rq:workers"):  # a reset is withdrawn where none is busy
            client.hset(key, "state", "busy")
        queued = _ask(ledger, url, prospect)
        workers.kill()
        psutil.wait_procs([workers], JOB_SECONDS)
        client.delete(SUSPENDED)
    return queued


def _all_suspended(client: "Redis") -> bool:
    """Return True once no worker is left that waits for a job: it would take one more."""
    states = {client.hget(key, "state") for key in client.smembers("rq:workers")}
    return states == {"suspended"}


def _ask(ledger: Ledger, url: str, prospect: Prospect) -> tuple[Prospect, str]:
    asked = ledger.ask_for_reset(prospect, url)
    while (pending := ledger.open(url, MODELS[0], wait=False)).session["status"] != "pending":
        pass  # until the pool is empty
    return pending, asked


def _migrate(ledger: Ledger) -> None:
    """Kill the migration a few times once it has a connection, then let it come to its end."""
    for _ in range(MIGRATIONS_KILLED):
        known = _backends(ledger.system)
        process = ledger.system.start("-m", "flask", "--app", "wsgi", "demo", "migrate")
        eventually(lambda p=process, k=known: p.poll() is not None or _differs(ledger, k), 60)
        time.sleep(ledger.trial.random.uniform(0, 0.5))
        process.kill()
        process.communicate()
        ledger.trial.killed["migration"] += 1
        ledger.trial.done += 1
    ledger.system.demo("migrate")
    ledger.system.make_logins()


def _differs(ledger: Ledger, known: set[object]) -> bool:
    return bool(_backends(ledger.system) - known)


def _backends(system: SecondSystem) -> set[object]:
    with system.database() as database:
        rows = database.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return {row[0] for row in rows}


def _ready(system: SecondSystem) -> int:
    with system.database() as database:
        rows = database.execute(
            "SELECT count(*) FROM control.tenants WHERE state = 'ready' AND is_demo"
        )
        return int(str((rows.fetchone() or (0,))[0]))


def _end_everywhere(ledger: Ledger, prospect: Prospect, url: str, other: str) -> None:
    """End a session at one release; the other refuses it, too."""
    there, beside = (Prospect(each, prospect.token, timeout=120) for each in (url, other))
    beside.get("/api/tenant")
    if there.post("/api/demo/session/destroy").status != 200:
        ledger.note("a session could not be ended by the other release")
    for each in (there, beside):
        if each.get("/api/tenant").status not in OVER:
            ledger.note("a session was answered after its end")


def _leave_nothing(ledger: Ledger) -> None:
    """See that rows, schemas and sessions belong together once jobs have settled."""
    if not eventually(lambda: not ledger.system.strays(), JOB_SECONDS):
        for sentence in ledger.system.strays():
            ledger.note(sentence)


EXPERIMENTS = register(
    Experiment(
        "two releases",
        "Upgrades",
        "On servers of its own: the release before with open sessions and queued jobs, a migration"
        f" that is killed {MIGRATIONS_KILLED} times, both releases at once, and back.",
        PROMISE,
        upgrade_and_go_back,
        frozenset({"503"}),  # of resets: it takes the machine from the system that visitors use
    ),
)
