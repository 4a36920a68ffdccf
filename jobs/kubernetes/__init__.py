"""Clones in Kubernetes Jobs of their own. Start with `reconciler`, one pass over them.

A *pending clone* is a tenant that is still to be cloned; its *clone task* is the RQ job that does
it; a *clone job* is the Kubernetes Job whose pod works on a queue of clone tasks.
"""
