"""The local stack: Postgres and Valkey of our own where no URL names others, and the processes."""
