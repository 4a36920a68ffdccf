"""Sends what waits in Postgres to the outside: mails (`mail`) and webhooks (`webhooks`)."""
