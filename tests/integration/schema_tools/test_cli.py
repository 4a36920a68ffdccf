"""The command line: exit codes, one sentence for an error, kept plans, JSON."""

import json

import pytest

from schema_tools.cli import main
from tests.integration.schema_tools.conftest import build

ONE_SERVER = True
ONE_DATABASE = True

SHOP = "CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a')"


@pytest.fixture
def run(connection, database_url, capsys):
    build(connection, "shop", SHOP)
    capsys.readouterr()

    def call(*words):
        code = main([*words, "--database-url", database_url])
        return code, *capsys.readouterr()

    return call


def test_a_clone_is_made_verified_and_dropped(run):
    code, out, err = run("clone", "shop", "copy")
    assert (code, err) == (0, "")
    assert out.startswith("shop → copy: 1 tables, 1 rows in ")

    code, out, err = run("verify", "shop", "copy")
    assert (code, err) == (0, "")
    assert out.startswith("copy is an exact clone of shop: 1 tables, 1 rows, 1 sequences")

    assert run("drop", "copy") == (0, "copy: dropped\n", "")
    assert run("drop", "copy") == (1, "copy: was not there\n", "")
    assert run("drop", "copy", "--if-exists") == (0, "copy: was not there\n", "")


def test_a_difference_is_shown_and_exits_with_1(run, connection):
    run("clone", "shop", "copy")
    connection.execute("UPDATE copy.t SET v = 'b'")

    code, out, _ = run("verify", "shop", "copy")

    assert code == 1
    assert out.startswith("table t: holds ")


def test_the_restore_command_restores_rows(run, connection):
    run("clone", "shop", "copy")
    connection.execute("UPDATE copy.t SET v = 'b'; INSERT INTO copy.t (v) VALUES ('c')")

    code, out, err = run("restore", "shop", "copy")

    assert (code, err) == (0, "")
    assert out.startswith(
        "copy has the rows of shop again: 1 updated, 1 deleted, 0 inserted, 1 sequences"
    )
    assert run("verify", "shop", "copy")[0] == 0
    report = json.loads(run("restore", "shop", "copy", "--compare-all", "--json")[1])
    assert (report["compared"], report["updated"], report["clone"]) == (1, 0, "copy")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("clone", "nowhere", "copy"), 1, "'nowhere' does not exist"),
        (("clone", "shop", "elsewhere"), 1, "exists already"),
        (("clone", "shop", "shop"), 2, "choose another target"),
        (("clone", "shop", "x" * 64), 2, "64 bytes"),
        (("clone", "shop", "pg_x"), 2, "the server's own"),
        (("verify", "shop", "nowhere"), 1, "'nowhere' does not exist"),
        (("restore", "shop", "nowhere"), 1, "'nowhere' does not exist"),
        (("restore", "nowhere", "shop"), 1, "'nowhere' does not exist"),
        (("restore", "shop", "elsewhere"), 1, "mark of a clone of 'shop'"),
        (("restore", "shop", "pg_x"), 2, "the server's own"),
        (("restore", "shop", "copy", "--lock-timeout", "0"), 2, "above zero"),
        (("drop", "shop"), 1, "does not carry our mark"),
        (("drop", "shop", "--lock-timeout", "0"), 2, "above zero"),
        (("clone", "shop", "copy", "--plan", "/nonexistent/p", "--no-recompile"), 2, "no plan"),
        (("plan", "shop", "--output", "/nonexistent/p"), 1, "/nonexistent"),
        (("bench", "--size", "many"), 2, "--size many"),
    ],
)
def test_an_error_is_one_sentence(run, words, code, sentence):
    got, out, err = run(*words)

    assert (got, out) == (code, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert err.startswith("schema_tools: ")


def test_misuse_exits_with_2(capsys, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for words in ([], ["clone", "a"], ["drop", "x"], ["unknown"]):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2


def test_an_unreachable_server_is_reported_without_the_password(capsys):
    code = main(["drop", "x", "--database-url", "postgresql://u:secret@127.0.0.1:1/x"])

    err = capsys.readouterr().err
    assert code == 1
    assert "cannot connect" in err
    assert "secret" not in err


def test_a_kept_plan_is_made_replayed_and_renewed(run, connection, tmp_path):
    path = tmp_path / "plan.json"
    assert run("clone", "shop", "one", "--plan", str(path))[0] == 0
    first = path.read_text()
    assert run("clone", "shop", "two", "--plan", str(path), "--no-recompile")[0] == 0
    assert path.read_text() == first

    connection.execute("ALTER TABLE shop.t ADD COLUMN w integer")
    code, _, err = run("clone", "shop", "three", "--plan", str(path), "--no-recompile")
    assert code == 1
    assert "was redefined since the plan was compiled" in err
    assert run("clone", "shop", "three", "--plan", str(path))[0] == 0
    assert path.read_text() != first
    assert run("verify", "shop", "three")[0] == 0
    assert run("clone", "elsewhere", "four", "--plan", str(path))[0] == 2


def test_a_dry_run_does_nothing(run, connection, tmp_path):
    path = tmp_path / "plan.json"

    code, out, _ = run("clone", "shop", "copy", "--dry-run", "--plan", str(path))

    assert code == 0
    assert "Nothing was done: shop would become copy." in out
    assert not path.exists()
    assert connection.execute("SELECT to_regnamespace('copy')").fetchone() == (None,)
    assert run("clone", "shop", "elsewhere", "--dry-run")[0] == 1


def test_json_is_one_document(run):
    plan = json.loads(run("plan", "shop", "--json")[1])
    assert plan["source"] == "shop"
    rehearsal = json.loads(run("clone", "shop", "copy", "--dry-run", "--json")[1])
    assert (rehearsal["target"], rehearsal["tables"]) == ("copy", 1)
    report = json.loads(run("clone", "shop", "copy", "--json")[1])
    assert report["rows"] == {"t": 1}
    manifest = json.loads(run("verify", "shop", "copy", "--json")[1])
    assert manifest["differences"] == []
    assert manifest["tables"]["t"]["rows"] == 1
    assert json.loads(run("drop", "copy", "--json")[1]) == {"name": "copy", "dropped": True}


def test_the_script_makes_the_clone(run, connection):
    script = run("plan", "shop", "--sql", "by_hand")[1]

    connection.execute(script)

    assert run("verify", "shop", "by_hand")[0] == 0


def test_statistics_come_along_unless_told(run, connection):
    connection.execute("ANALYZE shop.t")
    run("clone", "shop", "with_them")
    run("clone", "shop", "without", "--no-statistics")

    def known(schema):
        query = "SELECT count(*) FROM pg_stats WHERE schemaname = %s"
        return connection.execute(query, [schema]).fetchone()[0]

    assert known("with_them") == known("shop") > 0
    assert known("without") == 0
