"""`python -m bot …`: what the README tells people to run."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from bot.applications.cli_arguments import add_commands
from bot.channels.line.cli_arguments import add_commands as add_line_commands
from bot.guide import cli_arguments as guide_arguments


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Tomoni (ともに)")
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train the model")
    training.add_argument("--if-stale", action="store_true", help="only when the content has changed")
    asking = commands.add_parser("ask", help="answer questions from standard input, one JSON object or line each")
    asking.add_argument("--today", type=date.fromisoformat, help="answer as on this day (YYYY-MM-DD)")
    commands.add_parser("check", help="check the knowledge base")
    serving = commands.add_parser("serve", help="serve the web chat")
    serving.add_argument("--port", type=int)
    serving.add_argument("--host")
    acting = commands.add_parser("actions", help="serve the actions apart from the chat (TOMONI_ACTIONS_SECRET)")
    acting.add_argument("--port", type=int)
    acting.add_argument("--host")
    commands.add_parser("evaluate", help="measure understanding and answers on the held-out sets")
    add_commands(commands)
    add_line_commands(commands)
    guide_arguments.add_commands(commands)
    options = parser.parse_args(arguments)

    if options.command == "train":
        from bot.training import train

        train(if_stale=options.if_stale)
        return 0
    if options.command == "ask":
        from bot.ask import run

        return run(sys.stdin.buffer, sys.stdout, options.today)
    if options.command == "check":
        from bot.knowledge.checks import report

        return report(sys.stdout)
    if options.command == "evaluate":
        from bot.evaluation import run as evaluate

        return evaluate()
    if options.command == "line":
        from bot.channels.line.setup import run as serve_line

        return serve_line(options)
    if options.command in ("application", "erase"):
        from bot.applications.cli import run as serve_staff

        return serve_staff(options)
    if options.command in guide_arguments.COMMANDS:
        from bot.guide.cli import run as guide

        return guide(options)
    if options.command == "actions":
        from bot.shared.action_server import run as serve_actions

        return serve_actions(options.host, options.port)
    from bot.serve import serve

    return serve(options.host, options.port)


if __name__ == "__main__":
    sys.exit(main())
