"""When migration and seeds run."""

import pytest

from tests.helm.cases import EXISTING, EXTERNAL, TRIAL
from tests.helm.chart import merged, of_kind, one, pod_of, render_chart

STEPS = ["demo-seed-users", "demo-seed-tenants", "demo-seed-inventory"]
WITHOUT = merged(TRIAL, {"hooks": {"enabled": False}})


def hooks(documents) -> dict[str, tuple[int, set[str]]]:
    """Each hook's weight and events, by name."""
    found = {}
    for document in documents:
        annotations = document["metadata"].get("annotations", {})
        if annotations.get("helm.sh/hook", "test") != "test":
            events = set(annotations["helm.sh/hook"].split(","))
            weight = int(annotations["helm.sh/hook-weight"])
            found[document["metadata"]["name"]] = (weight, events)
    return found


def in_order(documents, event: str) -> list[str]:
    found = hooks(documents).items()
    return [name for name, (_, events) in sorted(found, key=lambda i: i[1][0]) if event in events]


def jobs(documents) -> set[str]:
    return {job["metadata"]["name"] for job in of_kind(documents, "Job")}


def test_an_installation_migrates_and_then_seeds():
    assert in_order(render_chart(TRIAL), "post-install") == [
        "demo-masa-madre-migrate",
        "demo-seed-users",
        "demo-seed-tenants",
        "demo-seed-inventory",
    ]


def test_an_upgrade_migrates_first_and_seeds_what_an_installation_did_not():
    documents = render_chart(TRIAL, upgrade=True)
    assert in_order(documents, "pre-upgrade") == [
        "demo-masa-madre-next",
        "demo-masa-madre-migrate",
    ]
    assert in_order(documents, "post-upgrade") == STEPS


def test_an_upgrade_does_not_seed_when_it_is_told_so():
    told = merged(TRIAL, {"seeds": {"onUpgrade": False}})
    assert in_order(render_chart(told, upgrade=True), "post-upgrade") == []
    assert in_order(render_chart(told), "post-install")[1:] == STEPS


@pytest.mark.parametrize("values", [TRIAL, EXTERNAL, EXISTING])
def test_a_migration_before_an_upgrade_reads_what_the_upgrade_brings(values):
    documents = render_chart(merged(values, {"settings": {"LOG_LEVEL": "DEBUG"}}), upgrade=True)
    migrate = pod_of(documents, "demo-masa-madre-migrate")
    (source,) = migrate.container["envFrom"]
    assert source["configMapRef"]["name"] == "demo-masa-madre-next"
    for kind in ("ConfigMap", "Secret"):
        if kind == "Secret" and values is EXISTING:
            assert migrate.secrets() == {"their-secret"}
            continue
        coming, next_one = (
            one(documents, kind, name) for name in ("demo-masa-madre", "demo-masa-madre-next")
        )
        assert coming["data"] == next_one["data"]
        policy = next_one["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
        assert policy == "before-hook-creation,hook-succeeded"
        if kind == "Secret":
            assert migrate.secrets() == {"demo-masa-madre-next"}


def test_an_installation_needs_no_hook_but_its_jobs():
    documents = render_chart(TRIAL)
    assert set(hooks(documents)) == jobs(documents)


def test_without_hooks_an_installation_has_the_same_jobs():
    documents = render_chart(WITHOUT)
    assert hooks(documents) == {}
    names = {name.rpartition("-")[0] for name in jobs(documents)}
    assert names == {"demo-masa-madre-migrate", *STEPS}


def test_hooks_do_not_stay_for_ever_and_what_a_controller_watches_does():
    for values, seconds in ((TRIAL, 3600), (WITHOUT, None)):
        for job in of_kind(render_chart(values), "Job"):
            assert job["spec"].get("ttlSecondsAfterFinished") == seconds


def test_the_history_of_cleanups_has_limits_of_its_own():
    for values in (TRIAL, WITHOUT):
        (cleanup,) = of_kind(render_chart(values), "CronJob")
        assert "ttlSecondsAfterFinished" not in cleanup["spec"]["jobTemplate"]["spec"]


def test_without_hooks_each_upgrade_migrates_and_seeds_anew():
    first, second = (jobs(render_chart(WITHOUT, upgrade=True, revision=n)) for n in (2, 3))
    assert len(first) == len(second) == 4
    assert first.isdisjoint(second)
