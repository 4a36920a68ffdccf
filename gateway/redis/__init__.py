"""Redis on the request path: a circuit breaker and thread-local connections."""
