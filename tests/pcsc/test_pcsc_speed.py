"""The socket options are what makes PC/SC fast: a ratio within one run, so it holds on any machine."""

from onecard.bench import cards
from onecard.bench.rows import Row


def test_the_socket_options_make_the_difference() -> None:
    rows = cards.through_pcsc(rounds=2, apdus=300, usual_apdus=10)
    (beside_usual,) = (row for row in rows if row.peer == cards.USUAL)
    assert isinstance(beside_usual, Row)
    assert beside_usual.ratio is not None
    assert beside_usual.ratio > 20, "measured: some 400 with this driver; lost options make it 1"
