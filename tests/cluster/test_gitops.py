"""Argo CD and Flux render the chart again and again, and apply it."""

from tests.cluster.gitops import (
    apply_again,
    ensure_jobs_are_new_and_the_rest_is_kept,
    ensure_nothing_changed,
)
from tests.cluster.server import Server


def test_a_new_image_touches_no_job_that_was_there(server: Server, make_namespace):
    namespace = make_namespace()
    first, again, following = apply_again(server, namespace)
    assert {"Deployment", "CronJob", "NetworkPolicy"} <= {kind for kind, _ in first}
    ensure_nothing_changed(first, again)
    ensure_jobs_are_new_and_the_rest_is_kept(server, namespace, first, following)
