"""The fake LINE, built and started once a run, and the channel against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_line.harness import Fake, fake_line, line_settings_for


@pytest.fixture(scope="session")
def line_server() -> Iterator[Fake]:
    """The fake, in the environment that has LINE's own SDK; it is built from the hashed lock when it is not there."""
    with fake_line() as fake:
        yield fake


@pytest.fixture
def line(line_server: Fake) -> Fake:
    """The fake as if it had just been started."""
    line_server.steer("reset")
    return line_server


@pytest.fixture(scope="session")
def pictures() -> Callable[[Any], bytes]:
    """Draws each menu once a run; skips where there is no Japanese font."""
    from bot.rendering.line_picture import NoFont, font_file, picture

    try:
        font_file()
    except NoFont as error:
        pytest.skip(str(error))
    drawn: dict[str, bytes] = {}

    def draw(menu: Any) -> bytes:
        if menu.alias not in drawn:
            drawn[menu.alias] = picture(menu)
        return drawn[menu.alias]

    return draw


@pytest.fixture
def line_settings(line: Fake, tmp_path: Path) -> Callable[..., Any]:
    """Settings of an installation of one's own whose LINE is the fake."""
    return lambda **more: line_settings_for(line.url, tmp_path, **more)
