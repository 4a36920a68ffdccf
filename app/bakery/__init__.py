"""The demo that a prospect explores: a bakery, one package a domain.

Start with `blueprints`, then one domain; `scope` leads each request to its tenant's tables.
"""
