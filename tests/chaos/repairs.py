"""Takes repairs out, one by one, and sees that the suite notices: `python -m tests.chaos.repairs`.

Each is a weak spot that was found by hand. The project is copied, the repair is undone in the
copy, and the experiment that should notice it is done there.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.command import say
from tests.conftest import scratch_directory
from tests.fixtures.live import ROOT

KEPT = Path(__file__).parent / "last_repairs.json"
"""What was found, by the name of the repair that was taken out."""

SIGNS = ("VIOLATION", "STOPPED")
LEFT_OUT = (".git", "build", ".venv", ".state", "__pycache__", ".mypy_cache", ".ruff_cache", "docs")


@dataclass(frozen=True)
class Repair:
    """A piece of code that repairs something, what takes it out, and what notices."""

    name: str
    file: str
    code: str
    without: str
    experiment: str


REPAIRS = (
    Repair(
        "the scheduler outlives a Redis that takes no writes",
        "jobs/scheduler.py",
        "                self.outage.wait(error)\n                continue\n",
        "                raise\n",
        "Redis full",
    ),
    Repair(
        "a request that is sent again with its key acts once",
        "app/bakery/api/idempotency.py",
        "    return None if is_first else _answer_of(session, key)\n",
        "    return None\n",
        "answers to commits lost",
    ),
    Repair(
        "a key of another type is moved aside",
        "jobs/queue/unreadable_keys.py",
        '    name = key if isinstance(key, str) else key.decode(errors="backslashreplace")\n',
        "    return\n    name = key if isinstance(key, str) else key.decode()\n",
        "wrong types in Redis",
    ),
    Repair(
        "a poisoned count is set aside",
        "gateway/sessions/activity.py",
        "            except (ValueError, OverflowError):\n"
        "                self._reject(session, count)\n",
        "            except ZeroDivisionError:\n                self._reject(session, count)\n",
        "poisoned counts",
    ),
    Repair(
        "an end waits until no older record is believed",
        "jobs/clones/session_cache.py",
        "                if not wait or time.monotonic() >= deadline:\n",
        "                if True:\n",
        "ended while Redis sleeps",
    ),
    Repair(
        "workers that are killed are replaced",
        "jobs/worker.py",
        "        super().check_workers(respawn)\n",
        "        super().check_workers(False)\n",
        "workers killed",
    ),
    Repair(
        "a process that ends is started again",
        "app/local/supervisor.py",
        "            if child.process is None:\n                if seconds >= 0:\n",
        "            if child.process is None:\n                if seconds >= 3600:\n",
        "web master killed",
    ),
    Repair(
        "a schedule that Redis lost is put up again",
        "jobs/scheduler.py",
        "        if not self._is_installed or self._count() != self._size:\n",
        "        if not self._is_installed:\n",
        "Redis killed and emptied",
    ),
    Repair(
        "a pod that begins nothing, as its node is lost, is given up",
        "jobs/kubernetes/reconciler.py",
        " or self._begins_nothing(job_status, waiting)\n",
        "\n",
        "clones in Kubernetes",
    ),
)


def main() -> None:
    """Take out the repairs that are named, or all; exit 1 if one is not noticed."""
    chosen = [each for each in REPAIRS if not sys.argv[1:] or each.name in sys.argv[1:]]
    missed = False
    for repair in chosen:
        lines = complaints(repair)
        if lines is None:
            say(f"{repair.name}: NOT TRIED")
            missed = True
            continue
        told = {line.strip() for line in lines}
        say(f"{repair.name}: {'noticed' if told else 'NOT NOTICED'}")
        say("".join(f"    {line[:160]}\n" for line in sorted(told)[:3]), end="")
        missed |= not told
        keep(repair, sorted(told))
    sys.exit(1 if missed else 0)


def complaints(repair: Repair) -> list[str] | None:
    """Do the experiment without the repair, and return what the suite says of it."""
    with scratch_directory("chaos-repair-") as home:
        copy = home / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        take_out(repair, copy)
        (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos", "--seed", "1", "--minutes", "0", "--visitors",
             "8", "--only", repair.experiment],
            cwd=copy, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if "at http" not in done.stdout:
        say(done.stderr[-2000:])
        return None  # it did not start, which says nothing of the experiment
    return [line for line in done.stdout.splitlines() if line.strip().startswith(SIGNS)]


def keep(repair: Repair, told: list[str]) -> None:
    """Keep what was found of a repair that was taken out; the report has a table of it."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    kept[repair.name] = {"day": datetime.now(UTC).date().isoformat(), "found": told}
    names = [each.name for each in REPAIRS if each.name in kept]
    text = json.dumps({name: kept[name] for name in names}, indent=1, ensure_ascii=False)
    KEPT.write_text(f"{text}\n")


def take_out(repair: Repair, project: Path) -> None:
    """Undo a repair in a copy of the project."""
    file = project / repair.file
    text = file.read_text()
    assert text.count(repair.code) == 1, f"{repair.file} has changed: {repair.name}"
    file.write_text(text.replace(repair.code, repair.without))


if __name__ == "__main__":
    main()
