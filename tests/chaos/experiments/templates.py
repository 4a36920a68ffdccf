"""Templates change under load, and schemas go without asking us."""

import time
from datetime import timedelta
from http.client import HTTPException

from psycopg import sql
from sqlalchemy import create_engine

from app.database.engines import engine_url
from jobs.maintenance.template_renewal import renew
from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.history import OVER
from tests.chaos.visitors import MODELS
from tests.fixtures.demo import DEMO

PATHS = ("/api/tenant", "/api/pos/products", "/api/inventory/summary")
POLITE = frozenset({"503"})


def renew_templates(trial: Trial) -> None:
    """Bring the templates to tomorrow and back to today, while the pool and sessions are in use."""
    engine = create_engine(
        engine_url(trial.stack.database_url), connect_args={"prepare_threshold": None}
    )
    try:
        for days in (1, 0):
            trial.done += len(renew(engine, DEMO, DEMO.now() + timedelta(days=days)))
            time.sleep(2)
    finally:
        engine.dispose()


def drop_leased_schemas(trial: Trial) -> None:
    """Drop the schema of an open session as a superuser would: it is refused, and ends."""
    for model in MODELS:
        prospect = Prospect(trial.stack.url, timeout=120).open(model)
        trial.history.count(trial.history.opening, "done")
        prospect.get("/api/tenant")
        trial.history.spoiled.append(prospect.session["session_id"])
        schema = f"demo_{prospect.session['virtual_tenant_id'].replace('-', '')}"
        with trial.stack.database() as database:
            database.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
        trial.done += 1
        for path in PATHS:
            try:
                status = prospect.get(path).status
            except (OSError, HTTPException):
                status = 0
            if path != PATHS[0] and status not in OVER:  # the first asks nothing of the schema
                trial.history.wrong.append(f"{path} of a schema that is gone got {status}")
        if prospect.post("/api/demo/session/destroy").status not in (200, *OVER):
            trial.history.wrong.append("a session whose schema is gone could not be ended")


EXPERIMENTS = register(
    Experiment(
        "templates renewed",
        "Templates",
        "Every template is rebuilt for tomorrow, and again for today.",
        "Sessions stay as they are; the pool takes over the new version, and a reset gives it.",
        renew_templates,
        POLITE,
    ),
    Experiment(
        "schema dropped from outside",
        "Templates",
        "The schemas of open sessions are dropped by a superuser.",
        "They are told that their demo is over; nothing is left of them.",
        drop_leased_schemas,
    ),
)
