"""When migration and seeds run."""

from tests.helm.cases import TRIAL
from tests.helm.chart import merged, of_kind, render_chart

WITHOUT = merged(TRIAL, {"hooks": {"enabled": False}})


def hooks(documents) -> dict[str, tuple[int, set[str]]]:
    """Each hook's weight and events, by name."""
    found = {}
    for document in documents:
        annotations = document["metadata"].get("annotations", {})
        if "helm.sh/hook" in annotations:
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


def test_an_upgrade_migrates_before_the_new_pods_come():
    documents = render_chart(TRIAL, upgrade=True)
    assert in_order(documents, "pre-upgrade") == ["demo-masa-madre-migrate"]
    assert in_order(documents, "post-upgrade") == []


def test_an_upgrade_seeds_when_it_is_told_to():
    documents = render_chart(merged(TRIAL, {"seeds": {"onUpgrade": True}}), upgrade=True)
    assert in_order(documents, "post-upgrade") == [
        "demo-seed-users",
        "demo-seed-tenants",
        "demo-seed-inventory",
    ]


def test_nothing_that_a_hook_needs_is_a_hook():
    assert set(hooks(render_chart(TRIAL))) == jobs(render_chart(TRIAL))


def test_without_hooks_an_installation_has_the_same_jobs():
    documents = render_chart(WITHOUT)
    assert hooks(documents) == {}
    assert jobs(documents) == {
        "demo-masa-madre-migrate-r1",
        "demo-seed-users",
        "demo-seed-tenants",
        "demo-seed-inventory",
    }


def test_jobs_do_not_stay_for_ever():
    for values, seconds in ((TRIAL, 3600), (WITHOUT, 300)):
        for job in of_kind(render_chart(values), "Job"):
            assert job["spec"]["ttlSecondsAfterFinished"] == seconds


def test_the_history_of_cleanups_has_limits_of_its_own():
    for values in (TRIAL, WITHOUT):
        (cleanup,) = of_kind(render_chart(values), "CronJob")
        assert "ttlSecondsAfterFinished" not in cleanup["spec"]["jobTemplate"]["spec"]


def test_without_hooks_an_upgrade_changes_no_job():
    documents = render_chart(WITHOUT, upgrade=True, revision=7)
    assert jobs(documents) == {"demo-masa-madre-migrate-r7"}
