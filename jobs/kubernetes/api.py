"""The few calls of the Kubernetes API that we make, with an end to every wait.

The client takes a second to import: it is imported where it is used.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.settings.table import Settings
from jobs.kubernetes.job_status import CloneJobStatus, read_clone_jobs
from jobs.kubernetes.manifest import selector

if TYPE_CHECKING:
    from kubernetes import client

CALLS = frozenset(
    {
        ("batch", "jobs", "create"),
        ("batch", "jobs", "list"),
        ("batch", "jobs", "delete"),
        ("", "pods", "list"),
    }
)
"""All that our account has to be allowed, as (group, resource, verb); the chart gives no more."""

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 5.0


class ClusterError(Exception):
    """The Kubernetes API did not do what was asked."""


class ClusterAway(ClusterError):
    """The Kubernetes API did not answer, or not in time."""


class ClusterRefused(ClusterError):
    """The Kubernetes API refused; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Cluster:
    """The Kubernetes Jobs of this installation in their namespace.

    Raises:
        ClusterAway: the settings lead to no cluster.
    """

    def __init__(self, settings: Settings) -> None:
        self._namespace = settings.clone_job_namespace
        self._selector = selector(settings)
        self._start_seconds = settings.clone_job_start_seconds
        from kubernetes import client

        api = client.ApiClient(_configuration(settings.kubeconfig))
        self._jobs = client.BatchV1Api(api)
        self._core = client.CoreV1Api(api)

    def create(self, manifest: dict[str, Any]) -> bool:
        """Create a Job. Returns False if it is there already: creating twice is creating once.

        Raises:
            ClusterError: it could not be created.
        """
        try:
            _call(self._jobs.create_namespaced_job, self._namespace, manifest)
        except ClusterRefused as error:
            if error.status != 409:
                raise
            return False
        return True

    def delete(self, name: str) -> None:
        """Delete a Job with its pods. Deleting twice is deleting once.

        Raises:
            ClusterError: it could not be deleted.
        """
        try:
            _call(
                self._jobs.delete_namespaced_job,
                name,
                self._namespace,
                propagation_policy="Background",
            )
        except ClusterRefused as error:
            if error.status != 404:
                raise

    def clone_jobs(self) -> list[CloneJobStatus]:
        """Return the Jobs of this installation, as their pods show them.

        Raises:
            ClusterError: they could not be listed.
        """
        jobs = _call(self._jobs.list_namespaced_job, self._namespace, label_selector=self._selector)
        pods = _call(self._core.list_namespaced_pod, self._namespace, label_selector=self._selector)
        return read_clone_jobs(jobs.items, pods.items, self._start_seconds)

    def find_missing_rights(self) -> list[str]:
        """Try each of `CALLS` so that it changes nothing; return those that are forbidden.

        The API looks at rights before it looks at what is asked: a Job without a name is refused
        as invalid to an account that may create Jobs, and one that is not there is not found.

        Raises:
            ClusterAway: the API does not answer.
        """
        space, few = self._namespace, {"label_selector": self._selector}
        tries: dict[tuple[str, str, str], Callable[[], Any]] = {
            ("batch", "jobs", "create"): lambda: _call(self._jobs.create_namespaced_job, space, {}),
            ("batch", "jobs", "list"): lambda: _call(self._jobs.list_namespaced_job, space, **few),
            ("batch", "jobs", "delete"): lambda: _call(
                self._jobs.delete_namespaced_job, "demo-clone-none", space
            ),
            ("", "pods", "list"): lambda: _call(self._core.list_namespaced_pod, space, **few),
        }
        missing = []
        for group, resource, verb in sorted(CALLS):
            try:
                tries[group, resource, verb]()
            except ClusterRefused as error:
                if error.status in (401, 403):
                    missing.append(f"{verb} {resource}")
        return missing


def _configuration(kubeconfig: str | None) -> "client.Configuration":
    """Return how to reach the cluster that we run in; outside of one, that of the kubeconfig.

    Raises:
        ClusterAway: there is neither.
    """
    from kubernetes import client, config
    from urllib3 import Retry
    from yaml import YAMLError

    found = client.Configuration()
    try:
        config.load_incluster_config(found)  # type: ignore[no-untyped-call]  # the client's lack
    except config.ConfigException:
        try:
            config.load_kube_config(  # type: ignore[no-untyped-call]
                config_file=kubeconfig, client_configuration=found
            )
        except (config.ConfigException, OSError, TypeError, ValueError, YAMLError) as error:
            raise ClusterAway(
                "CLONE_LAUNCHER=kubernetes found no cluster: run it in a pod whose service "
                f"account has a token, or set KUBECONFIG ({error})."
            ) from None
    # The next pass comes in seconds; until then the standing workers are the better retry.
    found.retries = Retry(total=0)
    return found


def _call(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    from kubernetes.client import ApiException
    from urllib3.exceptions import HTTPError

    try:
        return function(*args, **options, _request_timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
    except ApiException as error:
        raise ClusterRefused(error.status or 0, _message(error)) from error
    except (HTTPError, OSError, ValueError) as error:  # the last: an answer that is not the API's
        raise ClusterAway(f"the Kubernetes API does not answer ({type(error).__name__})") from error


def _message(error: Any) -> str:
    try:
        return str(json.loads(error.body or "")["message"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason or "no reason given")
