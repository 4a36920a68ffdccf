"""The local stack: all that `make demo` runs on one machine, with no server to install.

Read `demo` first: it is the whole run from top to bottom. `stack` has the servers and secrets of a
state directory, `server` what Postgres and Valkey share, `supervisor` the processes. Nothing of
this package is in the image.
"""


class LocalStackError(Exception):
    """The local stack cannot do what was asked; the message says what to do."""
