"""What happens outside requests: cloning, dropping, refilling, cleaning up, and when.

Start with `tasks`, the functions that jobs may name. `worker` and `scheduler` are the two processes
that do and schedule them, `services` is what a task works with, and the packages hold the work:
`queue` (RQ), `clones`, `maintenance`, `kubernetes`.
"""
