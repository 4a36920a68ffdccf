"""A request for a reset: what a visitor is told of its end."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from app.control.null import NullDispatcher
from app.control.reset.requests import ResetRequests
from app.control.reset.status import ResetStatus
from app.errors import Unavailable


@dataclass
class ScriptedDispatcher(NullDispatcher):
    """Returns the statuses that the test prepared, one a call; the last one stays."""

    statuses: list[ResetStatus | None]
    asked_for: list[UUID] = field(default_factory=list)

    def reset(self, session: UUID) -> None:
        self.asked_for.append(session)

    def find_reset(self, session: UUID) -> ResetStatus | None:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


def test_a_request_waits_for_the_end_of_its_reset():
    dispatcher = ScriptedDispatcher(
        [None, ResetStatus.QUEUED, ResetStatus.RUNNING, ResetStatus.DONE]
    )
    session = uuid4()
    assert ResetRequests(dispatcher).run(session, 10) is ResetStatus.DONE
    assert dispatcher.asked_for == [session]


def test_a_reset_of_a_session_that_ended_is_no_failure_of_the_reset():
    requests = ResetRequests(ScriptedDispatcher([ResetStatus.OVER]))
    assert requests.run(uuid4(), 10) is ResetStatus.OVER


@pytest.mark.parametrize(
    ("status", "retry_after"),
    [(ResetStatus.BUSY, "1"), (ResetStatus.POOL_EMPTY, "5"), (ResetStatus.FAILED, "5")],
)
def test_a_reset_that_was_not_done_is_refused_with_a_message(status, retry_after):
    requests = ResetRequests(ScriptedDispatcher([status]))
    with pytest.raises(Unavailable) as refused:
        requests.run(uuid4(), 10)
    assert refused.value.error_code == status.value
    assert refused.value.headers["Retry-After"] == retry_after
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("status", [ResetStatus.QUEUED, ResetStatus.RUNNING])
def test_a_reset_beyond_the_bound_reports_its_status(status):
    assert ResetRequests(ScriptedDispatcher([status])).run(uuid4(), 0) is status
    assert status.is_under_way
