"""The channel in a process of its own, with a stand-in for Rasa, for drills that kill it.

python -m tests.fake_line.worker --fake URL --folder DIR --seconds 4      prints {"port": …} and serves
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path


async def serve(options: argparse.Namespace) -> None:
    """Serves until killed."""
    from tests.fake_line.harness import Bot, channel, line_settings_for

    settings = line_settings_for(options.fake, options.folder)
    async with channel(settings, Bot(seconds=options.seconds)) as served:
        print(json.dumps({"url": served.url}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    from bot import runtime

    runtime.prepare()
    parser = argparse.ArgumentParser()
    parser.add_argument("--fake", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args()))
