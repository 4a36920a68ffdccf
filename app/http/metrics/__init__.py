"""Figures for Prometheus: what is counted, where it is kept, and the page that shows it.

Start at `measurements.py`: counts that every process adds to, kept in Redis, so that each pod shows
those of all. `collectors.py` reads what needs no counting.
"""
