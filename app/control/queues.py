"""Names of queues and counts of Kubernetes Jobs, which jobs, metrics and checks share."""

RESETS = "reset"
"""Resets, which a visitor waits for and which take less time than any other job."""

URGENT = "clone"
"""Clones that a visitor waits for, and the start of the Kubernetes Jobs that make them."""

POOL = "pool"
MAINTENANCE = "maintenance"
"""What comes by the clock."""

DROPS = "drop"
"""Drops of schemas, so that cleanup does not stand behind those of a thousand sessions."""

QUEUES = (RESETS, URGENT, POOL, MAINTENANCE, DROPS)
"""What standing workers serve, in this order: a visitor comes before the pool.

Every few seconds each serves the last two before clones, or a rush would leave them undone.
"""

QUEUE_PREFIX = "clone-"
"""Begins the name of a queue that a Kubernetes Job works on."""

CLONE_JOBS = "demo:kubernetes:jobs"
"""A hash of how many Kubernetes Jobs are in each state; `jobs.kubernetes.reconciler` writes it."""

CLONE_JOBS_SECONDS = 3
"""How often Kubernetes Jobs are looked at: so long a visitor waits at most for one that is known
not to start."""
