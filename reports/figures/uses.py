"""Where the card was used, for what, and how it was presented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onecard.reports.figures.bars import Bar, count_scale, draw_bars
from onecard.reports.figures.curve import stops_in_order
from onecard.reports.figures.model import Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, number, percent
from onecard.reports.palette import stop_colours
from onecard.reports.texts import Words, counted, join_words, text
from onecard.sim.recording.summary import Summary

__all__ = ["credentials", "services", "stops"]

_MOST_SERVICES = 30


def _shown(uses: int, total: int) -> Words:
    """Show a count with its share: ``1,234 · 12.3%``."""
    pair = zip(number(uses), percent(uses, total), strict=True)
    return Words(*(f"{count} · {share}" for count, share in pair))


def _table(identifier: str, rows: Sequence[tuple[Words, int]]) -> Table:
    head = [text(f"fig.{identifier}.y"), text(f"fig.{identifier}.x"), Words("%", "%")]
    total = sum(uses for _, uses in rows)
    return Table(head=head, rows=[[label, number(uses), percent(uses, total)] for label, uses in rows])


def _draw(
    identifier: str,
    rows: Sequence[tuple[Words, int, str | None]],
    caption: Words,
    *,
    table: Table | None = None,
    tall: bool = False,
) -> Drawn:
    total = sum(uses for _, uses, _ in rows)
    bars = [
        Bar(label=label, value=uses, shown=_shown(uses, total), **({"colour": colour} if colour else {}))
        for label, uses, colour in rows
    ]
    canvas = draw_bars(
        bars,
        count_scale(max(uses for _, uses, _ in rows), count=4),
        x_title=text(f"fig.{identifier}.x"),
        y_title=text(f"fig.{identifier}.y"),
    )
    title = text(f"fig.{identifier}.title")
    return Drawn(
        identifier=identifier,
        title=title,
        caption=caption,
        svg=canvas.svg(identifier=f"fig-{identifier}", label=title),
        table=table or _table(identifier, [(label, uses) for label, uses, _ in rows]),
        tall=tall,
    )


def stops(summary: Summary, labels: Labels) -> Drawn:
    """Draw the uses per stop, in the order of the day and the colours of the day's curve."""
    uses = summary.uses_by_stop
    total = sum(uses.values())
    if not total:
        return empty("stops", _table("stops", []).head)
    order = stops_in_order(summary)
    colours = stop_colours(order)
    rows = [(labels(stop, "stop"), uses.get(stop, 0), colours[stop]) for stop in order]
    top, least = max(rows, key=lambda row: row[1]), min(rows, key=lambda row: row[1])
    tied = sum(1 for row in rows if row[1] == top[1])
    caption = text(
        "fig.stops.caption_one"
        if len(rows) == 1
        else "fig.stops.caption_tied"
        if tied > 1
        else "fig.stops.caption",
        count=counted("stop", tied),
        top=top[0],
        n=counted("use", top[1]),
        share=percent(top[1], total),
        least=least[0],
        m=counted("use", least[1]),
    )
    return _draw("stops", rows, caption)


def services(summary: Summary, labels: Labels) -> Drawn:
    """Draw the uses per service, commonest first; rare ones beyond thirty are one bar."""
    used = [(service, uses) for service, uses in ranked(summary.uses_by_service) if uses]
    total = sum(uses for _, uses in used)
    if not used:
        return empty("services", _table("services", []).head)
    colours = stop_colours(stops_in_order(summary))
    rows: list[tuple[Words, int, str | None]] = [
        (labels(service, "service"), uses, colours.get(summary.stop_by_service.get(service, "")))
        for service, uses in used
    ]
    top = rows[:3] if len(rows) > 3 else rows[:1]
    caption = text(
        "fig.services.caption" if len(rows) > 3 else "fig.services.caption_few",
        count=len(rows),
        names=join_words([label for label, _, _ in top]),
        share=percent(sum(uses for _, uses, _ in top), total),
    )
    whole_table = _table("services", [(label, uses) for label, uses, _ in rows])
    if len(rows) > _MOST_SERVICES:
        rest = rows[_MOST_SERVICES - 1 :]
        rows = [
            *rows[: _MOST_SERVICES - 1],
            (text("ui.others", n=len(rest)), sum(uses for _, uses, _ in rest), None),
        ]
    return _draw("services", rows, caption, table=whole_table, tall=True)


def credentials(summary: Summary, labels: Labels) -> Drawn:
    """Draw how cards were presented: inserted, tapped, or as a code."""
    uses: Mapping[str, int] = summary.uses_by_credential
    total = sum(uses.values())
    if not total:
        return empty("credentials", _table("credentials", []).head)
    rows: list[tuple[Words, int, str | None]] = [(labels(name), count, None) for name, count in ranked(uses)]
    caption = text("fig.credentials.caption", top=rows[0][0], share=percent(rows[0][1], total))
    return _draw("credentials", rows, caption)
