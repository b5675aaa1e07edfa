"""What cards and readers said to each other: commands, status words, and how long a dialogue took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

from onecard.reports.figures.bars import Bar, Dots, Scale, count_scale, draw_bars, draw_dots, log_count_scale
from onecard.reports.figures.model import FULL, Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, duration, number, percent, same
from onecard.reports.palette import BAR, LIGHT
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Percentiles, Summary

__all__ = ["commands", "dialogues", "is_success", "status_words"]


def is_success(code: str) -> bool:
    """Say whether a status word means success: 9000, or 61xx with more data to fetch (card.md §10)."""
    return code.startswith(("9000", "61"))


def commands(summary: Summary, labels: Labels) -> Drawn:
    """Draw the command APDUs by command, commonest first."""
    head = [text("fig.commands.y"), text("fig.commands.x"), Words("%", "%")]
    rows = [(labels(name), count) for name, count in ranked(summary.apdus_by_command) if count]
    if not rows:
        return empty("commands", head)
    total = sum(count for _, count in rows)
    canvas = draw_bars(
        [Bar(label=label, value=count, shown=number(count)) for label, count in rows],
        count_scale(rows[0][1], count=4),
        x_title=text("fig.commands.x"),
        y_title=text("fig.commands.y"),
    )
    caption = text(
        "fig.commands.caption",
        top=rows[0][0],
        n=number(rows[0][1]),
        total=number(total),
        share=percent(rows[0][1], total),
    )
    return Drawn(
        identifier="commands",
        title=text("fig.commands.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-commands", label=text("fig.commands.title")),
        table=Table(head=head, rows=[[label, number(count), percent(count, total)] for label, count in rows]),
    )


def status_words(summary: Summary, labels: Labels) -> Drawn:
    """Draw the answers by status word on a logarithmic scale; errors in another colour than success."""
    head = [text("fig.status.y"), text("fig.status.count"), Words("%", "%")]
    counts = [(code, count) for code, count in ranked(summary.status_words) if count]
    if not counts:
        return empty("status", head)
    total = sum(count for _, count in counts)
    bars = [
        Bar(
            label=labels.status_word(code),
            value=count,
            shown=number(count),
            colour=BAR if is_success(code) else LIGHT[1],
        )
        for code, count in counts
    ]
    canvas = draw_bars(
        bars, log_count_scale(counts[0][1]), x_title=text("fig.status.x"), y_title=text("fig.status.y")
    )
    failures = [(code, count) for code, count in counts if not is_success(code)]
    success = total - sum(count for _, count in failures)
    if failures:
        caption = text(
            "fig.status.caption",
            ok=percent(success, total),
            total=number(total),
            other=labels.status_word(failures[0][0]),
            n=number(failures[0][1]),
        )
    else:
        caption = text("fig.status.caption_ok", total=number(total))
    rows = [[bar.label, bar.shown, percent(bar.value, total)] for bar in bars]
    if summary.pin_status_queries:
        left_out = text("fig.status.queries", queries=counted("query", summary.pin_status_queries))
        caption = Words(f"{caption.en} {left_out.en}", caption.zh + left_out.zh)
        rows.append([text("fig.status.query_row"), number(summary.pin_status_queries), same("–")])
    return Drawn(
        identifier="status",
        title=text("fig.status.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-status", label=text("fig.status.title")),
        table=Table(head=head, rows=rows),
    )


_TICKS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def _seconds_scale(times: Sequence[Percentiles]) -> Scale:
    """Scale seconds by their logarithm, from the tick below the shortest to the longest."""
    shortest = max(min(one.p50_s for one in times), _TICKS_S[0])
    low = max(tick for tick in _TICKS_S if tick <= max(shortest * 0.9, _TICKS_S[0]))
    high = max(max(one.p95_s for one in times) * 1.1, low * 2)

    def place(seconds: float) -> float:
        return log10(max(seconds, low) / low)

    ticks = [(place(tick), same(f"{tick:g}")) for tick in _TICKS_S if low <= tick <= high]
    return Scale(place=place, top=place(high), ticks=ticks)


def _by_dialogue(dialogues: Mapping[str, Percentiles]) -> list[tuple[str, Percentiles]]:
    """Sort by dialogue, commonest first, its faces side by side."""
    used = {name: times for name, times in dialogues.items() if times.count}
    totals: dict[str, int] = {}
    for name, times in used.items():
        dialogue = name.partition(" ")[2]
        totals[dialogue] = totals.get(dialogue, 0) + times.count

    def key(item: tuple[str, Percentiles]) -> tuple[int, str, str]:
        face, _, dialogue = item[0].partition(" ")
        return -totals[dialogue], dialogue, face

    return sorted(used.items(), key=key)


def dialogues(summary: Summary, labels: Labels) -> Drawn:
    """Draw median and 95th percentile of each dialogue's time, commonest first, faces side by side."""
    heads = [text(f"fig.dialogues.{key}") for key in ("p50", "p95", "count", "mean_apdus")]
    head = [text("fig.dialogues.y"), *heads]
    found = _by_dialogue(summary.dialogues)
    if not found:
        return empty("dialogues", head, wide=True)
    rows = [
        Dots(
            label=labels.dialogue(name),
            values=[times.p50_s, times.p95_s],
            columns=[
                duration(times.p50_s),
                duration(times.p95_s),
                number(times.count),
                same(f"{times.mean_apdus:.1f}"),
            ],
        )
        for name, times in found
    ]
    canvas = draw_dots(
        rows,
        _seconds_scale([times for _, times in found]),
        x_title=text("fig.dialogues.x"),
        y_title=text("fig.dialogues.y"),
        heads=heads,
        width=FULL,
    )
    commonest = max(range(len(found)), key=lambda index: found[index][1].count)
    p50, p95, _, apdus = rows[commonest].columns
    caption = text(
        "fig.dialogues.caption",
        common=rows[commonest].label,
        n=counted("dialogue", found[commonest][1].count),
        p50=p50,
        p95=p95,
        apdus=apdus,
    )
    return Drawn(
        identifier="dialogues",
        title=text("fig.dialogues.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-dialogues", label=text("fig.dialogues.title")),
        table=Table(head=head, rows=[[row.label, *row.columns] for row in rows]),
        wide=True,
    )
