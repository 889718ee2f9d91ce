"""The chat inside other sites: one script line of theirs, an iframe of ours, and only on the sites that are listed.

In somebody else's page browsers send our cookie along no more, so the session travels in a header: a signed value that
stands in the frame's page only, that no script but ours can read, and that is gone when the frame is.
"""

from __future__ import annotations

from collections.abc import Mapping

from sanic.response import HTTPResponse

from bot.channels.pages import SECURITY_HEADERS


def frame_headers(origins: tuple[str, ...]) -> Mapping[str, str]:
    """The headers of the framed page: as everywhere, save who may show it in a frame."""
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    allowed = " ".join(("frame-ancestors", *(origins or ("'none'",))))
    kept = {name: value for name, value in SECURITY_HEADERS.items() if name != "X-Frame-Options"}
    return kept | {"Content-Security-Policy": policy.replace("frame-ancestors 'none'", allowed)}


def open_to_all(response: HTTPResponse) -> HTTPResponse:
    """Lets other sites' pages load a file; for the script line and nothing else."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
