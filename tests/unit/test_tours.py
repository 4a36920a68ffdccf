"""Tours as data: what is wrong in one is said, and every deed is what a visitor can do."""

import re

import pytest
from werkzeug.routing import Map

from app import create_app
from app.demo import DemoError, load_demo
from app.demo.tours import Deed, Tours
from app.settings.table import Settings
from gateway import Verdict
from tests.fixtures.demo import POLICY
from tests.unit.test_demo import GOOD

WHOLE = load_demo()
TOUR = """
title = "A walk"
invitation = "One step."
[[steps]]
name = "first"
title = "First"
text = "Look."
path = "/notes"
deed = "note"
"""


@pytest.fixture
def folder(tmp_path):
    """A demo of notes with a tour; gives its folder."""
    (tmp_path / "policy.toml").write_text("rules = []")
    (tmp_path / "demo.toml").write_text('tours = "."\n' + GOOD)
    deeds = '[deeds.note]\ntitle = "A note"\nrequests = ["POST /notes", "PUT /notes/*"]\n'
    (tmp_path / "deeds.toml").write_text(deeds)
    (tmp_path / "notes.toml").write_text(TOUR)
    return tmp_path


def problem(folder):
    with pytest.raises(DemoError) as caught:
        load_demo(folder / "demo.toml")
    return str(caught.value)


def test_a_tour_is_read_beside_its_demo(folder):
    demo = load_demo(folder / "demo.toml")
    tour = demo.tour_of("notes", "base")
    assert tour is not None
    assert [step.address for step in tour.steps_for("notes")] == ["/notes"]
    assert demo.guides.find_deed("PUT", "/notes/7") == "note"
    (folder / "notes.toml").unlink()
    assert load_demo(folder / "demo.toml").tour_of("notes", "base") is None


def test_a_scenario_has_its_own_tour_or_that_of_the_ordinary_day(folder):
    for name in ("own", "other"):
        (folder / "more" / name).mkdir(parents=True)
        manifest = 'title = "T"\ndescription = "D"\naccount_types = ["notes"]\n'
        (folder / "more" / name / "scenario.toml").write_text(manifest)
    (folder / "more" / "own" / "tour.toml").write_text(TOUR.replace("A walk", "Another"))
    (folder / "demo.toml").write_text('tours = "."\nscenarios = "more"\n' + GOOD)
    demo = load_demo(folder / "demo.toml")
    titles = {name: demo.tour_of("notes", name).title for name in ("base", "own", "other")}
    assert titles == {"base": "A walk", "own": "Another", "other": "A walk"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TOUR.replace('deed = "note"', 'deed = "nothing"'), "first: no deed 'nothing'"),
        (TOUR + TOUR[TOUR.index("[[") :], "'first' is there twice"),
        (TOUR + 'account_types = ["shops"]\n', "no account type 'shops'"),
        (TOUR.replace('path = "/notes"', 'path = "notes"'), "path cannot be used"),
        (TOUR.replace("invitation", "greeting"), "invitation is missing"),
    ],
)
def test_what_is_wrong_in_a_tour_is_said_with_its_file(folder, text, said):
    (folder / "notes.toml").write_text(text)
    message = problem(folder)
    assert said in message
    assert "notes.toml" in message


def test_a_missing_file_of_deeds_is_said(folder):
    (folder / "deeds.toml").unlink()
    assert "deeds.toml does not exist" in problem(folder)


@pytest.mark.parametrize(
    ("request_", "deed"),
    [
        ("POST /a", "one"),
        ("PUT /a/1", "two"),
        ("GET /a", None),
        ("PUT /a/1/2", None),
        ("PUT /a/", None),
        ("POST /aa", None),
        ("POST /a\n", None),
    ],
)
def test_a_deed_is_found_by_a_whole_path(request_, deed):
    deeds = {
        "one": Deed(title="1", requests=("POST /a",)),
        "two": Deed(title="2", requests=("PUT /a/*", "POST /b")),
    }
    assert Tours(deeds, {}).find_deed(*request_.split(" ", 1)) == deed
    assert Tours({}, {}).find_deed(*request_.split(" ", 1)) is None


def test_every_account_type_and_scenario_has_a_tour():
    keys = {template.key for template in WHOLE.templates}
    assert set(WHOLE.guides.by_template) == keys
    for key, tour in WHOLE.guides.by_template.items():
        steps = tour.steps_for(key.partition("__")[0])
        assert len(steps) >= 4, key
        assert any(step.deed for step in steps), key


def test_every_deed_is_a_request_that_a_visitor_may_make():
    app = create_app(
        Settings(
            database_url="postgresql://nobody@127.0.0.1:1/nothing",
            redis_url="redis://127.0.0.1:1",
            jwt_secret="s" * 32,
            ops_password="ops",
        )
    )
    ways = {
        f"{method} {re.sub('<[^>]*>', '*', rule.rule)}"
        for rule in Map.iter_rules(app.url_map)
        for method in rule.methods or ()
    }
    for name, deed in WHOLE.guides.deeds.items():
        assert set(deed.requests) <= ways, name
        kinds = {each.partition(" ")[2].split("/")[1] for each in deed.requests}
        assert kinds == {"demo", "api"}, f"{name} can be done by a page and by the API"
        for each in deed.requests:
            method, path = each.split(" ")
            assert POLICY.decide(method, path.replace("*", "1")).verdict is Verdict.SESSION, each


def test_every_deed_is_asked_for_by_a_tour():
    steps = [step for tour in WHOLE.guides.by_template.values() for step in tour.steps]
    assert {step.deed for step in steps} - {None} == set(WHOLE.guides.deeds)
