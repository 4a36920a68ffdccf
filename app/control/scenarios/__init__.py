"""Scenarios that operators saved from a session: asked for, offered, renamed, deleted, renewed.

Start with `service`, which is what operators ask; `registry` is what visitors are offered, and
`renewal` keeps the templates at the present day and at the newest tables. The jobs that copy and
drop the templates are in `jobs.scenarios`.
"""
