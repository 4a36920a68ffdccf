"""Lets time pass in a bakery: events that happen at their moment, whether or not someone looks.

The seeds write what will happen today and tomorrow as events. A template, a tenant of the pool and
a visitor's tenant are all brought forward by the same code. Start with `events`, then `effects`,
which says what each event changes, then `service`.
"""
