"""The dashboard shows figures of totals, none of too few visitors, to those who may see them."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from app import create_app
from app.control.services import KEY
from app.db import db, tenant_engine
from app.insights.figures import report
from app.insights.figures.period import read_period
from app.insights.figures.report import TOO_FEW, make_report
from tests.bench.visits import make_totals

OPS, MARKETING = ("ops", "operators"), ("marketing", "ventas y más")


QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def app(parts):
    changed = {
        "ops_password": OPS[1],
        "marketing_password": PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(
            MARKETING[1]
        ),
    }
    app = create_app(parts.settings.model_copy(update=changed))
    yield app
    app.extensions[KEY].events.close()
    with app.app_context():
        db.engine.dispose()
        tenant_engine().dispose()


@pytest.fixture
def client(app):
    return app.test_client()


def test_a_long_period_is_the_same_from_days_weeks_and_pairs(services, database_url, monkeypatch):
    make_totals(database_url, 5_000, 300)
    since = (datetime.now(UTC).date() - timedelta(days=131)).isoformat()
    for filters, ways in (
        ({"language": "es"}, (report._PAIRS, report._WEEKS)),
        ({"source": "source-1", "account_type": "central_baker"}, (report._PAIRS, report._WEEKS)),
        ({"scenario": "base", "language": "es"}, (report._WEEKS,)),
    ):
        asked = read_period({"from": since} | filters)
        assert asked.is_by_week
        assert report.statements_of(asked) == ways[0]
        found = []
        for statements in (report._TOTALS, *ways):
            monkeypatch.setattr(report, "statements_of", lambda _, them=statements: them)
            found.append(make_report(services.engine, asked))
            monkeypatch.undo()
        assert found[0].now["created"].count > 20
        assert found[0].earlier["created"].count > 20
        assert all(one == found[0] for one in found)


def test_figures_add_up_and_are_the_same_for_every_way_to_ask(services, database_url):
    make_totals(database_url, 20_000, 40)
    wide = make_report(services.engine, read_period({}))
    narrow = make_report(services.engine, read_period({"language": "es"}))
    created = wide.now["created"].count
    assert 10_000 < created < 16_000
    for rows in wide.groups.values():
        assert sum(row.counts["created"].count for row in rows) == created
    (spanish,) = [row for row in wide.groups["language"] if row.value == "es"]
    assert narrow.now["created"] == spanish.counts["created"]
    assert (
        sum(counts["created"].count for _, counts in narrow.series) == narrow.now["created"].count
    )
    assert wide.earlier["created"].count > 0
    assert [step.title for step in wide.funnel][:3] == [
        "Saw the landing page",
        "Opened a demo",
        "Did a first action",
    ]


def test_what_is_of_too_few_visitors_is_not_shown(services, database, client):
    database.execute(
        "INSERT INTO control.visit_margins (day, account_type, dimension, value, created, acted)"
        " SELECT current_date, 'small', dimension, value, count, acted FROM (VALUES"
        " ('', '', 20, 4), ('source', 'mail', 13, 3), ('source', 'carmen', 3, 1),"
        " ('source', 'pepe', 4, 0)) AS found (dimension, value, count, acted)"
    )
    report = make_report(services.engine, read_period({}))
    rows = {row.value: row for row in report.groups["source"]}
    assert set(rows) == {"mail", TOO_FEW}
    assert str(rows["mail"].counts["acted"]) == "<5"
    assert rows["mail"].counts["acted"].share_of(rows["mail"].counts["created"]) == "–"
    for address in ("/ops/", "/ops/figures.csv"):
        text = client.get(address, auth=OPS).get_data(as_text=True)
        assert "mail" in text
        assert "carmen" not in text
        assert "pepe" not in text


def test_both_roles_read_and_only_one_acts(client, services, database_url):
    make_totals(database_url, 1000, 20)
    assert client.get("/ops/").status_code == 401
    assert client.get("/ops/", auth=("ops", MARKETING[1])).status_code == 401
    assert client.get("/ops/", auth=("marketing", OPS[1])).status_code == 401
    assert client.get("/ops/", auth=("root", OPS[1])).status_code == 401
    for credentials in (OPS, MARKETING, MARKETING):
        page = client.get("/ops/", auth=credentials)
        assert page.status_code == 200
        assert "By source" in page.get_data(as_text=True)
    assert client.get("/ops/rq/", auth=MARKETING).status_code == 403
    with client.get("/ops/static/ops.css", auth=MARKETING) as sheet:
        assert sheet.status_code == 200
    assert client.get("/ops/static/ops.css").status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-13-40&to=x",
        "from=2999-01-01&to=0001-01-01",
        "from=2026-10-01&to=2020-01-01",
        "from=2001-01-01",
        "source=%00&language='; DROP TABLE control.visits",
        "source=<script>alert(1)</script>",
        "account_type=" + "x" * 1000,
    ],
)
def test_no_parameter_breaks_the_page(client, query):
    page = client.get(f"/ops/?{query}", auth=OPS)
    assert page.status_code == 200
    assert "<script" not in page.get_data(as_text=True)


def test_a_source_is_no_formula_in_a_spreadsheet(services, database, client):
    database.execute(
        "INSERT INTO control.visit_margins (day, account_type, dimension, value, created)"
        " VALUES (current_date, 'small', 'source', '=cmd()', 9)"
    )
    table = client.get("/ops/figures.csv", auth=OPS).get_data(as_text=True)
    assert "source,'=cmd(),9" in table
