"""Kinds of account: who holds the money, and whether the balance may go below zero.

An account's name is its kind, a slash and an identifier: ``"person-bank/0004711"``. The kind is part of the
name, so that a posting can be read, grouped and checked without looking anything up.

Sign: a positive balance is money that the holder has. A few kinds may be negative. ``opening`` is the rest of
the world: what every account held before the scenario starts comes from there. ``bank-book`` is the bank's
counter-account for cash: when a person withdraws, the deposit shrinks and the notes leave the vault, and
the bank's own books take the difference. ``clearing``, ``prepayment`` and ``transfer`` stand between two
tiers and turn with the balance; ``institution-receivable`` is negative when a settlement is taken back after
it was paid, until the next payment takes that off.
"""

from __future__ import annotations

import msgspec

__all__ = ["KINDS", "AccountKind", "kind_of"]


class AccountKind(msgspec.Struct, frozen=True):
    """One kind of account."""

    name: str
    may_go_negative: bool
    english: str
    chinese: str


KINDS: dict[str, AccountKind] = {
    kind.name: kind
    for kind in (
        AccountKind("opening", True, "opening balances (the world outside)", "期初余额"),
        AccountKind("person-bank", False, "person's bank account of the card", "个人社保卡银行账户"),
        AccountKind("person-medical", False, "person's medical insurance account", "医保个人账户"),
        AccountKind("person-cash", False, "person's cash", "个人现金"),
        AccountKind("fund-employee-pool", False, "employee basic pooling fund", "职工基本医疗保险统筹基金"),
        AccountKind("fund-employee-large", False, "employee large-amount fund", "职工大额医疗费用补助基金"),
        AccountKind("fund-resident-pool", False, "resident pooling fund", "城乡居民基本医疗保险统筹基金"),
        AccountKind(
            "fund-resident-critical", False, "resident critical-illness insurance", "城乡居民大病保险"
        ),
        AccountKind("fund-civil-servant", False, "civil-servant subsidy fund", "公务员医疗补助资金"),
        AccountKind("fund-enterprise", False, "enterprise supplementary fund", "企业补充医疗保险基金"),
        AccountKind("fund-disabled-soldiers", False, "disabled soldiers' fund", "伤残人员医疗保障基金"),
        AccountKind("fund-other", False, "other funds", "其他基金"),
        AccountKind("clearing", True, "clearing between two tiers: what one owes the other", "异地结算往来"),
        AccountKind("prepayment", True, "prepayment of an insured province, held here", "异地就医预付金"),
        AccountKind("transfer", True, "payments between two tiers, summed up", "异地就医资金划拨"),
        AccountKind("fiscal-account", True, "special fiscal account (outside)", "社会保障基金财政专户"),
        AccountKind("fund-medical-aid", False, "medical aid fund", "医疗救助基金"),
        AccountKind(
            "institution-receivable", True, "institution's claim on the insurance", "定点机构医保应收"
        ),
        AccountKind("institution", False, "designated institution's bank account", "定点机构银行账户"),
        AccountKind("institution-cash", False, "institution's till", "定点机构现金"),
        AccountKind("merchant", False, "merchant's account", "商户账户"),
        AccountKind("merchant-cash", False, "merchant's till", "商户现金"),
        AccountKind("transit-operator", False, "transit operator's account", "公共交通运营账户"),
        AccountKind("bank-vault", False, "cash of a bank branch or machine", "银行库存现金"),
        AccountKind("bank-book", True, "bank's own books (counter-account of cash)", "银行内部账户"),
        AccountKind("subsidy-payer", False, "payer of subsidies", "补贴发放账户"),
        AccountKind("city-fiscal", False, "city treasury", "市级财政账户"),
    )
}


def kind_of(account: str) -> str:
    """Return the kind in an account's name: ``"person-bank"`` of ``"person-bank/0004711"``."""
    return account.partition("/")[0]
