"""An accountant who sees the messages of institutions and nothing else.

It hears what institutions send and what they are answered, keeps one list of movements, and says from it what
must stand in every account of every tier, in every statement and in every clearing table. It is brute force
on purpose: no tables of tiers, no code of theirs, only settlement.md §5.5, §5.6 written down once more.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from money_world import World

from onecard.sim.settlement.messages.envelope import decode_reply, decode_request, input_bytes
from onecard.sim.settlement.tiers.kernel import Tier
from onecard.sim.units.money import yuan_to_fen

FUNDS = {
    "hifob_pay": "fund-employee-large",
    "hifmi_pay": "fund-resident-critical",
    "maf_pay": "fund-medical-aid",
    "cvlserv_pay": "fund-civil-servant",
    "hifes_pay": "fund-enterprise",
    "hifdm_pay": "fund-disabled-soldiers",
    "oth_pay": "fund-other",
}
POOL = {"310": "fund-employee-pool", "390": "fund-resident-pool"}
SETTLES, CANCELS = ("2102", "2207"), ("2103", "2208")


class Movement(msgspec.Struct, kw_only=True):
    """A settlement, or what takes one back; amounts in fen, signed."""

    msgid: str
    setl_id: str
    day: str
    institution: str
    treatment: str
    insured: str
    psn_no: str
    insutype: str
    clr_type: str
    sign: int
    fee: int
    funds: dict[str, int]
    fund_sum: int
    acct_pay: int
    family: int
    cash: int
    owed: int
    in_statement: bool = True
    takes_back: str = ""


class Accountant:
    """Listens to a world from its beginning."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.movements: list[Movement] = []
        self.months: dict[str, dict[tuple[str, str], tuple[int, int, int]]] = {}
        """Month → (insured, treatment) → person-times, fees, amount, as it was cleared."""
        self.top_ups: list[int] = []
        """What 51 has added to its prepayment at 31, and the provinces have fetched."""
        self._ordered: list[int] = []
        self._call = world.call
        world.call = self._listen  # type: ignore[method-assign]

    # ---- hearing

    def _listen(self, address: str, request: bytes) -> bytes:
        reply = self._call(address, request)
        asked = decode_request(request)
        from_institution = address == f"city/{asked.fixmedins_code[1:7]}"
        if from_institution and int(decode_reply(reply).infcode) == 0:
            data = msgspec.json.decode(input_bytes(asked))
            output = msgspec.json.decode(bytes(decode_reply(reply).output) or b"null")
            if asked.infno in SETTLES:
                self._settled(asked, output["setlinfo"])
            elif asked.infno in CANCELS:
                self._cancelled(asked, data["data"]["setl_id"], output["setlinfo"])
            elif asked.infno == "2601":
                self._reversed(asked, data["data"]["omsgid"])
        return reply

    def _settled(self, asked: Any, info: dict[str, Any]) -> None:
        def fen(field: str) -> int:
            return yuan_to_fen(info[field] or "0")

        funds = {name: fen(field) for field, name in FUNDS.items() if field in info}
        funds[POOL[info["insutype"]]] = fen("hifp_pay")
        self.movements.append(
            Movement(
                msgid=asked.msgid,
                setl_id=info["setl_id"],
                day=info["setl_time"][:10],
                institution=asked.fixmedins_code,
                treatment=asked.fixmedins_code[1:7],
                insured=asked.insuplc_admdvs,
                psn_no=info["psn_no"],
                insutype=info["insutype"],
                clr_type="41" if asked.infno == "2102" else "11",
                sign=1,
                fee=fen("medfee_sumamt"),
                funds=funds,
                fund_sum=fen("fund_pay_sumamt"),
                acct_pay=fen("acct_pay"),
                family=fen("acct_mulaid_pay"),
                cash=fen("psn_cash_pay"),
                owed=fen("medfee_sumamt") - fen("psn_cash_pay") - fen("hosp_part_amt"),
            )
        )

    def _take_back(self, asked: Any, taken: Movement, setl_id: str, day: str) -> Movement:
        back = msgspec.structs.replace(
            taken,
            msgid=asked.msgid,
            setl_id=setl_id,
            day=day,
            sign=-taken.sign,
            fee=-taken.fee,
            funds={name: -amount for name, amount in taken.funds.items()},
            takes_back=taken.setl_id,
            **{name: -getattr(taken, name) for name in ("fund_sum", "acct_pay", "family", "cash", "owed")},
        )
        self.movements.append(back)
        return back

    def _cancelled(self, asked: Any, setl_id: str, info: dict[str, Any]) -> None:
        taken = next(each for each in self.movements if each.setl_id == setl_id)
        back = self._take_back(asked, taken, info["setl_id"], info["setl_time"][:10])
        assert yuan_to_fen(info["medfee_sumamt"].lstrip("-")) == abs(back.fee)

    def _reversed(self, asked: Any, omsgid: str) -> None:
        taken = next(each for each in self.movements if each.msgid == omsgid)
        taken.in_statement = False
        self._take_back(asked, taken, f"reversal of {taken.setl_id}", self.world.today).in_statement = False

    def ordered(self, amount_fen: int) -> None:
        """Hear that 51 shall add to its prepayment at 31."""
        self._ordered.append(amount_fen)

    def cleared(self, month: str) -> None:
        """Hear that all offices did the jobs of a month, and work out what they cleared."""
        self.top_ups += self._ordered
        self._ordered = []
        end = f"{month[:4]}-{month[4:]}-31"
        if month in self.months or month < max(self.months, default="") or self.world.today <= end:
            return
        pairs: dict[tuple[str, str], tuple[int, int, int]] = {}
        for each in self.movements:
            if each.day <= end and each.insured != each.treatment:
                pair = (each.insured, each.treatment)
                pairs[pair] = _plus(pairs.get(pair), (each.sign, each.fee, each.owed))
        for earlier in self.months.values():
            for pair, line in earlier.items():
                pairs[pair] = _plus(pairs.get(pair), (-line[0], -line[1], -line[2]))
        self.months[month] = {pair: line for pair, line in pairs.items() if any(line)}

    # ---- saying

    def accounts(self) -> dict[tuple[str, str], int]:
        """Return (tier, account) → what has moved there since the start; accounts without change left out."""
        moved: Counter[tuple[str, str]] = Counter()
        for each in self.movements:
            self._settle(moved, each)
        for lines in self.months.values():
            for (insured, treatment), (_, _, amount) in lines.items():
                self._clear(moved, insured, treatment, amount)
        for amount in self.top_ups:
            _move(moved, "province/51", {"fiscal-account/51": -amount, "transfer/51:31": amount})
            _move(moved, "province/31", {"transfer/31:51": -amount, "prepayment/31:51": amount})
        return {key: amount for key, amount in moved.items() if amount}

    def _settle(self, moved: Counter[tuple[str, str]], each: Movement) -> None:
        home, there, owed = each.insured, each.treatment, each.owed
        p_home, p_there = home[:2], there[:2]
        person = self.world.nation.registries[home].person(each.psn_no)
        assert person is not None
        gives = {f"{name}/{home}": -amount for name, amount in each.funds.items()}
        own = owed - sum(each.funds.values()) - each.family
        if own:
            gives[person.medical_account] = -own
        if each.family:
            family = self.world.nation.registries[home].person(person.family_psn_no)
            assert family is not None
            gives[family.medical_account] = gives.get(family.medical_account, 0) - each.family
        _move(moved, f"city/{home}", gives)
        if home == there:
            _move(moved, f"city/{home}", {f"institution-receivable/{each.institution}": owed})
            return
        _move(moved, f"city/{home}", {f"clearing/{home}:{p_home}": owed})
        _move(
            moved,
            f"city/{there}",
            {f"clearing/{there}:{p_there}": -owed, f"institution-receivable/{each.institution}": owed},
        )
        if p_home == p_there:
            _move(
                moved,
                f"province/{p_home}",
                {f"clearing/{p_home}:{home}": -owed, f"clearing/{p_home}:{there}": owed},
            )
            return
        _move(
            moved,
            f"province/{p_home}",
            {f"clearing/{p_home}:{home}": -owed, f"clearing/{p_home}:{p_there}": owed},
        )
        _move(moved, "ministry", {f"clearing/ministry:{p_home}": -owed, f"clearing/ministry:{p_there}": owed})
        _move(
            moved,
            f"province/{p_there}",
            {f"prepayment/{p_there}:{p_home}": -owed, f"clearing/{p_there}:{there}": owed},
        )

    @staticmethod
    def _clear(moved: Counter[tuple[str, str]], home: str, there: str, amount: int) -> None:
        p_home, p_there = home[:2], there[:2]
        _pay(moved, f"city/{home}", f"clearing/{home}:{p_home}", f"transfer/{home}:{p_home}", amount)
        _pay(moved, f"province/{p_home}", f"transfer/{p_home}:{home}", f"clearing/{p_home}:{home}", amount)
        _pay(
            moved,
            f"province/{p_there}",
            f"clearing/{p_there}:{there}",
            f"transfer/{p_there}:{there}",
            amount,
        )
        _pay(moved, f"city/{there}", f"transfer/{there}:{p_there}", f"clearing/{there}:{p_there}", amount)
        if p_home != p_there:
            ministry = (f"clearing/ministry:{p_there}", f"clearing/ministry:{p_home}")
            _pay(moved, "ministry", *ministry, amount)
            paid = (f"clearing/{p_home}:{p_there}", f"transfer/{p_home}:{p_there}")
            _pay(moved, f"province/{p_home}", *paid, amount)
            received = (f"transfer/{p_there}:{p_home}", f"prepayment/{p_there}:{p_home}")
            _pay(moved, f"province/{p_there}", *received, amount)

    def statements(self) -> dict[tuple[str, str, str, str], tuple[int, int, int, int]]:
        """Return (institution, insurance, clearing type, day) → count, fees, funds, accounts for 3201."""
        groups: dict[tuple[str, str, str, str], tuple[int, int, int, int]] = {}
        for each in self.movements:
            if each.in_statement:
                name = (each.institution, each.insutype, each.clr_type, each.day)
                line = (1, each.fee, each.fund_sum, each.acct_pay)
                groups[name] = tuple(map(sum, zip(groups.get(name, (0,) * 4), line, strict=True)))  # type: ignore[assignment]
        return groups

    def alarm(self, level_fen: int) -> str:
        """Return the alarm of the prepayment of 31 at 51 as the use stands."""
        used = -self.accounts().get(("province/51", "prepayment/51:31"), 0)
        if used <= 0:
            return "none"
        return "red" if used * 10 >= level_fen * 9 else "yellow" if used * 10 >= level_fen * 7 else "none"


def _plus(before: tuple[int, int, int] | None, line: tuple[int, int, int]) -> tuple[int, int, int]:
    first = before or (0, 0, 0)
    return first[0] + line[0], first[1] + line[1], first[2] + line[2]


def _move(moved: Counter[tuple[str, str]], address: str, amounts: dict[str, int]) -> None:
    for account, amount in amounts.items():
        moved[address, account] += amount


def _pay(moved: Counter[tuple[str, str]], address: str, source: str, target: str, amount: int) -> None:
    _move(moved, address, {source: -amount, target: amount})


def moved_at(tier: Tier) -> dict[tuple[str, str], int]:
    """Return (tier, account) → what has moved there according to its book, openings taken off."""
    openings: Counter[str] = Counter()
    for posting in tier.store.tables["POSTING"]:
        if posting.purpose == "opening":
            openings.update(dict(posting.entries))
    balances = {
        account: tier.book.balance(account) - openings[account] for account in tier.book.ledger.accounts()
    }
    return {(tier.address, account): amount for account, amount in balances.items() if amount}
