"""The session that sends a request: credentials, tokens, records, and counts of requests.

Read `authenticator` first; `store` says when Redis is believed and when the database is asked.
"""
