"""Works on one scenario, in one process at a time: saves or deletes it, as its row says."""

from typing import Any
from uuid import UUID

import structlog

from app.control.scenarios.pending import begin_attempt, fail_saving
from app.demo import Demo
from jobs.scenarios.deleting import delete_scenario
from jobs.scenarios.saving import NotSaved, copy_name, drop_copy, save_scenario
from jobs.services import JobServices, advisory_lock

log = structlog.get_logger(__name__)

ATTEMPTS = 3


def work_on(services: JobServices, demo: Demo, scenario: UUID) -> str:
    """Do what the scenario's row says. Returns what came of it.

    Raises:
        SchemaToolsError, psycopg.Error, SQLAlchemyError: it failed, and is tried again.
    """
    url = services.settings.database_url
    with advisory_lock(url, f"scenario {scenario.hex}") as acquired:
        if not acquired:
            return "left to another process"
        row = begin_attempt(services.engine, scenario)
        if row is None:
            return "nothing to do"
        if row.state == "deleting":
            return "deleted" if delete_scenario(services, row) else "not yet"
        return _save(services, demo, row)


def _save(services: JobServices, demo: Demo, row: Any) -> str:
    scenario, attempt = row.id, row.attempts
    failure = f"each of {ATTEMPTS} attempts ended with its process"
    try:
        if attempt <= ATTEMPTS:
            save_scenario(services, demo, row)
            return "saved"
    except NotSaved as error:
        failure = str(error)
    except Exception as error:  # RQ's timeout among them
        log.warning("not saved", action="scenario_not_saved", attempt=attempt, error=str(error))
        if attempt < ATTEMPTS:
            raise
        failure = (str(error).strip().splitlines() or [type(error).__name__])[0]
    drop_copy(services.settings.database_url, copy_name(scenario))
    fail_saving(services.engine, scenario, failure)
    log.error("saving given up", action="scenario_given_up", failure=failure)
    return "failed"
