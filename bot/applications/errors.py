"""What can go wrong with an application; adapters put these into words. No message ever holds a receipt, PIN or contact."""

from __future__ import annotations

from datetime import timedelta


class ApplicationsError(Exception):
    """Any refusal of this package."""


class ApplicationNotFound(ApplicationsError):
    """The one refusal: receipt unknown, malformed or locked, PIN wrong, link used up, application erased."""

    def __init__(self) -> None:
        super().__init__("not found")


class TooManyTries(ApplicationsError):
    """This caller has failed too often, whatever the receipts were; says when the next try is heard."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many tries")
        self.wait = wait


class GrantExpired(ApplicationsError):
    """The permission a look-up gave has run out, or belongs to another conversation: look up again."""


class InvalidTransition(ApplicationsError):
    """A change of state that DESIGN §4 does not allow."""


class InvalidInput(ApplicationsError):
    """A wish, contact, document, actor or reason that cannot be kept; `field` names which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"cannot be kept: {field}")
        self.field = field


class IdempotencyConflict(ApplicationsError):
    """The key of an earlier confirmation came back with other content."""


class ApplicationErased(ApplicationsError):
    """A confirmation was repeated after its application had been erased; it must not come back."""


class HistoryBroken(ApplicationsError):
    """A row of the history was changed, removed or put in by hand."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"history broken at row {sequence}")
        self.sequence = sequence


class StoreUnavailable(ApplicationsError):
    """The database is down, locked, full or read-only, or too much is asked of it at once: nothing was done, try later."""
