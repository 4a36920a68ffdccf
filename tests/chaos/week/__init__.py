"""A week in an hour: every clock of the system is moved ahead, half an hour at a time.

`python -m tests.chaos.week` lets a few visitors work between two moves for some seconds, so that
336 moves make seven days. Postgres and Valkey see the time of one file by Debian's libfaketime,
our own processes by time-machine (`site/sitecustomize.py`). Only the time of day moves: what waits
for a number of seconds waits for real ones, as on a machine that slept.
"""
