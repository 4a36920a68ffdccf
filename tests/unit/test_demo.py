"""A demo's file: how it is read, and how mistakes in it are reported."""

import pickle
import re
from datetime import date

import pytest

from app.demo import Demo, DemoError, demo_table, load_demo
from app.settings.table import ConfigurationError
from jobs.maintenance.template_renewal import renew
from seeds.templates import PROFILES
from tests.fixtures.demo import DEMO

ACCOUNT = """
[[accounts]]
account_type = "notes"
owner = "Ada Pérez"
name = "The notebook"
title = "Notebook"
description = "A few notes."
email = "ada@notes.example"
password = "public"
"""
TOP = """
title = "Notes"
description = "A notebook."
policy = "policy.toml"
"""
GOOD = TOP + ACCOUNT


@pytest.fixture
def write(tmp_path):
    """Writes a demo's file, beside a policy; gives its path."""
    (tmp_path / "policy.toml").write_text("rules = []")

    def write(text):
        file = tmp_path / "demo.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def problem(file):
    with pytest.raises(DemoError) as caught:
        load_demo(file)
    return str(caught.value)


def test_a_small_demo_has_sensible_defaults(write, tmp_path):
    demo = load_demo(write(GOOD))
    assert demo.accounts[0].template == "template_notes"
    assert demo.policy == tmp_path / "policy.toml"
    assert (demo.static, demo.tables.migrations, demo.tables.may_delete) == (None, None, ())
    assert (list(demo.registrars()), demo.load_seeds()) == ([], None)
    assert demo.account_types == ("notes",)


def test_what_visitors_read_of_an_account_leaves_out_what_is_the_operators(write):
    public = load_demo(write(GOOD)).accounts[0].public
    assert set(public) == {
        "account_type", "name", "title", "description", "features", "modules", "email", "password",
    }  # fmt: skip


def test_a_demo_reaches_another_process_as_it_is(write):
    demo = load_demo(write(GOOD))
    assert pickle.loads(pickle.dumps(demo)) == demo


def test_the_day_is_the_one_of_its_time_zone(write, monkeypatch):
    days = {}
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):  # 25 hours apart
        days[zone] = load_demo(write(f'timezone = "{zone}"' + GOOD)).today()
    assert days["Pacific/Kiritimati"] > days["Pacific/Niue"]
    assert isinstance(days["Pacific/Niue"], date)


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        (GOOD.replace('title = "Notes"\n', ""), "title is missing", "add it"),
        (GOOD.replace('email = "ada@notes.example"\n', ""), "accounts[0].email is missing", "add"),
        (GOOD.replace("owner =", "onwer ="), "accounts[0].onwer", "correct its name"),
        (
            GOOD.replace('"notes"', '"Not es"'),
            "accounts[0].account_type",
            "and single `_`",
        ),
        (GOOD.replace("ada@", "Ada@"), "accounts[0].email", "in lower case"),
        (GOOD + 'template = "public"', "accounts[0].template", "The schema that is cloned"),
        (GOOD + f'template = "template_{"x" * 50}"', "accounts[0].template", "at most 55"),
        (TOP, "accounts is missing", "add it"),
        (TOP + "accounts = []", "accounts: there is none", "add a table [[accounts]]"),
        (GOOD + ACCOUNT, "accounts: account_type 'notes' is there twice", "its own"),
        ('timezone = "Madrid"' + GOOD, "timezone: 'Madrid'", "Europe/Madrid"),
        ('seeds = "seeds"' + GOOD, "seeds cannot be used", "loads the templates"),
        ('static = "pages"' + GOOD, "static: ", "correct the path"),
        (GOOD.replace("policy.toml", "other.toml"), "policy: ", "correct the path"),
        ('tables.migrations = "tree"' + GOOD, "tables.migrations: ", "correct the path"),
        ("title = Notes", "is not TOML", "line 1"),
    ],
)
def test_a_mistake_is_reported_with_file_key_and_remedy(write, text, key, remedy):
    file = write(text)
    told = problem(file)
    assert told.startswith(str(file))
    assert key in told
    assert remedy in told


@pytest.mark.parametrize(
    ("second", "key"),
    [
        (ACCOUNT.replace('"notes"', '"more"'), "email 'ada@notes.example'"),
        (
            ACCOUNT.replace('"notes"', '"more"').replace("ada@", "b@")
            + 'template = "template_notes"',
            "template 'template_notes'",
        ),
    ],
)
def test_accounts_have_distinct_types_and_addresses(write, second, key):
    assert f"accounts: {key} is there twice" in problem(write(GOOD + second))


def test_all_mistakes_are_reported_together(write):
    told = problem(write(GOOD.replace("owner =", "onwer =").replace('title = "Notes"\n', "")))
    assert len(told.splitlines()) == 3


def test_a_missing_file_is_reported_with_its_setting(tmp_path):
    assert "DEMO_FILE" in problem(tmp_path / "demo.toml")
    assert "cannot be read" in problem(tmp_path)


def test_a_mistake_stops_the_start_as_a_wrong_setting_does():
    assert issubclass(DemoError, ConfigurationError)


@pytest.mark.parametrize("entry", ["nowhere:register", "app.demo:nothing"])
def test_code_that_cannot_be_imported_is_reported_with_its_key(write, entry):
    file = write(f'seeds = "{entry}"\nblueprints = ["app.demo:load_demo", "{entry}"]' + GOOD)
    demo = load_demo(file)
    with pytest.raises(DemoError, match=re.escape(f"{file}: seeds: '{entry}'")):
        demo.load_seeds()
    with pytest.raises(DemoError, match=re.escape(f"{file}: blueprints[1]: '{entry}'")):
        list(demo.registrars())


def test_a_demo_without_seeds_is_not_renewed(write):
    assert renew(None, load_demo(write(GOOD))) == []  # no engine is needed to do nothing


def test_the_project_serves_the_bakery():
    assert DEMO.account_types == ("individual_bakery", "central_baker")
    assert len(list(DEMO.registrars())) == 2
    assert DEMO.load_seeds() is not None


def test_each_public_account_is_the_owner_of_its_bakery():
    owners = {
        profile.account_type.value: (profile.users[0].email, profile.users[0].full_name)
        for profile in PROFILES
    }
    assert {a.account_type: (a.email, a.owner) for a in DEMO.accounts} == owners
    assert [a.name for a in DEMO.accounts] == [profile.business.name for profile in PROFILES]


def test_the_table_of_keys_has_them_all():
    keys = re.findall(r"^\| `([^`]+)` \|", demo_table(), re.MULTILINE)
    top = {key.partition(".")[0].removesuffix("[]") for key in keys}
    assert top == set(Demo.model_fields)
    assert {"tables.may_delete", "accounts[].email"} <= set(keys)
    assert not re.search(r"\| {1,2}\|$", demo_table(), re.MULTILINE), "a key has no help"
