"""Resets a session's data to its template's: a job does it, and the web process waits for it.

`requests` is the web process's part. The job is `jobs.clones.resetting`.
"""
