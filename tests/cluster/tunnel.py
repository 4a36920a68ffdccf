"""Forwards a local port to a pod, as `kubectl port-forward` does, through the official client."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer

from kubernetes import client
from kubernetes.stream import portforward

from tests.cluster.server import Server

_one_at_a_time = threading.Lock()
"""The client exchanges a method of its own while it opens a stream."""


@contextmanager
def tunnel(server: Server, namespace: str, pod: str, port: int) -> Iterator[str]:
    """The URL of a port of a pod, until the block ends. Each connection is a stream of its own."""
    api = client.ApiClient(server.api.configuration)
    core = client.CoreV1Api(api)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with _one_at_a_time:
                stream = portforward(
                    core.connect_get_namespaced_pod_portforward, pod, namespace, ports=str(port)
                )
            try:
                there = stream.socket(port)
                there.setblocking(True)
                back = threading.Thread(target=_copy, args=(there, self.request), daemon=True)
                back.start()
                _copy(self.request, there)
                back.join()
            finally:
                stream.close()  # the client leaves our half of its socket pair to us

    with api, ThreadingTCPServer(("127.0.0.1", 0), Handler) as listener:
        listener.daemon_threads = True
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}"
        finally:
            listener.shutdown()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one side has closed; the other side ends by itself
