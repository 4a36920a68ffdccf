"""An operator saves a session, and visitors begin in it."""

import json
from uuid import uuid4

import psycopg
import pytest

from app.control.scenarios import pending, registry
from app.control.scenarios.cli import scenario
from app.errors import Conflict, InvalidRequest, NotFound
from jobs import tasks
from jobs.maintenance.reconcile import find_and_repair
from jobs.scenarios import saving
from schema_tools import ClonePlan, verify
from tests.integration.control.steps import work
from tests.integration.scenarios.conftest import (
    MARKETING,
    OPS,
    SCHEMA,
    WANTED,
    WHO,
    copies,
    dates,
    open_session,
    schema_of,
)


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

    wanted = services.scenarios.save(prepared, WANTED, WHO)
    with monkeypatch.context() as patch:
        patch.setattr(saving, "_offer", killed)
        with pytest.raises(SystemExit):
            tasks.work_on_scenario(str(wanted))
    assert (f"saving_{wanted.hex}",) in copies(database)
    assert services.scenarios.find("feria").state == "saving"
    assert find_and_repair(parts) == [], "a copy that is still wanted is no orphan"
    assert tasks.work_on_scenario(str(wanted)) == "saved"
    assert tasks.work_on_scenario(str(wanted)) == "nothing to do"
    assert copies(database) == [("template_individual_bakery",), (SCHEMA,)]


def test_nobody_writes_between_the_copy_and_its_comparison(
    services, database, prepared, monkeypatch
):
    wanted = services.scenarios.save(prepared, WANTED, WHO)
    compared = []

    def compare(*arguments):
        schema = schema_of(database, prepared)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            database.execute(f"SET lock_timeout = 20; DELETE FROM {schema}.sales")
        compared.append(True)
        return verify(*arguments)

    monkeypatch.setattr(saving, "verify", compare)
    assert tasks.work_on_scenario(str(wanted)) == "saved"
    assert compared == [True]


def test_saving_is_given_up_with_a_sentence_and_can_be_asked_for_again(
    services, parts, database, prepared, monkeypatch
):
    wanted = services.scenarios.save(prepared, WANTED, WHO)
    with monkeypatch.context() as patch:
        patch.setattr(saving, "verify", lambda *_: ["sales differ"])
        for _ in range(2):
            with pytest.raises(Exception, match="differs from the session: sales differ"):
                tasks.work_on_scenario(str(wanted))
        assert tasks.work_on_scenario(str(wanted)) == "failed"
    assert "sales differ" in services.scenarios.find("feria").failure
    assert copies(database) == [("template_individual_bakery",)]
    services.scenarios.delete("feria", WHO)
    again = services.scenarios.save(prepared, WANTED, WHO)
    assert tasks.work_on_scenario(str(again)) == "saved"


def test_a_session_that_is_over_or_cannot_move_is_not_saved(services, parts, database, prepared):
    schema = schema_of(database, prepared)
    database.execute(f"ALTER TABLE {schema}.sales ADD open daterange")
    wanted = services.scenarios.save(prepared, WANTED, WHO)
    assert tasks.work_on_scenario(str(wanted)) == "failed"
    assert "sales.open (daterange)" in services.scenarios.find("feria").failure
    gone = services.scenarios.save(prepared, WANTED | {"name": "otra"}, WHO)
    database.execute("UPDATE control.demo_sessions SET expires_at = now()")
    assert tasks.work_on_scenario(str(gone)) == "failed"
    assert services.scenarios.find("otra").failure == "The session was over before it was saved."


def test_a_copy_without_its_scenario_is_dropped_by_the_reconciler(
    services, parts, database, prepared, monkeypatch
):
    wanted = services.scenarios.save(prepared, WANTED, WHO)
    monkeypatch.setattr(saving, "_offer", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.work_on_scenario(str(wanted))
    pending.fail_saving(parts.engine, wanted, "given up")
    assert [one.kind for one in find_and_repair(parts)] == ["copy without scenario"]
    assert copies(database) == [("template_individual_bakery",)]


def test_its_texts_change_and_its_name_stays(client, services, saved):
    changed = {"title": "Feria de abril", "description": "Otra.", "look_at": ""}
    assert client.post("/ops/scenarios/feria/rename", auth=OPS, data=changed).status_code == 303
    now = services.scenarios.find("feria")
    assert (now.title, now.description, now.look_at) == ("Feria de abril", "Otra.", ())
    wrong = client.post("/ops/scenarios/feria/rename", auth=OPS, data=changed | {"title": ""})
    assert wrong.status_code == 422
    assert client.post("/ops/scenarios/otra/rename", auth=OPS, data=changed).status_code == 404


def test_the_command_line_saves_lists_renames_and_deletes(app, parts, prepared):
    def run(*arguments):
        return app.test_cli_runner().invoke(scenario, arguments)

    texts = ("--title", "Feria", "--sentence", "La semana.", "--look-at", "El pan")
    asked = run("save", str(prepared)[:8], "feria", *texts)
    assert asked.exit_code == 0, asked.output
    work(parts)
    (row,) = json.loads(run("list", "--json").output)
    assert (row["name"], row["state"], row["failure"]) == ("feria", "ready", None)
    assert run("rename", "feria", "--title", "Otra", "--sentence", "Otra.").exit_code == 0
    assert "Otra" in run("list").output
    again = run("save", str(prepared)[:8], "feria", *texts)
    assert (again.exit_code, "already" in again.output) == (1, True)
    assert run("delete", "feria").exit_code == 0
    work(parts)
    assert "No session was saved" in run("list").output
    assert run("delete", "feria").exit_code == 1
