"""An operator saves a session; visitors then begin in it, on any day, and it can be deleted."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.control.pool.reopening import reopen_templates
from app.control.scenarios import pending, registry
from app.control.scenarios.renewal import renew_saved, without_saved
from app.control.scenarios.service import Author
from app.demo import load_demo
from app.errors import Conflict, InvalidRequest, NotFound
from jobs import tasks
from jobs.maintenance.catching_up import catch_up
from jobs.maintenance.cleanup import run_cleanup
from jobs.maintenance.reconcile import find_and_repair
from jobs.scenarios import saving
from schema_tools import ClonePlan, verify
from tests.integration.control.steps import work
from tests.integration.scenarios.conftest import (
    MARKETING,
    OPS,
    WANTED,
    open_session,
    schema_of,
)

SCHEMA = "template_individual_bakery__feria"
WHO = Author("ops")


@pytest.fixture
def saved(services, parts, prepared):
    """The scenario, saved by a job."""
    scenario = services.scenarios.save(prepared, WANTED, WHO)
    assert tasks.work_on_scenario(str(scenario)) == "saved"
    return services.scenarios.find("feria")


def dates(database, schema):
    """Every date of a schema."""
    return [
        database.execute(f"SELECT {columns} FROM {schema}.{table} ORDER BY 1").fetchall()
        for table, columns in (("sales", "day, pieces"), ("ovens", "lit_at, out_at, note"))
    ]


def copies(database):
    return database.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(saving_|template_)' ORDER BY 1"
    ).fetchall()


def test_operators_press_a_button_and_visitors_see_what_was_prepared(
    client, services, parts, database, prepared
):
    before = dates(database, schema_of(database, prepared))
    assert f"/ops/scenarios/new?session={prepared}" in client.get("/ops/live", auth=OPS).text
    form = client.get(f"/ops/scenarios/new?session={prepared}", auth=OPS)
    assert form.status_code == 200
    assert (
        client.post("/ops/scenarios/", auth=OPS, data=WANTED | {"session": prepared}).status_code
        == 303
    )
    assert "waits for a worker" in client.get("/ops/scenarios/", auth=OPS).text
    work(parts)
    services.demo.offer_saved(registry.ScenarioRegistry(services.engine).offered)
    page = client.get("/ops/scenarios/", auth=OPS).text
    assert "La semana de la feria." in page
    (kind,) = client.get("/api/demo/accounts").json["accounts"]
    assert kind["scenarios"][1] | {"megabytes": 0} == {
        "name": "feria", "title": "Feria", "description": "La semana de la feria.",
        "look_at": ["El pan de hoy", "Los pedidos"], "megabytes": 0,
    }  # fmt: skip
    session = open_session(parts, "feria")
    schema = schema_of(database, session.id)
    assert dates(database, schema) == before
    assert database.execute(f"SELECT count(*) FROM {schema}.answers").fetchone() == (0,)
    link = client.post(
        "/ops/links/", auth=OPS, data={"title": "x", "model": "individual_bakery/feria"}
    )
    assert link.status_code == 303
    noted = database.execute("SELECT who, what, session FROM control.operator_actions").fetchall()
    assert noted == [("ops", "save scenario: done", prepared)]


def test_nothing_of_the_visit_is_left_in_the_template(saved, parts, database, prepared):
    role = database.execute(
        "SELECT count(*) FROM pg_namespace AS n, aclexplode(n.nspacl) AS a"
        " JOIN pg_roles AS r ON r.oid = a.grantee WHERE n.nspname = %s AND r.rolname ~ '^mm_'",
        [SCHEMA],
    ).fetchone()
    assert role == (0,)
    row = database.execute("SELECT to_jsonb(s)::text FROM control.saved_scenarios AS s").fetchone()[
        0
    ]
    assert str(prepared) not in row
    (plan,) = database.execute(
        "SELECT plan FROM control.clone_plans JOIN control.tenants AS t ON t.id = template_id"
        " WHERE t.schema_name = %s",
        [SCHEMA],
    ).fetchone()
    assert ClonePlan.from_json(plan).proof.rows == "all"
    found = verify(database, SCHEMA, schema_of(database, open_session(parts, "feria").id))
    assert [str(item) for item in found if item.kind not in ("grant", "schema right")] == []
    tasks.cleanup()


def test_dates_move_on_with_the_days_and_not_before(saved, parts, database, demo):
    (sales, ovens), founded = dates(database, SCHEMA), "SELECT founded_on FROM {}.shop"
    late = saved.saved_at + timedelta(days=1, minutes=-1)
    assert renew_saved(parts.engine, demo, late) == []
    for days, since in ((1, 1), (3, 2), (3, 0)):
        now = saved.saved_at + timedelta(days=days, hours=5)
        assert renew_saved(parts.engine, demo, now) == ([SCHEMA] if since else [])
        assert dates(database, SCHEMA) == [
            [(day + timedelta(days), pieces) for day, pieces in sales],
            [
                (lit + timedelta(days), out and out + timedelta(days), note)
                for lit, out, note in ovens
            ],
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


def test_marketing_reads_and_changes_nothing(client, saved, prepared):
    assert client.get("/ops/scenarios/", auth=MARKETING).status_code == 200
    page = client.get(f"/ops/scenarios/new?session={prepared}", auth=MARKETING)
    assert "<form" not in page.text
    for path in ("", "feria/rename", "feria/delete"):
        refused = client.post(
            f"/ops/scenarios/{path}", auth=MARKETING, data=WANTED | {"session": prepared}
        )
        assert (refused.status_code, refused.json["code"]) == (403, "role_required")


def test_names_that_clash_or_could_do_harm_are_refused(client, services, prepared):
    taken = ("base", "lluvia")
    hostile = ("Feria", "a__b", "feria_", "1a", "x" * 21, 'a";drop', "../up", "", "ñ", "a\x00")
    for name in taken + hostile:
        wanted = WANTED | {"session": prepared, "name": name}
        answer = client.post("/ops/scenarios/", auth=OPS, data=wanted)
        assert answer.status_code == (409 if name in taken else 422)
        assert "message-bad" in answer.text
    assert services.scenarios.saved() == []


def test_a_name_is_given_once_and_texts_are_bounded(services, prepared, saved):
    with pytest.raises(Conflict, match="called 'feria' already"):
        services.scenarios.save(prepared, WANTED, WHO)
    for wrong in (
        {"title": "x" * 41},
        {"title": "a\nb"},
        {"description": ""},
        {"look_at": "a\n" * 6},
        {"title": "a\x00"},
    ):
        with pytest.raises(InvalidRequest):
            services.scenarios.save(prepared, WANTED | {"name": "otra"} | wrong, WHO)
    with pytest.raises(NotFound):
        services.scenarios.save(uuid4(), WANTED | {"name": "otra"}, WHO)


def test_a_killed_job_leaves_nothing_and_is_done_again(
    services, parts, database, prepared, monkeypatch
):
    def killed(*_):
        raise SystemExit

    scenario = services.scenarios.save(prepared, WANTED, WHO)
    with monkeypatch.context() as patch:
        patch.setattr(saving, "_offer", killed)
        with pytest.raises(SystemExit):
            tasks.work_on_scenario(str(scenario))
    assert (f"saving_{scenario.hex}",) in copies(database)
    assert services.scenarios.find("feria").state == "saving"
    assert find_and_repair(parts) == [], "a copy that is still wanted is no orphan"
    assert tasks.work_on_scenario(str(scenario)) == "saved"
    assert tasks.work_on_scenario(str(scenario)) == "nothing to do"
    assert copies(database) == [("template_individual_bakery",), (SCHEMA,)]


def test_saving_is_given_up_with_a_sentence_and_can_be_asked_for_again(
    services, parts, database, prepared, monkeypatch
):
    scenario = services.scenarios.save(prepared, WANTED, WHO)
    with monkeypatch.context() as patch:
        patch.setattr(saving, "verify", lambda *_: ["sales differ"])
        for _ in range(2):
            with pytest.raises(Exception, match="differs from the session: sales differ"):
                tasks.work_on_scenario(str(scenario))
        assert tasks.work_on_scenario(str(scenario)) == "failed"
    assert "sales differ" in services.scenarios.find("feria").failure
    assert copies(database) == [("template_individual_bakery",)]
    services.scenarios.delete("feria", WHO)
    again = services.scenarios.save(prepared, WANTED, WHO)
    assert tasks.work_on_scenario(str(again)) == "saved"


def test_a_session_that_is_over_or_cannot_move_is_not_saved(services, parts, database, prepared):
    schema = schema_of(database, prepared)
    database.execute(f"ALTER TABLE {schema}.sales ADD open daterange")
    scenario = services.scenarios.save(prepared, WANTED, WHO)
    assert tasks.work_on_scenario(str(scenario)) == "failed"
    assert "sales.open (daterange)" in services.scenarios.find("feria").failure
    gone = services.scenarios.save(prepared, WANTED | {"name": "otra"}, WHO)
    database.execute("UPDATE control.demo_sessions SET expires_at = now()")
    assert tasks.work_on_scenario(str(gone)) == "failed"
    assert services.scenarios.find("otra").failure == "The session was over before it was saved."


def test_a_copy_without_its_scenario_is_dropped_by_the_reconciler(
    services, parts, database, prepared, monkeypatch
):
    scenario = services.scenarios.save(prepared, WANTED, WHO)
    monkeypatch.setattr(saving, "_offer", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.work_on_scenario(str(scenario))
    pending.fail_saving(parts.engine, scenario, "given up")
    assert [one.kind for one in find_and_repair(parts)] == ["copy without scenario"]
    assert copies(database) == [("template_individual_bakery",)]


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


def test_its_texts_change_and_its_name_stays(client, services, saved):
    changed = {"title": "Feria de abril", "description": "Otra.", "look_at": ""}
    assert client.post("/ops/scenarios/feria/rename", auth=OPS, data=changed).status_code == 303
    now = services.scenarios.find("feria")
    assert (now.title, now.description, now.look_at) == ("Feria de abril", "Otra.", ())
    wrong = client.post("/ops/scenarios/feria/rename", auth=OPS, data=changed | {"title": ""})
    assert wrong.status_code == 422
    assert client.post("/ops/scenarios/otra/rename", auth=OPS, data=changed).status_code == 404


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
