"""Limits on what a session or a network address may do in a time.

Read `guards` first; `counters` keeps the counts it decides by.
"""
