"""Sign-in, sign-out, institution information, and who may send at all: 9001, 9002, 1201 (settlement.md §1.5).

An operator may be signed in several times, because clients sign in once per process; a number stays good
until it is signed out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.outputs import (
    InstitutionInfo,
    InstitutionOutput,
    SignInOutput,
    SignInResult,
    SignOutOutput,
)
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows_office import SignInRow
from onecard.sim.settlement.tiers.kernel import identifier

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.envelope import Request
    from onecard.sim.settlement.registry import MedicalInstitution
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier

__all__ = ["HOSP_LV", "check_sender", "institution_information", "sign_in", "sign_out"]

_UNSIGNED = ("9001", "9002")
"""Transactions that need no ``sign_no`` in the envelope, however strict the platform is."""
_TYPES = {"hospital": "1", "pharmacy": "2"}
"""Kind of institution → ``fixmedins_type`` (§3.6)."""
HOSP_LV = {1: "08", 2: "05", 3: "02"}
"""Level → ``hosp_lv`` of the middle grade, A (§3.6 [?]); an institution without a level has 11, no grade."""


def check_sender(city: CityTier, request: Request) -> MedicalInstitution:
    """Return the institution that sends; what is demanded of it are options of the tier.

    Raises:
        RefusedError: it is not designated here, names a division that is not its own, or is not signed in.
    """
    institution = city.registry.institution(request.fixmedins_code)
    if institution is None:
        raise RefusedError(Reason.INSTITUTION_UNKNOWN, f"fixmedins_code {request.fixmedins_code}")
    if city.options.division and request.mdtrtarea_admvs != request.fixmedins_code[1:7]:
        raise RefusedError(Reason.DIVISION_DIFFERS, f"mdtrtarea_admvs {request.mdtrtarea_admvs}")
    if city.options.sign_no and request.infno not in _UNSIGNED:
        row = _signed_in(city, request.sign_no or "", request.fixmedins_code, request.opter)
        if row.sign_out_time:
            raise RefusedError(Reason.SIGNED_OUT, f"sign_no {row.sign_no}")
    return institution


def _signed_in(city: CityTier, sign_no: str, fixmedins_code: str, opter_no: str) -> SignInRow:
    row = city.sign_ins.get(sign_no)
    if row is None or (row.fixmedins_code, row.opter_no) != (fixmedins_code, opter_no):
        raise RefusedError(Reason.SIGN_NO_UNKNOWN, f"sign_no {sign_no}")
    return row


def sign_in(city: CityTier, call: Call) -> SignInOutput:
    """Answer 9001."""
    data, code = call.node.signIn, call.here.fixmedins_code
    row = SignInRow(
        sign_no=identifier(city.admdvs, city.short_day(call.now_us), 18, "sign-in", code, call.request.msgid),
        fixmedins_code=code,
        opter_no=data.opter_no,
        ip=data.ip,
        mac=data.mac or "",
        sign_time=city.calendar.datetime(call.now_us),
    )
    city.sign_ins.put(row)
    return SignInOutput(signinoutb=SignInResult(sign_time=row.sign_time, sign_no=row.sign_no))


def sign_out(city: CityTier, call: Call) -> SignOutOutput:
    """Answer 9002."""
    data = call.node.signOut
    row = _signed_in(city, data.sign_no, call.here.fixmedins_code, data.opter_no)
    if row.sign_out_time:
        raise RefusedError(Reason.SIGNED_OUT, f"sign_no {row.sign_no}")
    time = city.calendar.datetime(call.now_us)
    city.sign_ins.put(msgspec.structs.replace(row, sign_out_time=time))
    return SignOutOutput(sign_time=time)


def institution_information(city: CityTier, call: Call) -> InstitutionOutput:
    """Answer 1201: the city's designated institutions of a type, by code or by part of the name."""
    data = call.node.medinsinfo
    return InstitutionOutput(
        medinsinfo=[
            InstitutionInfo(
                fixmedins_code=each.fixmedins_code,
                fixmedins_name=each.name,
                uscc=each.uscc,
                fixmedins_type=data.fixmedins_type,
                hosp_lv=HOSP_LV.get(each.level, "11") if each.kind == "hospital" else None,
            )
            for each in city.registry.institutions
            if _TYPES[each.kind] == data.fixmedins_type
            and (not data.fixmedins_code or each.fixmedins_code == data.fixmedins_code)
            and (data.fixmedins_name or "") in each.name
        ]
    )
