"""The amount identities A-1 to A-21 and the order of deductibles as an executable check (settlement.md §4).

Works on the decoded answer of any platform, ours or not: amounts may be texts or numbers. Each identity is a
row of :data:`IDENTITIES` with the evidence's mark; a row yields the two sides that must agree. Optional
evidence (lines, the pre-settlement, the balance before, …) switches on the rows that need it.

Not here: A-7 is two readings of one field, chosen by ``account_separate``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onecard.sim.settlement.benefit.catalogue import line_amount_fen
from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan, scaled_of

__all__ = ["IDENTITIES", "Evidence", "Identity", "Violation", "check_identities"]

_FUNDS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "hifdm_pay")
_ACCOUNT_TYPES = ("310200", "310201")
_HOSPITAL = "999996"
_HEADER_OF_LINE = {
    "det_item_fee_sumamt": "medfee_sumamt",
    "fulamt_ownpay_amt": "fulamt_ownpay_amt",
    "overlmt_amt": "overlmt_selfpay",
    "preselfpay_amt": "preselfpay_amt",
    "inscp_scp_amt": "inscp_scp_amt",
}
_AMOUNTS = (
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "fund_pay_sumamt",
    "acct_pay",
    "psn_cash_pay",
    "acct_mulaid_pay",
    *_FUNDS[:7],
)
_OPTIONAL_AMOUNTS = ("hosp_part_amt", "psn_part_amt", "act_pay_dedc", "hifdm_pay")


class Violation(msgspec.Struct, frozen=True):
    """One identity that does not hold."""

    clause: str
    text: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the check looks at; see :func:`check_identities`."""

    setlinfo: Mapping[str, Any]
    setldetail: Sequence[Mapping[str, Any]] = ()
    lines: Sequence[Mapping[str, Any]] = ()
    msgid: str | None = None
    balance_before_fen: int | None = None
    deductible_standard_fen: int | None = None
    deductible_current_fen: int | None = None
    acct_used_flag: str | None = None
    presettlement: Mapping[str, Any] | None = None
    cancelled: Mapping[str, Any] | None = None
    fund_includes_account: bool = False
    account_separate: bool = False

    def fen(self, field: str) -> int:
        """Return an amount of ``setlinfo``; an absent optional amount is zero."""
        return _fen(self.setlinfo, field)

    @property
    def sign(self) -> int:
        """-1 for a cancellation, whose amounts are negated."""
        return 1 if self.cancelled is None else -1

    @property
    def person_fen(self) -> int:
        """``psn_part_amt``, or its parts where a platform leaves it out."""
        if self.setlinfo.get("psn_part_amt") is not None:
            return self.fen("psn_part_amt")
        return self.account_and_cash_fen

    @property
    def account_and_cash_fen(self) -> int:
        """What account and cash pay together; family account beside it if the region says so (A-7)."""
        separate_fen = self.fen("acct_mulaid_pay") if self.account_separate else 0
        return self.fen("acct_pay") + separate_fen + self.fen("psn_cash_pay")

    @property
    def own_account_fen(self) -> int:
        """What the person's own account pays: ``acct_pay`` less the family's part where that is inside it."""
        return self.fen("acct_pay") - (0 if self.account_separate else self.fen("acct_mulaid_pay"))


def _fen(row: Mapping[str, Any], field: str) -> int:
    value = row.get(field)
    return 0 if value is None else fen_of(value, field)


_Sides = Iterator[tuple[bool, str]]
"""What an identity yields: whether it holds, and what was compared."""


class Identity(msgspec.Struct, frozen=True):
    """One row of the table."""

    clause: str
    mark: str
    check: Callable[[Evidence], _Sides]


def _equal(what: str, left_fen: int, right_fen: int) -> tuple[bool, str]:
    return left_fen == right_fen, f"{what}: {fen_to_yuan(left_fen)} and {fen_to_yuan(right_fen)}"


def _at_most(what: str, left_fen: int, right_fen: int) -> tuple[bool, str]:
    return left_fen <= right_fen, f"{what}: {fen_to_yuan(left_fen)} and at most {fen_to_yuan(right_fen)}"


def _a1(e: Evidence) -> _Sides:
    parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
    yield _equal("medfee_sumamt and its four parts", e.fen("medfee_sumamt"), sum(map(e.fen, parts)))


def _a2(e: Evidence) -> _Sides:
    borne_fen = e.person_fen - (e.fen("acct_pay") if e.fund_includes_account else 0)
    paid_fen = e.fen("fund_pay_sumamt") + borne_fen + e.fen("hosp_part_amt")
    yield _equal("medfee_sumamt and who pays it", e.fen("medfee_sumamt"), paid_fen)


def _a3(e: Evidence) -> _Sides:
    yield _equal("psn_part_amt and account plus cash", e.person_fen, e.account_and_cash_fen)


def _a4(e: Evidence) -> _Sides:
    account_fen = e.fen("acct_pay") if e.fund_includes_account else 0
    yield _equal(
        "fund_pay_sumamt and its funds", e.fen("fund_pay_sumamt"), sum(map(e.fen, _FUNDS)) + account_fen
    )


def _a5(e: Evidence) -> _Sides:
    if e.setldetail:
        others = (*_ACCOUNT_TYPES, _HOSPITAL)
        rows = [row for row in e.setldetail if row.get("fund_pay_type") not in others]
        account_fen = e.fen("acct_pay") if e.fund_includes_account else 0
        paid_fen = sum(_fen(row, "fund_payamt") for row in rows) + account_fen
        yield _equal("setldetail and fund_pay_sumamt", paid_fen, e.fen("fund_pay_sumamt"))


def _a6(e: Evidence) -> _Sides:
    if e.setldetail:
        for types, field in ((_ACCOUNT_TYPES, "acct_pay"), ((_HOSPITAL,), "hosp_part_amt")):
            rows = [row for row in e.setldetail if row.get("fund_pay_type") in types]
            yield _equal(
                f"setldetail and {field}", sum(_fen(row, "fund_payamt") for row in rows), e.fen(field)
            )


def _product_fen(price_micro: int, count_e4: int) -> int:
    """Round a return line as the negative of the line that it returns."""
    sign = -1 if count_e4 < 0 else 1
    return sign * line_amount_fen(price_micro, abs(count_e4))


def _a8(e: Evidence) -> _Sides:
    for line in e.lines:
        product_fen = _product_fen(scaled_of(line["pric"], 6, "pric"), scaled_of(line["cnt"], 4, "cnt"))
        amount_fen = _fen(line, "det_item_fee_sumamt")
        yield (
            abs(product_fen - amount_fen) <= 1,
            _equal("line amount and cnt x pric", amount_fen, product_fen)[1],
        )


def _a9(e: Evidence) -> _Sides:
    for line in e.lines:
        parts = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
        parts_fen = sum(_fen(line, field) for field in parts)
        yield _equal("line amount and its four parts", _fen(line, "det_item_fee_sumamt"), parts_fen)


def _a10(e: Evidence) -> _Sides:
    for line in e.lines:
        ceiling = scaled_of(line.get("pric_uplmt_amt") or "0", 6, "pric_uplmt_amt")
        price, count = scaled_of(line["pric"], 6, "pric"), scaled_of(line["cnt"], 4, "cnt")
        whole_own = _fen(line, "fulamt_ownpay_amt") == _fen(line, "det_item_fee_sumamt")
        over = _product_fen(max(0, price - ceiling), count) if ceiling and not whole_own else 0
        over = min(over, _fen(line, "det_item_fee_sumamt"), key=abs)
        yield _equal("overlmt_amt and price above the ceiling", _fen(line, "overlmt_amt"), over)


def _a11(e: Evidence) -> _Sides:
    for line in e.lines:
        rest_fen = (
            _fen(line, "det_item_fee_sumamt") - _fen(line, "overlmt_amt") - _fen(line, "fulamt_ownpay_amt")
        )
        ratio = scaled_of(line.get("selfpay_prop") or "0", 4, "selfpay_prop")
        yield _equal(
            "preselfpay_amt and its ratio of the rest",
            _fen(line, "preselfpay_amt"),
            (-1 if rest_fen < 0 else 1) * ((abs(rest_fen) * ratio + 5_000) // 10_000),
        )


def _a12(e: Evidence) -> _Sides:
    for line in e.lines:
        ratio = scaled_of(line.get("selfpay_prop") or "0", 4, "selfpay_prop")
        level = line.get("chrgitm_lv")
        sound = {"01": ratio == 0, "02": 0 <= ratio <= 10_000, "03": ratio == 10_000}.get(str(level), False)
        yield sound, f"chrgitm_lv {level} with selfpay_prop {line.get('selfpay_prop')}"
        if level == "03":
            yield _equal(
                "class C line and fulamt_ownpay_amt",
                _fen(line, "det_item_fee_sumamt"),
                _fen(line, "fulamt_ownpay_amt"),
            )


def _a13(e: Evidence) -> _Sides:
    if e.lines:
        for of_line, of_header in _HEADER_OF_LINE.items():
            total_fen = e.sign * sum(_fen(line, of_line) for line in e.lines)
            yield _equal(f"sum of {of_line} and {of_header}", total_fen, e.fen(of_header))


def _a14(e: Evidence) -> _Sides:
    ratio = scaled_of(e.setlinfo.get("pool_prop_selfpay") or "0", 4, "pool_prop_selfpay")
    yield 0 <= ratio <= 10_000, f"pool_prop_selfpay {e.setlinfo.get('pool_prop_selfpay')} is not in 0 to 1"


def _a15(e: Evidence) -> _Sides:
    if e.balance_before_fen is not None:
        yield _equal(
            "balc and balance before less acct_pay", e.fen("balc"), e.balance_before_fen - e.own_account_fen
        )


def _a16(e: Evidence) -> _Sides:
    if e.cancelled is not None:
        for field in (*_AMOUNTS, *_OPTIONAL_AMOUNTS):
            if e.setlinfo.get(field) is not None or e.cancelled.get(field) is not None:
                yield _equal(f"cancellation of {field}", e.fen(field), -_fen(e.cancelled, field))


def _a17(e: Evidence) -> _Sides:
    paid_fen = e.sign * e.fen("act_pay_dedc")
    yield _at_most("act_pay_dedc and inscp_scp_amt", paid_fen, e.sign * e.fen("inscp_scp_amt"))
    if e.deductible_standard_fen is not None:
        yield _at_most("act_pay_dedc and the standard", paid_fen, e.deductible_standard_fen)


def _a18(e: Evidence) -> _Sides:
    limit_fen = e.sign * (e.fen("inscp_scp_amt") - e.fen("act_pay_dedc"))
    yield _at_most("hifp_pay and in scope less deductible", e.sign * e.fen("hifp_pay"), limit_fen)


def _a19(e: Evidence) -> _Sides:
    if e.balance_before_fen is not None:
        yield _at_most("acct_pay and balance before", e.own_account_fen, e.balance_before_fen)
    if e.acct_used_flag == "0":
        yield _equal("acct_pay with acct_used_flag 0", e.fen("acct_pay"), 0)


def _a20(e: Evidence) -> _Sides:
    if e.msgid is not None:
        found = e.setlinfo.get("medins_setl_id")
        yield found == e.msgid, f"medins_setl_id {found} is not the msgid {e.msgid}"


def _a21(e: Evidence) -> _Sides:
    if e.presettlement is not None:
        for field in (*_AMOUNTS, *_OPTIONAL_AMOUNTS, "balc"):
            yield _equal(f"{field} before and after", _fen(e.presettlement, field), e.fen(field))


def _deductibles(e: Evidence) -> _Sides:
    standard_fen, current_fen = e.deductible_standard_fen, e.deductible_current_fen
    if current_fen is not None:
        yield _at_most("ACT_PAY_DEDC and CRT_DEDC", e.sign * e.fen("act_pay_dedc"), current_fen)
    if current_fen is not None and standard_fen is not None:
        yield _at_most("CRT_DEDC and DEDC_STD", current_fen, standard_fen)


IDENTITIES: tuple[Identity, ...] = (
    Identity("A-1", "M", _a1),
    Identity("A-2", "M", _a2),
    Identity("A-3", "M", _a3),
    Identity("A-4", "M", _a4),
    Identity("A-5", "M", _a5),
    Identity("A-6", "M", _a6),
    Identity("A-8", "M", _a8),
    Identity("A-9", "M", _a9),
    Identity("A-10", "?", _a10),
    Identity("A-11", "M", _a11),
    Identity("A-12", "M", _a12),
    Identity("A-13", "M", _a13),
    Identity("A-14", "S", _a14),
    Identity("A-15", "M", _a15),
    Identity("A-16", "M", _a16),
    Identity("A-17", "?", _a17),
    Identity("A-18", "?", _a18),
    Identity("A-19", "?", _a19),
    Identity("A-20", "S", _a20),
    Identity("A-21", "?", _a21),
    Identity("4.1", "?", _deductibles),
)
"""The identities in order, and settlement.md §4.1, with the mark of their evidence."""


def check_identities(setlinfo: Mapping[str, Any], **evidence: Any) -> list[Violation]:
    """Check a settlement's amounts.

    Args:
        setlinfo: the decoded node of any settlement, pre-settlement or cancellation.
        evidence: any of ``setldetail`` (rows), ``lines`` (result rows of 2204 or 2301), ``msgid``,
            ``balance_before_fen``, ``deductible_standard_fen`` (DEDC_STD), ``deductible_current_fen``
            (CRT_DEDC), ``acct_used_flag``, ``presettlement`` (the ``setlinfo`` of 2206 or 2303),
            ``cancelled`` (the ``setlinfo`` that this one cancels), and the regional switches
            ``fund_includes_account`` and ``account_separate`` (A-2, A-7).

    Returns:
        The violations, in order of the clauses; empty when everything holds. An amount that is missing or
        cannot be read is a violation of clause ``format``.
    """
    seen = Evidence(setlinfo=setlinfo, **evidence)
    violations = [
        Violation("format", f"{field} is missing") for field in _AMOUNTS if setlinfo.get(field) is None
    ]
    for identity in IDENTITIES:
        try:
            found = [Violation(identity.clause, text) for holds, text in identity.check(seen) if not holds]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            found = [Violation("format", f"{identity.clause}: {error!r}")]
        violations += found
    return violations
