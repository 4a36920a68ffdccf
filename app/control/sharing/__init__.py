"""Share links: their owner lets a guest into a session, until it ends. Start with `service`.

A link is a secret of its own. Who opens it gets a token that names the link and nothing of the
session; the gateway asks for the link's record at each request, and enforces what a guest may do.
"""
