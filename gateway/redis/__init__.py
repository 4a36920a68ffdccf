"""Redis on the path of a request: a circuit breaker and thread-local connections.

Read `circuit_breaker` first: it says what happens while Redis is away.
"""
