"""The Postgres settings of the local stack, each with its reason."""

from typing import NamedTuple


class Setting(NamedTuple):
    """One server setting and why it has this value."""

    name: str
    value: str
    reason: str


SETTINGS = (
    Setting("listen_addresses", "127.0.0.1", "this machine only"),
    Setting("unix_socket_directories", "", "a socket's path may have 107 characters, ours more"),
    Setting("max_connections", "100", "two web processes, workers, and room for a console"),
    Setting("shared_buffers", "128MB", "holds the templates and some hundred small tenants"),
    Setting("max_locks_per_transaction", "1024", "dropping a 30-table schema takes 500 locks"),
    Setting("jit", "off", "our queries are short: compiling them takes longer than they do"),
    Setting("max_wal_size", "2GB", "clones come in bursts: no checkpoint in the middle of one"),
    Setting(
        "autovacuum_naptime", "15s", "every schema that comes and goes leaves dead catalog rows"
    ),
    Setting(
        "autovacuum_vacuum_scale_factor",
        "0.05",
        "catalog tables take no settings of their own, so all tables get what the catalog needs",
    ),
    Setting("autovacuum_analyze_scale_factor", "0.05", "catalog statistics follow the churn"),
    Setting("autovacuum_vacuum_cost_limit", "1000", "a vacuum of the catalog ends before the next"),
    Setting("autovacuum_max_workers", "2", "the machine has other work to do"),
    Setting("tcp_keepalives_idle", "30", "a client on a machine that lost its power keeps its"),
    Setting("tcp_keepalives_interval", "10", "locks, and seems at work, until the server notices:"),
    Setting("tcp_keepalives_count", "3", "within a minute instead of two hours"),
    Setting("timezone", "UTC", "times do not depend on the machine"),
    Setting("log_timezone", "UTC", "the same times in the log"),
    Setting("lc_messages", "C", "errors in the language of their documentation"),
    Setting("log_line_prefix", "%m [%p] %q%u@%d %a ", "who did it, when"),
    Setting("log_checkpoints", "off", "a log that is shown when something fails stays short"),
)
"""What the stack's Postgres starts with, before anything the caller overrides."""


def as_arguments(overrides: dict[str, str]) -> list[str]:
    """The settings as command-line arguments of `postgres`."""
    values = {setting.name: setting.value for setting in SETTINGS} | overrides
    return [word for name, value in values.items() for word in ("-c", f"{name}={value}")]
