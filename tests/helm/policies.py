"""What network policies let through, computed as Kubernetes does."""

from collections.abc import Iterator
from typing import Any

from tests.helm.chart import Document

Labels = dict[str, str]
IN_THE_RELEASE = "prod"


def selects(selector: Document, labels: Labels) -> bool:
    """Return True if a label selector matches these labels."""
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In", "this is all that the chart uses"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return True


def allows(
    policies: list[Document],
    direction: str,
    labels: Labels,
    peer: Labels | None,
    port: int | str,
    *,
    namespace: str | None = IN_THE_RELEASE,
) -> bool:
    """Return True if a pod with `labels` may receive (`Ingress`) or send (`Egress`).

    `peer` has the labels of the pod on the other side, in `namespace`; None is outside the cluster.
    """
    mine = [
        policy["spec"]
        for policy in policies
        if selects(policy["spec"]["podSelector"], labels)
        and direction in policy["spec"]["policyTypes"]
    ]
    if not mine:
        return True
    rules = (rule for spec in mine for rule in spec.get(direction.lower(), []))
    return any(_fits(rule, direction, peer, port, namespace) for rule in rules)


def _fits(
    rule: Document, direction: str, peer: Labels | None, port: int | str, namespace: str | None
) -> bool:
    ports = {entry["port"] for entry in rule.get("ports", [])}
    if ports and port not in ports:
        return False
    peers = rule.get("from" if direction == "Ingress" else "to", [])
    return not peers or any(_matches(entry, peer, namespace) for entry in peers)


def _matches(entry: Document, peer: Labels | None, namespace: str | None) -> bool:
    if peer is None:
        return "ipBlock" in entry
    if "ipBlock" in entry:
        return False
    in_namespace = namespace == IN_THE_RELEASE
    if "namespaceSelector" in entry:
        in_namespace = selects(
            entry["namespaceSelector"], {"kubernetes.io/metadata.name": str(namespace)}
        )
    return in_namespace and selects(entry.get("podSelector", {}), peer)


def both_ways(
    policies: list[Document], source: Labels, target: Labels, number: int, name: str
) -> Iterator[Any]:
    """Return True if a pod may send to another one and that one may receive it."""
    yield allows(policies, "Egress", source, target, number)
    yield any(allows(policies, "Ingress", target, source, port) for port in (number, name))
