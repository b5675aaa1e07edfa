"""Where the money went, and who paid for treatment."""

from __future__ import annotations

from onecard.reports.canvas import Canvas
from onecard.reports.figures.bars import percent_scale
from onecard.reports.figures.model import FULL, Drawn, Table, empty
from onecard.reports.figures.ribbon_layout import Flow
from onecard.reports.figures.ribbons import draw_ribbons
from onecard.reports.labels import Labels, number, percent, yuan, yuan_short
from onecard.reports.lettering import widest
from onecard.reports.palette import EDGE, LIGHT
from onecard.reports.texts import Words, counted, text
from onecard.sim.recording.summary import MoneyFlow, SettlementTotals, Summary

__all__ = ["SPLIT_PARTS", "draw_split", "flows", "settlement"]


def _forward(flow: MoneyFlow) -> MoneyFlow:
    """Show a negative amount as what it is: money that went the other way."""
    if flow.amount_fen >= 0:
        return flow
    return MoneyFlow(
        source=flow.target,
        target=flow.source,
        purpose=flow.purpose,
        amount_fen=-flow.amount_fen,
        postings=flow.postings,
    )


def _is_opening(flow: MoneyFlow) -> bool:
    """Say whether a flow gives an account its balance before the day begins."""
    return "opening" in (flow.purpose, flow.source, flow.target)


def flows(summary: Summary, labels: Labels) -> Drawn:
    """Draw the flows from kinds of accounts through purposes to kinds of accounts."""
    head = [text(f"fig.money.{key}") for key in ("source", "purpose", "target", "amount", "postings")]
    found = sorted(
        (_forward(flow) for flow in summary.money if flow.amount_fen),
        key=lambda flow: (_is_opening(flow), -flow.amount_fen, flow.source, flow.purpose, flow.target),
    )
    moved = [flow for flow in found if not _is_opening(flow)]
    if not moved:
        return empty("money", head, wide=True)
    canvas = draw_ribbons(
        [Flow(flow.source, flow.purpose, flow.target, flow.amount_fen) for flow in moved],
        labels=labels,
        heads=(head[0], head[1], head[2]),
        title=text("fig.money.x"),
    )
    return Drawn(
        identifier="money",
        title=text("fig.money.title"),
        caption=_flows_caption(moved, sum(flow.amount_fen for flow in found if _is_opening(flow)), labels),
        svg=canvas.svg(identifier="fig-money", label=text("fig.money.title")),
        table=Table(head=head, rows=[_flow_row(flow, labels) for flow in found], text_columns=3),
        wide=True,
    )


def _flow_row(flow: MoneyFlow, labels: Labels) -> list[Words]:
    source, target = labels(flow.source, "account"), labels(flow.target, "account")
    return [source, labels(flow.purpose, "purpose"), target, yuan(flow.amount_fen), number(flow.postings)]


def _flows_caption(moved: list[MoneyFlow], opening_fen: int, labels: Labels) -> Words:
    """Name the sum and the largest flow; say what was left out of the drawing."""
    largest, total = moved[0], sum(flow.amount_fen for flow in moved)
    caption = text(
        "fig.money.caption",
        total=yuan(total),
        postings=counted("posting", sum(flow.postings for flow in moved)),
        purpose=labels(largest.purpose, "purpose"),
        source=labels(largest.source, "account"),
        target=labels(largest.target, "account"),
        amount=yuan(largest.amount_fen),
        share=percent(largest.amount_fen, total),
    )
    if not opening_fen:
        return caption
    left_out = text("fig.money.opening", amount=yuan(opening_fen))
    return Words(caption.en + left_out.en, caption.zh + left_out.zh)


SPLIT_PARTS = ("fund", "account", "own", "other")
"""Who pays a fee, by the names of their texts."""
_COLOURS = (LIGHT[0], LIGHT[6], LIGHT[2], LIGHT[8])


def _parts_fen(totals: SettlementTotals) -> list[int]:
    """Split a fee: fund, personal account, own money, rest for the hospital (settlement.md A-2, A-3)."""
    paid = [totals.fund_pay_sumamt_fen, totals.acct_pay_fen, totals.psn_cash_pay_fen]
    return [*paid, max(totals.medfee_sumamt_fen - sum(paid), 0)]


def settlement(summary: Summary, labels: Labels) -> Drawn:
    """Draw how the fees of each kind of visit were split."""
    kinds = sorted(
        ((kind, totals) for kind, totals in summary.settlement_totals.items() if totals.settlements),
        key=lambda item: (-item[1].medfee_sumamt_fen, item[0]),
    )
    head = [
        text("fig.settlement.y"),
        text("tile.settlements"),
        text("fig.settlement.fee"),
        *(text(f"fig.settlement.{part}") for part in SPLIT_PARTS),
    ]
    if not kinds:
        return empty("settlement", head, wide=True)
    parts = {kind: _parts_fen(totals) for kind, totals in kinds}
    fees = sum(totals.medfee_sumamt_fen for _, totals in kinds)
    sums = [sum(column) for column in zip(*parts.values(), strict=True)]
    caption = text(
        "fig.settlement.caption",
        total=yuan(fees),
        fund=percent(sums[0], fees),
        account=percent(sums[1], fees),
        own=percent(sums[2], fees),
    )
    rows = [
        [
            labels(kind, "visit"),
            number(totals.settlements),
            yuan(totals.medfee_sumamt_fen),
            *map(yuan, parts[kind]),
        ]
        for kind, totals in kinds
    ]
    canvas = draw_split(
        [(labels(kind, "visit"), totals.medfee_sumamt_fen, parts[kind]) for kind, totals in kinds],
        shown=4 if sums[3] else 3,
        y_title=text("fig.settlement.y"),
    )
    return Drawn(
        identifier="settlement",
        title=text("fig.settlement.title"),
        caption=caption,
        svg=canvas.svg(identifier="fig-settlement", label=text("fig.settlement.title")),
        table=Table(head=head, rows=rows),
        wide=True,
    )


def draw_split(rows: list[tuple[Words, int, list[int]]], *, shown: int, y_title: Words) -> Canvas:
    """Draw bars of one length, cut into shares, with the whole fee at the right.

    Args:
        rows: label, fee in fen, and its parts as in :data:`SPLIT_PARTS`.
        shown: how many of the parts stand in the key.
        y_title: title above the labels.
    """
    row_height, top = 38.0, 58.0
    count = max(len(rows), 2)
    canvas = Canvas(FULL, top + count * row_height + 52)
    left = 14 + max(min(widest([label for label, _, _ in rows], 12.5), 300.0), 110.0)
    right = FULL - 24 - max(widest([yuan_short(fee) for _, fee, _ in rows], 12.5), 80.0)
    axes = canvas.axes(left=left, top=top, right=right, bottom=top + count * row_height)
    axes.set_xlim(0, 1)
    axes.set_ylim(count - 0.5, -0.5)
    canvas.x_scale(axes, percent_scale().ticks, text("fig.settlement.x"))
    for row, (label, fee, parts) in enumerate(rows):
        y = canvas.pixel(axes, 0, row)[1]
        canvas.write_label(left - 10, y, label, room=left - 14)
        canvas.write(FULL - 12, y, yuan_short(fee), anchor="end", role="value")
        start = 0.0
        for part, colour in zip(parts, _COLOURS, strict=True):
            share = part / fee if fee else 0.0
            axes.barh(
                row, share, left=start, height=0.66, color=colour, edgecolor="#ffffff", linewidth=1, zorder=2
            )
            _write_share(
                canvas,
                part,
                share,
                x=left + (start + share / 2) * (right - left),
                y=y,
                room=share * (right - left),
            )
            start += share
    axes.vlines(0, *axes.get_ylim(), colors=EDGE, linewidth=1.2, zorder=3, clip_on=False)
    canvas.write(left - 10, top - 14, y_title, anchor="end", role="axis-title")
    canvas.write(FULL - 12, top - 14, text("fig.settlement.fee"), size=11.5, anchor="end", role="head")
    _draw_key(canvas, shown, left=left)
    return canvas


def _write_share(canvas: Canvas, part: int, share: float, *, x: float, y: float, room: float) -> None:
    """Write amount and share into a piece of a bar, the share alone, or nothing, as there is room."""
    amount, shown = yuan_short(part), percent(share, 1)
    both = Words(f"{amount.en} · {shown.en}", f"{amount.zh} · {shown.zh}")
    for words in (both, shown):
        if widest([words], 12.0) + 8 <= room:
            canvas.write(x, y, words, size=12.0, anchor="middle", role="value")
            return


def _draw_key(canvas: Canvas, shown: int, *, left: float) -> None:
    board = canvas.axes(left=0, top=6, right=canvas.width, bottom=26)
    board.set_xlim(0, canvas.width)
    board.set_ylim(-10, 10)
    x = left
    for part, colour in list(zip(SPLIT_PARTS, _COLOURS, strict=True))[:shown]:
        name = text(f"fig.settlement.{part}")
        board.barh(0, 14, left=x, height=14, color=colour)
        canvas.write(x + 20, 16, name, role="key")
        x += 44 + widest([name], 12.5)
