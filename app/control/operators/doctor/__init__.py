"""Examines an installation and says what is wrong, why it matters, and what repairs it.

Start at `examination.py`.
"""
