"""A saved scenario moves on with the days, is migrated, offered by every process, and deleted."""

import shutil
from datetime import timedelta

from app.control.operators.doctor.finding import Verdict
from app.control.operators.doctor.templates import check_saved
from app.control.pool.reopening import reopen_templates
from app.control.scenarios import registry
from app.control.scenarios.dates import moved_by
from app.control.scenarios.renewal import renew_saved, without_saved
from app.demo import load_demo
from jobs import tasks
from jobs.maintenance.catching_up import catch_up
from jobs.maintenance.cleanup import run_cleanup
from jobs.maintenance.reconcile import find_and_repair
from seeds.values import MADRID
from tests.fixtures.demo import TREE
from tests.integration.control.steps import work
from tests.integration.scenarios.conftest import (
    OPS,
    SCHEMA,
    copies,
    dates,
    open_session,
    schema_of,
)


def test_dates_move_on_with_the_days_and_not_before(saved, parts, database, demo):
    (sales, ovens), founded = dates(database, SCHEMA), "SELECT founded_on FROM {}.shop"
    saved_at = saved.saved_at.astimezone(MADRID)  # its days are those of the clocks there
    late = saved_at + timedelta(days=1, minutes=-1)
    assert renew_saved(parts.engine, demo, late) == []
    for days, since in ((1, 1), (3, 2), (3, 0)):
        now, by = saved_at + timedelta(days=days, hours=5), moved_by(saved_at, days, demo.timezone)
        assert renew_saved(parts.engine, demo, now) == ([SCHEMA] if since else [])
        assert dates(database, SCHEMA) == [
            [(day + timedelta(days), pieces) for day, pieces in sales],
            [(lit + by, out and out + by, note) for lit, out, note in ovens],
        ]
    assert str(database.execute(founded.format(SCHEMA)).fetchone()[0]) == "1987-03-12"
    session = open_session(parts, "feria")
    assert dates(database, schema_of(database, session.id)) == dates(database, SCHEMA)


def test_a_template_that_cannot_be_renewed_is_not_offered_until_it_can(
    saved, parts, services, database, demo, client
):
    database.execute(f"ALTER TABLE {SCHEMA}.sales ADD CHECK (day < current_date + 2) NOT VALID")
    now = saved.saved_at + timedelta(days=30)
    assert renew_saved(parts.engine, demo, now) == []
    unusable = services.scenarios.find("feria")
    assert not unusable.is_offered
    assert "violates check constraint" in unusable.failure
    assert registry.ScenarioRegistry(parts.engine).offered() == ()
    assert "It cannot be used: new row for" in client.get("/ops/scenarios/", auth=OPS).text
    assert dates(database, SCHEMA)[0][-1][0] < now.date(), "nothing was moved in part"
    database.execute(f"ALTER TABLE {SCHEMA}.sales DROP CONSTRAINT sales_day_check")
    assert renew_saved(parts.engine, demo, now) == [SCHEMA]
    assert services.scenarios.find("feria").is_offered


def test_a_template_whose_schema_was_not_restored_says_so(saved, parts, services, database, demo):
    database.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    reopen_templates(parts.engine, demo.tables)
    assert renew_saved(parts.engine, demo) == []
    assert services.scenarios.find("feria").failure.startswith("Its schema is missing: restore")


def test_its_template_stays_at_its_moment_and_is_no_orphan(saved, parts, database, demo):
    looked_at = []
    demo.tables.__dict__["bring_forward"] = "tests:none"
    object.__setattr__(
        demo,
        "load_bring_forward",
        lambda: (
            lambda raw, timeline, now: (
                looked_at.append(raw.execute("SELECT current_schema()").fetchone()[0]) or 0
            )
        ),
    )
    catch_up(parts.engine, parts.settings.database_url, demo)
    assert "template_individual_bakery" in looked_at
    assert SCHEMA not in looked_at
    run_cleanup(parts)
    assert [finding.kind for finding in find_and_repair(parts)] == []
    assert (SCHEMA,) in copies(database)


def test_a_folder_that_takes_its_name_later_does_not_replace_it(saved, parts, demo):
    folder = demo.scenarios / "feria"
    folder.mkdir()
    (folder / "scenario.toml").write_text((demo.scenarios / "lluvia/scenario.toml").read_text())
    whole = load_demo(parts.settings.demo_file)
    assert "individual_bakery__feria" in [one.key for one in whole.templates]
    kept = without_saved(parts.engine, whole)
    assert [one.key for one in kept.templates] == ["individual_bakery", "individual_bakery__lluvia"]


def test_processes_see_a_new_one_and_survive_without_postgres(saved, parts, database, monkeypatch):
    seen = registry.ScenarioRegistry(parts.engine)
    assert [one.name for one in seen.offered()] == ["feria"]
    assert [one.name for one in seen.offered()] == ["feria"]
    database.execute("UPDATE control.saved_scenarios SET title = 'Otra'")
    assert seen.offered()[0].title == "Feria", "it is not asked again at once"
    monkeypatch.setattr(seen, "_cache", registry.ShortCache(0, seen._read))
    assert seen.offered()[0].title == "Otra"
    database.execute("ALTER TABLE control.saved_scenarios RENAME TO away")
    try:
        assert seen.offered()[0].title == "Otra"
    finally:
        database.execute("ALTER TABLE control.away RENAME TO saved_scenarios")


REVISION = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def upgrade():
    op.execute("{}")
"""


def test_a_new_release_migrates_it_or_says_why_it_cannot(
    saved, parts, services, database, demo, tmp_path
):
    tree = tmp_path / "tree"
    (tree / "versions").mkdir(parents=True)
    shutil.copy(TREE / "env.py", tree)
    tables = demo.tables.model_copy(update={"migrations": tree})
    newer = demo.model_copy(update={"tables": tables})
    revision = tree / "versions" / "first.py"
    revision.write_text(REVISION.format("ALTER TABLE nothing ADD note text"))
    assert renew_saved(parts.engine, newer, saved.saved_at) == []
    unusable = services.scenarios.find("feria")
    assert (unusable.template_state, unusable.revision) == ("failed", None)
    assert 'relation "nothing" does not exist' in unusable.failure
    (finding,) = check_saved(services)
    assert (finding.verdict, finding.check) == (Verdict.WARNING, "scenarios.feria")
    revision.write_text(REVISION.format("ALTER TABLE sales ADD note text"))
    assert renew_saved(parts.engine, newer, saved.saved_at) == [SCHEMA]
    assert services.scenarios.find("feria").revision == "0001"
    database.execute(f"SELECT note FROM {SCHEMA}.sales")
    assert renew_saved(parts.engine, newer, saved.saved_at) == []
    assert [one.verdict for one in check_saved(services)] == [Verdict.OK]


def test_a_scenario_that_is_used_is_not_deleted_and_one_that_is_not_leaves_nothing(
    client, services, parts, database, saved
):
    session = open_session(parts, "feria")
    link = services.links
    services.demo.offer_saved(registry.ScenarioRegistry(services.engine).offered)
    client.post("/ops/links/", auth=OPS, data={"title": "x", "model": "individual_bakery/feria"})
    refused = client.post("/ops/scenarios/feria/delete", auth=OPS)
    assert refused.status_code == 409
    assert "used by 1 session and 1 link" in refused.text
    parts.sessions.end(session.session_id)
    tasks.cleanup()
    (made,) = link.newest()
    link.revoke(made.code)
    assert client.post("/ops/scenarios/feria/delete", auth=OPS).status_code == 303
    assert "feria" not in [one.name for one in registry.ScenarioRegistry(parts.engine).offered()]
    work(parts)
    assert services.scenarios.saved() == []
    assert copies(database) == [("template_individual_bakery",)]
    left = database.execute(
        "SELECT state::text FROM control.tenants WHERE account_type LIKE 'individual_bakery\\_\\_%'"
    ).fetchall()
    assert left == [("dropping",)], "sessions that ended still name it"
    database.execute("DELETE FROM control.demo_sessions WHERE status = 'destroyed'")
    tasks.cleanup()
    rows = database.execute("SELECT schema_name FROM control.tenants WHERE is_demo_template")
    assert rows.fetchall() == [("template_individual_bakery",)]
