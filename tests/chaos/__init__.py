"""Breaks the running system on purpose, and looks at what is left from outside.

`python -m tests.chaos` (`make chaos`) runs all of it and writes docs/reliability.md. Read `runner`
first: visitors work all the time, an experiment breaks something, and once things have settled the
checkers read Postgres and Redis. A run repeats from the seed that it prints.
"""
