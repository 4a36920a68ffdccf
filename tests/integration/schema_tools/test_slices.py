"""The rows of a large table are copied in slices, each of which is heard of."""

from collections import Counter

from schema_tools import Phase, compile_plan, verify
from schema_tools.execution import slices

ONE_SERVER = True


def test_progress_is_seen_within_a_large_table(connection, monkeypatch):
    for statement in (
        "CREATE SCHEMA s",
        "CREATE TABLE s.large (id int, v text)",
        "CREATE TABLE s.small (id int)",
        "INSERT INTO s.large SELECT n, repeat('x', 200) FROM generate_series(1, 20000) AS n",
        "DELETE FROM s.large WHERE id % 3 = 0",
        "INSERT INTO s.small VALUES (1)",
    ):
        connection.execute(statement)
    plan = compile_plan(connection, "s")
    monkeypatch.setattr(slices, "SLICE_BYTES", 1 << 20)
    connection.execute("INSERT INTO s.large SELECT n, 'late' FROM generate_series(1, 30000) AS n")
    seen = []
    report = plan.run(connection, "d", progress=seen.append)
    steps = Counter(step.statement.identity for step in seen if step.statement.phase is Phase.ROWS)
    large, small = (next(name for name in steps if word in name) for word in ("large", "small"))
    assert steps[large] >= 3
    assert steps[small] == 1
    assert report.rows[large] == 13_334 + 30_000
    assert [step.percent for step in seen] == sorted(step.percent for step in seen)
    assert round(seen[-1].percent) == 100
    assert seen[-1].done == seen[-1].total == len(seen)
    assert verify(connection, "s", "d") == []
