"""The command line: `python -m tests.chaos.crowd [--visitors 200] [--minutes 10] [--long]`."""

import json
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from app.settings.table import Settings
from tests.bench.figures import machine
from tests.chaos.checkers import CHECKERS
from tests.chaos.command import read_options, say
from tests.chaos.crowd.drawing import draw, read_rows, table
from tests.chaos.crowd.incidents import INCIDENTS, Incident
from tests.chaos.crowd.report import KEPT
from tests.chaos.crowd.watch import Watch
from tests.chaos.report import write
from tests.chaos.runner import SETTLE_SECONDS, Run
from tests.chaos.stack import SETTINGS, Stack, running_stack
from tests.conftest import scratch_directory
from tests.fixtures.live import ROOT

BUILD = ROOT / "build" / "chaos"
RAMP_SECONDS = 120
"""In this time all visitors have come."""
LONG = 1000
READY = 10
"""Ready tenants of each model, to begin with."""
BEHIND_SECONDS = 1.0
"""For each visitor so much more to settle: also who left the line has a bakery made and dropped."""
JUDGED = {"schemas", "roles", "sessions", "pool", "leftovers", "activity", "events", "webhooks",
          "stuck", "processes", "jobs"}  # fmt: skip
"""Checkers that need no memory of what each visitor did: locust's are in another process."""
BELIEVED = ("gateway_requests_per_minute", "gateway_changes_per_session", "gateway_open_requests")


def main() -> None:
    """Let a crowd work; exit 1 if an invariant is violated, an answer is no answer, or 500."""
    options = _options()
    seed = options.seed
    visitors = LONG if options.long else options.visitors
    say(f"seed {seed}, {visitors} visitors, {options.minutes:g} minutes")
    with scratch_directory("crowd-") as home, running_stack(home, **_settings(visitors)) as stack:
        told = _crowd(stack, home, seed, visitors, options.minutes * 60)
        say("the visitors are gone; looking at what is left")
        began = time.monotonic()
        told["violations"] = Run(stack, seed, 0, 1.0).settle(
            [checker for checker in CHECKERS if checker.name in JUDGED],
            SETTLE_SECONDS + visitors * BEHIND_SECONDS,
        )
        told["settled_after"] = round(time.monotonic() - began)
        say(f"settled after {told['settled_after']} s")
    if options.keep:
        KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        write()
    for line in told["table"]:
        say(f"{line['what']}: {line['count']} × {line['p50']}/{line['p95']}/{line['p99']} ms,"
            f" {line['failures'] or 'no failure'}")  # fmt: skip
    for name, what in told["incidents"].items():
        say(f"{name}: {what}")
    for sentence in told["violations"]:
        say(f"VIOLATION {sentence}")
    sys.exit(1 if told["violations"] or set(_failures(told)) - {"429", "503"} else 0)


def _failures(told: dict[str, Any]) -> list[str]:
    return [kind for line in told["table"] for kind in line["failures"]]


def _settings(visitors: int) -> dict[str, str]:
    """Return settings like those of production: limits as they are, addresses from a proxy."""
    fields = Settings.model_fields
    limits = {name.upper(): str(fields[name].default) for name in BELIEVED}
    return SETTINGS | limits | {
        "DEMO_CLEANUP_SECONDS": "30",
        "DEMO_POOL_SIZE": str(READY),
        "DEMO_MAX_SESSIONS": str(visitors * 2 + 400),
        "TRUSTED_PROXIES": "1",
    }  # fmt: skip


def _crowd(stack: Stack, home: Path, seed: int, visitors: int, seconds: float) -> dict[str, Any]:
    rows, began = home / "rows.csv", time.time()
    with Watch(stack) as watch, (home / "locust.log").open("wb") as log:
        locust = subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", "tests/chaos/crowd/visitors.py", "--headless",
             "--only-summary", "-u", str(visitors), "-r", str(visitors / RAMP_SECONDS),
             "-t", f"{seconds:.0f}s", "-s", "60", "-H", stack.url, "--exit-code-on-error", "0"],
            cwd=ROOT, stdout=log, stderr=log,
            env=stack.environment | {"CROWD_ROWS": str(rows), "CROWD_SEED": str(seed)},
        )  # fmt: skip
        try:
            happened = _let_happen(stack, seed, began, seconds)
            locust.wait(seconds)
        finally:
            locust.terminate()
            locust.wait(120)
        samples = [one | {"at": one["at"] - began} for one in watch.as_list()]
    if not rows.exists():
        raise SystemExit(f"locust did nothing:\n{(home / 'locust.log').read_text()[-3000:]}")
    BUILD.mkdir(parents=True, exist_ok=True)
    shutil.copy(rows, BUILD / "crowd.csv")
    (BUILD / "crowd.json").write_text(json.dumps({"began": began, "samples": samples}))
    answers = read_rows(rows, began)
    draw(answers, samples, {name: part * seconds for part, name, _ in INCIDENTS})
    return {
        "day": datetime.now(UTC).date().isoformat(), "seed": seed, "visitors": visitors,
        "minutes": round(seconds / 60), "machine": machine(), "requests": len(answers),
        "table": table(answers), "incidents": happened,
        "most": {name: max(one[name] for one in samples) for name in samples[0] if name != "at"},
    }  # fmt: skip


def _let_happen(stack: Stack, seed: int, began: float, seconds: float) -> dict[str, Any]:
    """Let each incident begin at its time, whatever the others do; return what each told."""

    def happen(at: float, name: str, incident: Incident) -> dict[str, Any]:
        time.sleep(max(0.0, began + at - time.time()))
        told = incident(stack, Random(f"{seed}/{name}"))
        say(f"{name}, begun after {at:.0f} s, over after {time.time() - began:.0f} s: {told}")
        return told

    with ThreadPoolExecutor(len(INCIDENTS)) as pool:
        begun = {
            name: pool.submit(happen, part * seconds, name, incident)
            for part, name, incident in INCIDENTS
        }
        return {name: each.result() for name, each in begun.items()}


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.chaos.crowd", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long; default: 10")
    parser.add_argument("--visitors", type=int, default=200, help="how many; default: 200")
    parser.add_argument("--long", action="store_true", help=f"{LONG} visitors")
    parser.add_argument(
        "--no-keep", dest="keep", action="store_false", help="leave docs/reliability.md as it is"
    )
    return read_options(parser)


if __name__ == "__main__":
    main()
