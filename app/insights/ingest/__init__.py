"""Moves events from the stream into Postgres, each once, and adds them up.

Read `store` first: it owns the transaction. `stream` reads and acknowledges, `visits` adds an event
to its visit, `totals` says what a visit counts as, `partitions` makes and drops the days' tables.
"""
