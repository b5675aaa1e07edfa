"""How many people used a card how often, and which cards people carry."""

from __future__ import annotations

from collections.abc import Mapping

from onecard.reports.canvas import Canvas, nice_ticks
from onecard.reports.figures.bars import Bar, count_scale, draw_bars
from onecard.reports.figures.model import HALF, Drawn, Table, empty, ranked
from onecard.reports.labels import Labels, number, per_mean, percent, same
from onecard.reports.palette import BAR, EDGE
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import Summary

__all__ = ["by_card", "by_uses", "users"]


def users(summary: Summary) -> int:
    """Count the people who used a card at least once."""
    return sum(count for uses, count in summary.uses_per_person.items() if uses != "0")


def _order(uses: str) -> tuple[int, str]:
    digits = uses.rstrip("+")
    return (int(digits) if digits.isdecimal() else 10**9, uses)


def _without_gaps(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """List the people by number of uses from 0 on, with 0 people where the run has none."""
    highest = max((_order(uses)[0] for uses in counts if uses.isdecimal()), default=-1)
    whole = {str(uses): 0 for uses in range(highest + 1)} | dict(counts)
    return sorted(whole.items(), key=lambda item: _order(item[0]))


def by_uses(summary: Summary, labels: Labels) -> Drawn:
    """Draw the number of people by their number of card uses."""
    head = [text("fig.people.x"), text("fig.people.y"), Words("%", "%")]
    found = _without_gaps(summary.uses_per_person)
    total = sum(count for _, count in found)
    if not total:
        return empty("people", head)
    height, left = 250.0, 84.0
    canvas = Canvas(HALF, 24 + height + 52)
    axes = canvas.axes(left=left, top=24, right=HALF - 12, bottom=24 + height)
    ticks = nice_ticks(max(count for _, count in found))
    axes.set_xlim(-0.5, len(found) - 0.5)
    axes.set_ylim(0, ticks[-1])
    canvas.y_scale(axes, [(tick, number(tick)) for tick in ticks], text("fig.people.y"))
    axes.bar(range(len(found)), [count for _, count in found], width=0.68, color=BAR, zorder=2)
    room = (HALF - 12 - left) / len(found)
    for index, (uses, count) in enumerate(found):
        x, y = canvas.pixel(axes, index, count)
        canvas.write(x, y - 9, number(count), size=min(11.5, 11.5 * room / 38), anchor="middle", role="value")
        canvas.write(
            x,
            24 + height + 14,
            labels(uses) if not uses[:1].isdecimal() else same(uses),
            size=12,
            anchor="middle",
            role="tick",
        )
    axes.hlines(0, -0.5, len(found) - 0.5, colors=EDGE, linewidth=1.2, zorder=3, clip_on=False)
    canvas.write(
        (left + HALF - 12) / 2, 24 + height + 36, text("fig.people.x"), anchor="middle", role="axis-title"
    )
    everybody = users(summary) == total
    caption = text(
        "fig.people.caption_all"
        if everybody
        else "fig.people.caption"
        if users(summary)
        else "fig.people.caption_none",
        none=number(summary.uses_per_person.get("0", 0)),
        people=counted("person", total),
        mean=per_mean(summary.card_uses, users(summary)),
    )
    return Drawn(
        identifier="people",
        title=text("fig.people.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-people", label=text("fig.people.title")),
        table=Table(
            head=head, rows=[[same(uses), number(count), percent(count, total)] for uses, count in found]
        ),
    )


def by_card(summary: Summary, labels: Labels) -> Drawn:
    """Draw the people by the version of their card, in the order of the versions."""
    head = [text("fig.cards.y"), text("fig.cards.x"), Words("%", "%")]
    found = sorted(summary.cards_by_version.items(), key=lambda item: (item[0] == "none", item[0]))
    total = sum(count for _, count in found)
    if not total:
        return empty("cards", head)
    names = {
        version: text("name.none") if version == "none" else labels(version, "card") for version, _ in found
    }
    bars = [Bar(label=names[version], value=count, shown=number(count)) for version, count in found]
    canvas = draw_bars(
        bars,
        count_scale(max(count for _, count in found), count=4),
        x_title=text("fig.cards.x"),
        y_title=text("fig.cards.y"),
    )
    version, count = ranked(summary.cards_by_version)[0]
    caption = text(
        "fig.cards.caption",
        top=names[version],
        share=percent(count, total),
        none=counted("person", summary.cards_by_version.get("none", 0)),
    )
    return Drawn(
        identifier="cards",
        title=text("fig.cards.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-cards", label=text("fig.cards.title")),
        table=Table(head=head, rows=[[bar.label, bar.shown, percent(bar.value, total)] for bar in bars]),
    )
