"""From the measurements to ratios, a table, a picture, and whether something got worse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).with_name("baseline.json")
_HIGHER_IS_BETTER = ("throughput", "throughput_actions")
_MAY_FALL_BY = 0.25
_BY_THE_CLOCK = ("p50", "throughput", "throughput_actions", "warm_start")
_BY_THE_CLOCK_AT_MOST = 0.5
_SOME = 0.15
# One slow answer among a few hundred moves a p95; it is reported, and its target is checked in the full form.
_NOT_GUARDED = ("p95",)
_TARGETS = {
    "p50": ("≤", 1 / 6), "p95": ("≤", 1 / 6), "throughput": ("≥", 12), "throughput_actions": ("≥", 12), "train": ("≤", 0.1),
    "warm_start": ("≤", 0.25), "memory": ("≤", 0.35), "long_conversation": ("≤", 1.2),
}  # fmt: skip


def ratios(ours: Mapping[str, Any], stock: Mapping[str, Any]) -> dict[str, float]:
    """Ours divided by stock; `long_conversation` is ours alone, message 1,000 by message 10."""

    def at_50(side: Mapping[str, Any], kind: str) -> float:
        return float(side[kind]["50"].get("per_second", 0.0))

    pairs = {
        "p50": (ours["one_person"]["p50_ms"], stock["one_person"]["p50_ms"]),
        "p95": (ours["one_person"]["p95_ms"], stock["one_person"]["p95_ms"]),
        "throughput": (at_50(ours, "questions"), at_50(stock, "questions")),
        "throughput_actions": (at_50(ours, "one_action_in_eight"), at_50(stock, "one_action_in_eight")),
        "train": (ours["train_s"], stock["train_s"]),
        "warm_start": (ours["warm_start_s"], stock["warm_start_s"]),
        "processor_time": (ours["cpu_ms_per_message"], stock["cpu_ms_per_message"]),
        "memory": (ours["memory_mb"], stock["memory_mb"]),
    }
    found = {name: round(a / b, 4) for name, (a, b) in pairs.items() if b}
    return {**found, "long_conversation": ours["conversation"]["message_1000_to_10"]}


def worse(now: Mapping[str, float], before: Mapping[str, float]) -> list[str]:
    """Ratios that fell by more than a quarter against the committed ones, in words.

    What is measured by the clock has the whole machine in it: such a fall counts if the processor's time shows some of it too, or
    if it is more than a half.
    """
    found = []
    busier = _kept("processor_time", now, before) < 1 - _SOME
    for name, was in before.items():
        is_now = now.get(name)
        if name in _NOT_GUARDED:
            continue
        gone = is_now is None
        if not gone:
            kept = _kept(name, now, before)
            may_fall = _BY_THE_CLOCK_AT_MOST if name in _BY_THE_CLOCK and not busier else _MAY_FALL_BY
            gone = kept < 1 - may_fall
        if gone:
            found.append(f"{name}: {is_now} now, {was} in {BASELINE.name}")
    return found


def _kept(name: str, now: Mapping[str, float], before: Mapping[str, float]) -> float:
    """How much of a ratio is left; 1 for one that is not known on both sides."""
    if not now.get(name) or not before.get(name):
        return 1.0
    return now[name] / before[name] if name in _HIGHER_IS_BETTER else before[name] / now[name]


def baseline() -> dict[str, float]:
    """The ratios of the short form that were committed."""
    return json.loads(BASELINE.read_text(encoding="utf-8"))["ratios"] if BASELINE.exists() else {}


def table(result: Mapping[str, Any]) -> str:
    """The figures side by side, in Markdown."""
    ours, stock = result["ours"], result["stock"]
    rows = [
        ("one person, p50 ms", ours["one_person"]["p50_ms"], stock["one_person"]["p50_ms"], "p50"),
        ("one person, p95 ms", ours["one_person"]["p95_ms"], stock["one_person"]["p95_ms"], "p95"),
        ("one person, p99 ms", ours["one_person"]["p99_ms"], stock["one_person"]["p99_ms"], None),
    ]
    for people in ours["one_action_in_eight"]:
        for kind, shown in (("questions", "questions"), ("one_action_in_eight", "one action in eight")):
            if kind not in ours:  # the short form asks with actions only
                continue
            name = {"questions": "throughput", "one_action_in_eight": "throughput_actions"}[kind]
            a, b = ours[kind][people], stock[kind][people]
            rows.append(
                (f"{people} people, {shown}, /s", a["per_second"], b["per_second"], name if people == "50" else None)
            )
            rows.append((f"{people} people, {shown}, p95 ms", a["p95_ms"], b["p95_ms"], None))
    rows += [
        ("processor time a message, ms", ours["cpu_ms_per_message"], stock["cpu_ms_per_message"], "processor_time"),
        ("errors", ours["errors"], stock["errors"], None),
        ("training, s", ours["train_s"], stock["train_s"], "train"),
        ("training, processor s", ours["train_cpu_s"], stock["train_cpu_s"], None),
        ("warm start to first answer, s", ours["warm_start_s"], stock["warm_start_s"], "warm_start"),
        ("cold start, s", ours.get("cold_start_s"), stock.get("cold_start_s"), None),
        ("memory after the load, MB", ours["memory_mb"], stock["memory_mb"], "memory"),
        (
            "bytes stored for a message",
            ours.get("bytes_stored_per_message"),
            stock.get("bytes_stored_per_message"),
            None,
        ),
        ("message 1,000 ÷ message 10", result["long_conversation"], _reached(stock), "long_conversation"),
    ]
    lines = ["| measure | ours | stock | ratio | target |", "|---|---|---|---|---|"]
    for label, a, b, name in rows:
        ratio = result["ratios"].get(name) if name else None
        target = _target(name, ratio)
        if name == "train" and result.get("form") == "short":
            target = f"processor time; stock: {result['data']['stock_epochs']} of 100 epochs"
        lines.append(f"| {label} | {_shown(a)} | {_shown(b)} | {_shown(ratio)} | {target} |")
    return "\n".join([*lines, *_growth(result), *_product(result)])


def _growth(result: Mapping[str, Any]) -> list[str]:
    if "training_growth" not in result:
        return []
    lines = [
        "",
        "| lines | ours, s | stock, s | of it epochs | stock for 100 epochs, s, extrapolated |",
        "|---|---|---|---|---|",
    ]
    for row in result["training_growth"]:
        stock = row["stock"]
        whole = next(value for name, value in stock.items() if name.endswith("extrapolated"))
        lines.append(
            f"| {stock['lines']:,} | {_shown(row['ours']['train_s'])} | {_shown(stock['seconds'])} | {stock['epochs']} | {_shown(whole)} |"
        )
    return lines


def _product(result: Mapping[str, Any]) -> list[str]:
    ours = result.get("product")
    if not ours:
        return []
    rate = ours["one_action_in_eight"]["50"]
    return [
        "",
        f"With all our lines, as people get it: p50 {ours['one_person']['p50_ms']} ms, p95 {ours['one_person']['p95_ms']} ms, "
        f"{rate['per_second']}/s at 50 people with one action in eight, {ours['memory_mb']} MB, {ours['warm_start_s']} s to the first "
        f"answer, trained in {ours['train_s']} s, message 1,000 ÷ message 10 {ours['conversation']['message_1000_to_10']}.",
    ]


def _reached(stock: Mapping[str, Any]) -> str:
    talk = stock.get("conversation")
    if not talk:
        return "not measured here"
    at = talk["p50_ms_at_message"]
    return ", ".join(f"{ms:.0f} ms at {n}" for n, ms in at.items()) + f"; gave up at {talk['reached']}"


def _target(name: str | None, ratio: float | None) -> str:
    if name not in _TARGETS or ratio is None:
        return ""
    sign, value = _TARGETS[name]
    met = ratio <= value if sign == "≤" else ratio >= value
    return f"{sign} {value:.3g} {'✓' if met else '✗ missed'}"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return (
        f"{value:,.4g}"
        if isinstance(value, float) and value < 1000
        else f"{value:,}"
        if isinstance(value, int | float)
        else str(value)
    )


def picture(result: Mapping[str, Any], path: Path) -> None:
    """Three panels: people and answers a second, one conversation growing, and the ratios."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    ours, stock = result["ours"], result["stock"]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.6), constrained_layout=True)
    people = list(ours["one_action_in_eight"])
    width = 0.38
    for i, (side, colour, name) in enumerate(((ours, "#0b6e75", "Tomoni"), (stock, "#b9b3a9", "stock Rasa"))):
        heights = [side["one_action_in_eight"][n].get("per_second", 0) for n in people]
        bars = left.bar([x + (i - 0.5) * width for x in range(len(people))], heights, width, color=colour, label=name)
        left.bar_label(bars, fmt="%.0f", padding=2, fontsize=9)
        talk = side.get("conversation", {}).get("p50_ms_at_message", {})
        middle.plot([int(n) for n in talk], list(talk.values()), marker="o", color=colour, label=name)
    left.set_xticks(range(len(people)), [f"{n} people" for n in people])
    left.set_title("Answers a second, one action in eight")
    left.margins(y=0.22)
    left.legend(frameon=False, loc="upper right", ncol=2)
    middle.set_yscale("log")
    middle.yaxis.set_major_formatter(lambda v, _: f"{v:g} ms")
    middle.yaxis.set_minor_formatter(lambda v, _: f"{v:g}" if f"{v:e}"[0] in "25" else "")
    middle.set_title("One conversation growing: time of a message")
    middle.set_xlabel("message")
    middle.legend(frameon=False, loc="center right")
    times = {"p50": "p50", "train": "training", "warm_start": "warm start", "memory": "memory"}
    shown = {label: result["ratios"][name] for name, label in times.items() if name in result["ratios"]}
    targets = [_TARGETS[name][1] for name in times if name in result["ratios"]]
    right.barh(list(shown), list(shown.values()), color="#0b6e75")
    right.plot(targets, list(shown), "|", ms=24, mew=2.4, color="#b3402e", label="first target")
    for row, value in enumerate(shown.values()):
        inside = value > 0.07
        right.text(
            0.006 if inside else value + 0.006, row, f"{value:.1%}", va="center", color="white" if inside else "black"
        )
    right.set_xlim(0, max(0.45, *shown.values()) * 1.2)
    right.xaxis.set_major_formatter(lambda v, _: f"{v:.0%}")
    right.set_title("Ours as a share of stock")
    right.invert_yaxis()
    right.legend(frameon=False, loc="lower right", markerscale=0.5)
    for panel in (left, middle, right):
        panel.spines[["top", "right"]].set_visible(False)
    machine = result["machine"]
    figure.suptitle(
        f"{machine['processor']}, {machine['cores']} cores, {result['form']} form, {result['commit']}", fontsize=10
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140)
    plt.close(figure)
