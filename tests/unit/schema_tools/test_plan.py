"""A plan as a value: the order of its phases, and what is kept of it."""

import json
from dataclasses import replace

import pytest

from schema_tools.errors import SchemaToolsError
from schema_tools.plan import ClonePlan, Phase, PlanWarning, Proof, Statement, fingerprint
from schema_tools.text import BARE_TARGET, TARGET

TABLE = Statement(Phase.DEFINE, "table", "a", f"CREATE TABLE {TARGET}.a ()", 7)
PLAN = ClonePlan(
    source="shop",
    server_version=180001,
    role="owner",
    fingerprint="f",
    stamp="s",
    statements=(TABLE,),
    tables=("a",),
    extensions=("pg_trgm",),
    ties=("through a view",),
    warnings=(PlanWarning("function", "f()", "look at it"),),
    proof=Proof("2026-01-01T00:00:00Z", "18.1", "all", 1, 2, 3, ("a",)),
)


def test_rows_come_before_keys_and_keys_before_what_uses_them():
    assert [phase.name for phase in sorted(Phase)] == [
        "DEFINE", "ROWS", "KEYS", "FOREIGN_KEYS", "VIEWS", "REFRESH", "LOGIC", "STATISTICS",
        "POSITIONS", "RIGHTS", "FUTURE_RIGHTS",
    ]  # fmt: skip


def test_a_plan_is_read_back_as_it_was_kept():
    assert ClonePlan.from_json(PLAN.to_json()) == PLAN


def test_a_plan_without_a_proof_is_not_kept():
    with pytest.raises(SchemaToolsError, match="not proven"):
        replace(PLAN, proof=None).to_json()


@pytest.mark.parametrize("changes", [{"format": 1}, {"format": 3}, {"tables": None}])
def test_a_kept_plan_of_another_form_is_refused(changes):
    text = json.dumps(json.loads(PLAN.to_json()) | changes)
    with pytest.raises(ValueError, match="compile it again"):
        ClonePlan.from_json(text)


def test_how_a_name_is_quoted_and_how_many_rows_there_are_do_not_change_the_fingerprint():
    known = fingerprint(180001, None, (TABLE,))
    bare = replace(TABLE, sql=TABLE.sql.replace(TARGET, BARE_TARGET), size=8)
    assert fingerprint(180002, None, (bare,)) == known
    others = [
        fingerprint(190001, None, (TABLE,)),
        fingerprint(180001, "a comment", (TABLE,)),
        fingerprint(180001, None, (replace(TABLE, phase=Phase.ROWS),)),
        fingerprint(180001, None, (replace(TABLE, identity="b"),)),
        fingerprint(180001, None, (TABLE, TABLE)),
    ]
    assert len({known, *others}) == 6


def test_a_script_is_one_transaction_with_the_warnings_before_it():
    lines = PLAN.as_script("demo_1").splitlines()
    assert lines[0] == "-- function f(): look at it"
    assert lines[1] == "BEGIN;"
    assert lines[-2:] == ['CREATE TABLE "demo_1".a ();', "COMMIT;"]
