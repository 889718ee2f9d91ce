"""A link as a QR code, drawn here because pages may ask nothing of other sites; the drawing is segno's."""

from __future__ import annotations

import segno
from markupsafe import Markup

_QUIET = 4  # modules of white around the code that a camera needs (ISO/IEC 18004)
_LARGEST = 9  # what still reads well at the size our pages and leaflets show it

Matrix = list[list[int]]


def matrix(text: str) -> Matrix:
    """The code's modules, 1 for dark, without the quiet zone; raises `ValueError` when the text is too long."""
    try:
        code = segno.make(text, error="m", boost_error=False, micro=False)
    except segno.DataOverflowError as error:
        raise ValueError("too long for a QR code") from error
    if int(code.version) > _LARGEST:
        raise ValueError(f"too long for a code of version {_LARGEST}")
    return [[int(bool(dark)) for dark in row] for row in code.matrix]


def svg_path(modules: Matrix) -> str:
    """The dark modules as one path, a unit a module, to stand in an SVG of the matrix's size."""
    return "".join(f"M{c} {r}h{n}v1h-{n}z" for r, row in enumerate(modules) for c, n in _runs(row))


def svg(text: str) -> Markup:
    """The code as an SVG element's inside: a white ground with its quiet zone, and the dark modules."""
    modules = matrix(text)
    side = len(modules) + 2 * _QUIET
    return Markup(
        '<svg class="code" viewBox="-{0} -{0} {1} {1}" width="{1}" height="{1}" aria-hidden="true" focusable="false">'
        '<path fill="#fff" d="M-{0}-{0}h{1}v{1}h-{1}z"/><path fill="#000" d="{2}"/></svg>'
    ).format(_QUIET, side, svg_path(modules))


def _runs(row: list[int]) -> list[tuple[int, int]]:
    """Where dark runs begin and how long they are."""
    found: list[tuple[int, int]] = []
    for column, dark in enumerate(row):
        if dark and found and sum(found[-1]) == column:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif dark:
            found.append((column, 1))
    return found
