"""Figures of visits for operations and marketing, from totals alone.

Read `report` first; `period` is what is asked for, `cells` hides what is of too few visitors.
"""
