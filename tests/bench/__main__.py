"""`python -m tests.bench [--short]`: this bot and stock Rasa side by side; table, picture and `var/bench/latest.json`.

The short form (`short.py`) is for every change: fewer lines, stock trained for one epoch, both sides asked in turn. It fails when a ratio
falls by more than a quarter against `baseline.json` (written by `--short --set-baseline`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from bot.knowledge.loader import ROOT
from tests.bench import machine, report, short, sides
from tests.bench.plan import FULL, SHORT, WHOLE_EPOCHS, Plan

PLACE = ROOT / "var" / "bench"


def main(arguments: list[str] | None = None) -> int:
    """Measures, writes, and tells whether it got worse."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--short", action="store_true", help="the form every change passes (about five minutes)")
    parser.add_argument(
        "--set-baseline", action="store_true", help="take this run's ratios as what later ones may not fall behind"
    )
    options = parser.parse_args(arguments)
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {line}", file=sys.stderr, flush=True)

    before = report.baseline() if options.short and not options.set_baseline else {}
    result = short.measure(PLACE, SHORT, before, say) if options.short else measure(FULL, say)
    name = "short" if options.short else "full"
    PLACE.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    for file in ("latest.json", f"{name}.json"):
        (PLACE / file).write_text(text, encoding="utf-8")
    shown = report.table(result)
    (PLACE / f"{name}.md").write_text(shown + "\n", encoding="utf-8")
    if not options.short:
        report.picture(result, PLACE / "full.png")
    print(shown)
    say(f"written to {PLACE.relative_to(ROOT)}/")
    if options.short and options.set_baseline:
        kept = {"machine": result["machine"], "commit": result["commit"], "ratios": result["ratios"]}
        report.BASELINE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    failures = report.worse(result["ratios"], before)
    if result["ours"]["errors"]:
        failures.append(
            f"{result['ours']['errors']} messages of ours were not answered: {result['ours'].get('error_kinds', {})}"
        )
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if failures else 0


def measure(plan: Plan, say: sides.Say) -> dict[str, Any]:
    """Both sides, built from the same lines, one after the other on an otherwise idle machine."""
    about = machine.description()
    model, ours_training = sides.train_ours(PLACE, plan.one_in)
    say(f"ours: trained on 1/{plan.one_in} of the lines: {ours_training}")
    project, stock_training = sides.train_stock(PLACE, plan.one_in, plan.epochs, again=False)
    say(f"stock: {stock_training}")
    whole = stock_training[f"seconds_for_{WHOLE_EPOCHS}_epochs_extrapolated"]
    ours: dict[str, Any] = {**ours_training, **sides.measure_ours(PLACE, model, plan, say)}
    stock: dict[str, Any] = {"train_s": whole, "training": stock_training}
    stock["train_cpu_s"] = stock_training["cpu_seconds"]
    stock.update(sides.measure_stock(PLACE, project, plan, say))
    found = report.ratios(ours, stock)
    result: dict[str, Any] = {
        "form": "full",
        "machine": about,
        "commit": machine.commit(),
        "data": {"one_in": plan.one_in, "lines": project.lines, "stock_epochs": plan.epochs},
        "stock": stock,
        "ours": ours,
        "ratios": found,
        "long_conversation": found["long_conversation"],
    }
    if plan.growth:
        result["training_growth"] = growth(plan, ours_training, stock_training, say)
    if plan.product:
        say("our model of all lines, as people get it")
        all_lines, training = sides.train_ours(PLACE, 1)
        result["product"] = {**training, **sides.measure_ours(PLACE / "product", all_lines, plan, say)}
    return result


def growth(plan: Plan, ours: dict[str, Any], stock_training: dict[str, Any], say: sides.Say) -> list[dict[str, Any]]:
    """Training with other amounts of data."""
    rows = [{"one_in": plan.one_in, "ours": ours, "stock": stock_training}]
    for one_in in plan.growth:
        _, trained = sides.train_ours(PLACE, one_in)
        _, training = sides.train_stock(PLACE, one_in, min(plan.epochs, 2), again=False)
        rows.append({"one_in": one_in, "ours": trained, "stock": training})
        say(f"training on 1/{one_in}: ours {trained}, stock {training}")
    return sorted(rows, key=lambda row: -row["one_in"])


if __name__ == "__main__":
    sys.exit(main())
