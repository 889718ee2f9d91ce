"""The server as it is started, with LINE and the web chat in one process: whatever LINE does, the web chat answers as ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.line_beside_web import beside, is_untouched


@pytest.mark.model
async def test_while_line_refuses_fails_hangs_or_is_gone_the_web_chat_answers_as_ever(
    tmp_path: Path, model: Path
) -> None:
    """Few messages and a wide margin, for a busy machine; the drill is strict."""
    seen = await beside(tmp_path, messages=12, model=model)
    assert set(seen) == {"429", "500", "hang", "down"}
    for fault, part in seen.items():
        assert part["web_messages"] == 12 and part["webhooks"] > 3, (fault, part)
        assert is_untouched(part, times=3.0, more=150.0), (fault, part)
