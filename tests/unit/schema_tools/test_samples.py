"""Tests for the rows that a rehearsal copies."""

import pytest

from schema_tools.execution.samples import SAMPLED_AT_ONCE, Rows, rehearsed, rows_to_rehearse
from schema_tools.plan import ClonePlan, Phase, Statement

TABLES = 2 * SAMPLED_AT_ONCE + 1


def plan_of(size: int = 0) -> ClonePlan:
    """Return a plan that makes tables, copies their rows, and makes a key."""
    names = [f"t{number}" for number in range(TABLES)]
    statements = [
        *(Statement(Phase.DEFINE, "table", name, f"CREATE {name}", 0) for name in names),
        *(Statement(Phase.ROWS, "rows", name, f"COPY {name}", size) for name in names),
        Statement(Phase.KEYS, "index", "k", "CREATE k", 0),
    ]
    return ClonePlan(
        source="s",
        server_version=180000,
        role="r",
        fingerprint="f",
        stamp="",
        statements=tuple(statements),
        tables=tuple(names),
        comment=None,
        by_path=False,
        extensions=(),
        warnings=(),
    )


def test_samples_are_gone_before_a_key_is_made_and_no_savepoint_stays_open() -> None:
    opened = copied = 0
    for item in rehearsed(plan_of(), Rows.SAMPLE):
        verb = item.sql.split()[0]
        if verb == "SAVEPOINT":
            opened += 1
        elif verb == "RELEASE":
            opened -= 1
        elif verb == "COPY":
            assert item.sql.endswith("LIMIT 100")
            assert opened == 1
            copied += 1
        elif verb == "CREATE":
            assert opened == 0
    assert (opened, copied) == (0, TABLES)


def test_many_tables_share_a_savepoint() -> None:
    statements = [item.sql for item in rehearsed(plan_of(), Rows.SAMPLE)]
    assert statements.count("SAVEPOINT sample") == statements.count("RELEASE SAVEPOINT sample") == 3
    assert statements.count("ROLLBACK TO SAVEPOINT sample") == 3


@pytest.mark.parametrize(("rows", "copies"), [(Rows.ALL, TABLES), (Rows.NONE, 0)])
def test_all_rows_or_none_are_copied_as_they_are(rows: Rows, copies: int) -> None:
    statements = list(rehearsed(plan_of(), rows))
    assert sum(item.phase is Phase.ROWS for item in statements) == copies
    assert not any("SAVEPOINT" in item.sql or "LIMIT" in item.sql for item in statements)


def test_large_schemas_are_sampled() -> None:
    assert rows_to_rehearse(plan_of(size=100)) is Rows.ALL
    assert rows_to_rehearse(plan_of(size=1 << 20)) is Rows.SAMPLE
