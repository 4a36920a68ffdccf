"""The guided tour as pages show it: its steps in this bakery, and what of it was done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.control.services import current_services
from app.control.sessions.session_view import SessionView
from app.control.tours.progress import TourProgress, TourState
from app.demo.tours import Deed, Step, Tour


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist."""

    title: str
    address: str
    done: bool


@dataclass(frozen=True)
class Guide:
    """A session's tour. Its steps are those whose pages this bakery has."""

    tour: Tour
    steps: tuple[Step, ...]
    progress: TourProgress

    @property
    def is_offered(self) -> bool:
        """True until the visitor begins it or says no."""
        return self.progress.state is TourState.OFFERED

    @property
    def is_running(self) -> bool:
        """True while it leads from page to page."""
        return self.progress.state is TourState.RUNNING

    @property
    def is_finished(self) -> bool:
        """True after its last step."""
        return self.progress.state is TourState.FINISHED

    @cached_property
    def place(self) -> int:
        """The place of the step that it is at; the first one's if there is no such step."""
        names = [step.name for step in self.steps]
        return names.index(self.progress.step) if self.progress.step in names else 0

    @property
    def step(self) -> Step:
        """The step that it is at."""
        return self.steps[self.place]

    @property
    def before(self) -> Step | None:
        """The step before."""
        return self.steps[self.place - 1] if self.place else None

    @property
    def after(self) -> Step | None:
        """The step that follows."""
        return self.steps[self.place + 1] if self.place + 1 < len(self.steps) else None

    def is_at(self, path: str) -> bool:
        """Return True on the page that the present step speaks of."""
        return self.step.path.partition("?")[0] == path

    def is_done(self, step: Step) -> bool:
        """Return True if what the step asks for was done."""
        return step.deed in self.progress.done

    def deed(self, step: Step) -> Deed:
        """Return what a step asks for."""
        assert step.deed is not None
        return _deeds()[step.deed]

    def find(self, name: str | None) -> Step | None:
        """Return the step of this name."""
        return next((step for step in self.steps if step.name == name), None)

    @cached_property
    def checks(self) -> list[Check]:
        """The checklist: each deed that a step asks for, once."""
        asked = {step.deed: step for step in reversed(self.steps) if step.deed is not None}
        return [
            Check(_deeds()[name].title, step.address, name in self.progress.done)
            for name, step in reversed(asked.items())
        ]

    @property
    def checked(self) -> int:
        """How many lines of the checklist are done."""
        return sum(check.done for check in self.checks)


def _deeds() -> Mapping[str, Deed]:
    return current_services().demo.guides.deeds


def guide_of(session: SessionView, reachable: Callable[[str], bool]) -> Guide | None:
    """Return the tour of a session's situation, if there is one with a step in this bakery."""
    account_type, scenario = session.account_type, session.choices.scenario
    tour = current_services().demo.tour_of(account_type, scenario)
    if tour is None:
        return None
    steps = tuple(step for step in tour.steps_for(account_type) if reachable(step.path))
    return Guide(tour, steps, session.tour) if steps else None
