"""The API server of a cluster, through the official client: documents in, answers out."""

import json
from dataclasses import dataclass
from typing import Any

from kubernetes import client, config
from kubernetes.client import ApiException

Document = dict[str, Any]
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A response of the server."""

    status: int
    body: Any

    @property
    def message(self) -> str:
        return str(self.body.get("message", self.body)) if isinstance(self.body, dict) else ""


class Server:
    """One cluster, as one user."""

    def __init__(self, api: client.ApiClient) -> None:
        self.api = api
        self._kinds: dict[str, dict[str, Document]] = {}

    @classmethod
    def of_kubeconfig(cls, path: str) -> "Server":
        return cls(config.new_client_from_config(path))

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()

    def with_token(self, token: str) -> "Server":
        """The same cluster, with the rights of that token."""
        ours = self.api.configuration
        other = client.Configuration()
        other.host, other.ssl_ca_cert, other.verify_ssl = (
            ours.host,
            ours.ssl_ca_cert,
            ours.verify_ssl,
        )
        other.api_key = {"authorization": f"Bearer {token}"}
        return Server(client.ApiClient(other))

    def request(
        self, method: str, path: str, body: object = None, content_type: str = JSON, **query: str
    ) -> Answer:
        """One request; every status is an answer."""
        request = self.api.param_serialize(
            method,
            path,
            query_params=list(query.items()),
            header_params={"Accept": JSON, "Content-Type": content_type},
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            answer = self.api.call_api(*request, _request_timeout=30)
            text = answer.read()
            status = answer.status
        except ApiException as error:
            status, text = error.status, error.body
        try:
            return Answer(int(status), json.loads(text or b"null"))
        except ValueError:  # an unknown path is answered in plain text
            return Answer(int(status), text)

    def status(self, path: str, headers: dict[str, str]) -> int:
        """Return the status of a path that another server answers, through this one."""
        request = self.api.param_serialize(
            "GET", path, header_params=dict(headers), auth_settings=["BearerToken"]
        )
        try:
            answer = self.api.call_api(*request, _request_timeout=30)
            answer.read()
            return int(answer.status)
        except ApiException as error:
            return int(error.status)

    def text(self, path: str) -> str:
        """Return the answer of a path that is not a document."""
        request = self.api.param_serialize("GET", path, auth_settings=["BearerToken"])
        return self.api.call_api(*request, _request_timeout=30).read().decode()

    def token_of(self, namespace: str, account: str) -> str:
        """A token of an account, as its pods get it."""
        wanted = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": 600},
        }
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        answer = self.request("POST", path, wanted)
        assert answer.status == 201, answer.message
        return str(answer.body["status"]["token"])

    def path_of(self, document: Document) -> str | None:
        """Return the path of this kind; None where the cluster does not know the kind."""
        version = document["apiVersion"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if root not in self._kinds:
            answer = self.request("GET", root)
            listed = answer.body["resources"] if answer.status == 200 else []
            self._kinds[root] = {r["kind"]: r for r in listed if "/" not in r["name"]}
        found = self._kinds[root].get(document["kind"])
        if found is None:
            return None
        place = f"namespaces/{document['metadata']['namespace']}/" if found["namespaced"] else ""
        return f"{root}/{place}{found['name']}"

    def create(self, document: Document, **query: str) -> Document:
        """Create an object, strictly: a field that the server does not know is a failure."""
        path = self.path_of(document)
        assert path is not None, f"the cluster has no {document['kind']}"
        answer = self.request("POST", path, document, fieldValidation="Strict", **query)
        name = f"{document['kind']}/{document['metadata'].get('name')}"
        assert answer.status == 201, f"{name}: {answer.status} {answer.message}"
        return answer.body

    def apply(self, document: Document, manager: str = "masa-madre-test") -> Answer:
        """Server-side apply, as Argo CD and `kubectl apply --server-side` do it."""
        path = self.path_of(document)
        assert path is not None, f"the cluster has no {document['kind']}"
        name = document["metadata"]["name"]
        answer = self.request(
            "PATCH", f"{path}/{name}", document, "application/apply-patch+yaml",
            fieldManager=manager, force="true", fieldValidation="Strict",
        )  # fmt: skip
        assert answer.status in (200, 201), f"{document['kind']}/{name}: {answer.message}"
        return answer

    def patch(self, path: str, change: Document) -> Document:
        """Change some fields of an object."""
        answer = self.request("PATCH", path, change, "application/merge-patch+json")
        assert answer.status == 200, f"{path}: {answer.status} {answer.message}"
        return answer.body

    def listed(self, path: str, **labels: str) -> list[Document]:
        """Return the objects of a path that have these labels, each `app.kubernetes.io/…`."""
        chosen = ",".join(f"app.kubernetes.io/{name}={value}" for name, value in labels.items())
        answer = self.request("GET", path, **({"labelSelector": chosen} if chosen else {}))
        assert answer.status == 200, f"{path}: {answer.status} {answer.message}"
        return list(answer.body["items"])
