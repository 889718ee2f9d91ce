"""LINE does not do what a command asks of it."""

from __future__ import annotations


class Refused(Exception):
    """The message says what was asked, and how LINE answered."""
