"""A desk of an institution: what it sends with, and how it numbers its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.envelope import Request, encode

if TYPE_CHECKING:
    from onecard.sim.settlement.messages.calendar import Calendar

__all__ = ["Desk"]

_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Desk:
    """A place in an institution that sends messages, and numbers them.

    The sequence part of a message number is the desk's number and a counter that restarts every second, in
    base 36, so desks need not know of each other.

    Args:
        fixmedins_code: the institution's code.
        fixmedins_name: its name.
        mdtrtarea_admvs: its division.
        calendar: the world's calendar.
        number: the desk's number in the institution, 0 to 1295.
        opter_type: 1 operator, 2 self-service terminal, 3 mobile.

    Attributes:
        sign_no: what 9001 answered; sent with every message once it is set.
    """

    def __init__(
        self,
        *,
        fixmedins_code: str,
        fixmedins_name: str,
        mdtrtarea_admvs: str,
        calendar: Calendar,
        number: int = 0,
        opter_type: str = "1",
    ) -> None:
        if not 0 <= number < 36 * 36:
            raise ValueError(f"desk number {number} is not in 0 to 1295")
        self.fixmedins_code = fixmedins_code
        self.fixmedins_name = fixmedins_name
        self.mdtrtarea_admvs = mdtrtarea_admvs
        self.calendar = calendar
        self._number = _BASE_36[number // 36] + _BASE_36[number % 36]
        self.sign_no = ""
        self._second = ""
        self._count = 0
        self._fields = {
            "mdtrtarea_admvs": mdtrtarea_admvs,
            "recer_sys_code": "YBXT",
            "infver": "V1.0",
            "opter_type": opter_type,
            "opter": f"D{self._number}",
            "opter_name": f"Desk {self._number}",
            "fixmedins_code": fixmedins_code,
            "fixmedins_name": fixmedins_name,
        }

    @property
    def operator(self) -> str:
        """Code of the operator who sits at it, ``opter``."""
        return self._fields["opter"]

    def msgid(self, now_us: int) -> str:
        """Return the next message number: institution, time, desk and counter (settlement.md §1.1).

        Raises:
            ValueError: more than 1296 messages of one desk in one second.
        """
        second = self.calendar.stamp(now_us)
        self._count = self._count + 1 if second == self._second else 0
        self._second = second
        if self._count >= 36 * 36:
            raise ValueError(f"desk {self._number} sends more than 1296 messages in second {second}")
        count = _BASE_36[self._count // 36] + _BASE_36[self._count % 36]
        return f"{self.fixmedins_code}{second}{self._number}{count}"

    def write(self, infno: str, node: msgspec.Struct, now_us: int, insuplc_admdvs: str) -> bytes:
        """Write a request."""
        return encode(
            Request(
                infno=infno,
                msgid=self.msgid(now_us),
                insuplc_admdvs=insuplc_admdvs,
                inf_time=self.calendar.datetime(now_us),
                sign_no=self.sign_no or None,
                input=msgspec.Raw(encode(node)),
                **self._fields,
            )
        )
