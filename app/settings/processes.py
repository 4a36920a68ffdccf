"""The settings of the processes that do and schedule jobs."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ProcessSettings(BaseSettings):
    """How worker and scheduler run, and what they show of themselves."""

    worker_processes: int = Field(
        default=2, ge=1, description="Jobs that one worker does at the same time."
    )
    heartbeat_file: str = Field(
        default="",
        description="A file that worker and scheduler touch while their main loop goes round; "
        "`bin/role alive` looks at its age; unset: none.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port on which worker and scheduler give metrics of their own; 0: none.",
    )
