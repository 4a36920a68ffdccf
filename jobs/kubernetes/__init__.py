"""Kubernetes Jobs that clone: what they are, how they are, and the API that knows them."""
