"""What can go wrong between us and the Kubernetes API."""


class ClusterError(Exception):
    """The Kubernetes API did not do what was asked."""


class ClusterAway(ClusterError):
    """It did not answer, or not in time."""


class ClusterRefused(ClusterError):
    """It said no; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
