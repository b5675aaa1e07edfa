"""Types of the message fields: texts with a length, codes, numbers, dates (settlement.md §0.1, §1.1).

A field's type is its row in the interface's table: ``str 30`` required is :data:`Text30`, optional
:data:`Optional30`; a dictionary field (``D``) is :data:`Code6` or :data:`OptionalCode6`. The decoder checks
length and shape, so no handler does. The values of a code list are not checked here, because provinces add
their own (§3); :mod:`onecard.sim.settlement.messages.codes` warns.

A number ``num p,s`` may be a text or a JSON number, and the empty text is zero (ENV-5). Here it may have
``p - s`` digits before the point; how many decimals count is checked where it is scaled to an integer, so
that trailing zeros pass. A JSON decimal is limited to 10^12, above which it loses fen. Outputs carry numbers
as text only (§9 C-05): ``AmountText`` and its like. Empty optional texts are allowed, as real clients send
them; null is the same as missing (ENV-6).

Institution codes have 12 characters in V1.0 and 30 in later versions: 30 everywhere.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = [
    "MESSAGE_TIME",
    "PATTERNS",
    "Age",
    "AgeText",
    "Amount",
    "AmountText",
    "Code1",
    "Code3",
    "Code6",
    "Code30",
    "CodeUpto3",
    "CodeUpto6",
    "Date",
    "DateOrEmpty",
    "DateTime",
    "DateTimeOrEmpty",
    "Days",
    "Extension",
    "Message",
    "Month",
    "MonthOfYear",
    "Node",
    "Optional3",
    "Optional6",
    "Optional10",
    "Optional20",
    "Optional30",
    "Optional32",
    "Optional50",
    "Optional100",
    "Optional200",
    "Optional500",
    "Optional1000",
    "Optional2000",
    "OptionalAge",
    "OptionalCode3",
    "OptionalCode6",
    "OptionalDate",
    "OptionalDateTime",
    "Price",
    "PriceText",
    "Quantity",
    "QuantityText",
    "RatioText",
    "Text3",
    "Text6",
    "Text10",
    "Text18",
    "Text20",
    "Text22",
    "Text30",
    "Text32",
    "Text50",
    "Text100",
    "Text150",
    "Text200",
    "Text300",
    "Text500",
    "Upto3",
    "Upto6",
    "Upto30",
    "Upto200",
    "Upto500",
    "Upto4000",
    "Whole2",
    "Whole3",
    "Whole6",
    "Whole10",
    "Whole12",
    "WholeText12",
    "Year",
]


class Node(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A node of a message: fields by name only, absent ones left out."""


class Message(msgspec.Struct, omit_defaults=True):
    """All nodes of one transaction's input or output."""


_CODED = {"dictionary": True}

Text3 = Annotated[str, Meta(min_length=1, max_length=3)]
Text6 = Annotated[str, Meta(min_length=1, max_length=6)]
Text10 = Annotated[str, Meta(min_length=1, max_length=10)]
Text18 = Annotated[str, Meta(min_length=1, max_length=18)]
Text20 = Annotated[str, Meta(min_length=1, max_length=20)]
Text22 = Annotated[str, Meta(min_length=1, max_length=22)]
Text30 = Annotated[str, Meta(min_length=1, max_length=30)]
Text32 = Annotated[str, Meta(min_length=1, max_length=32)]
Text50 = Annotated[str, Meta(min_length=1, max_length=50)]
Text100 = Annotated[str, Meta(min_length=1, max_length=100)]
Text150 = Annotated[str, Meta(min_length=1, max_length=150)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200)]
Text300 = Annotated[str, Meta(min_length=1, max_length=300)]
Text500 = Annotated[str, Meta(min_length=1, max_length=500)]

Upto3 = Annotated[str, Meta(max_length=3)]
Upto6 = Annotated[str, Meta(max_length=6)]
Upto30 = Annotated[str, Meta(max_length=30)]
Upto200 = Annotated[str, Meta(max_length=200)]
Upto500 = Annotated[str, Meta(max_length=500)]
Upto4000 = Annotated[str, Meta(max_length=4000)]

Optional3 = Upto3 | None
Optional6 = Upto6 | None
Optional10 = Annotated[str, Meta(max_length=10)] | None
Optional20 = Annotated[str, Meta(max_length=20)] | None
Optional30 = Upto30 | None
Optional32 = Annotated[str, Meta(max_length=32)] | None
Optional50 = Annotated[str, Meta(max_length=50)] | None
Optional100 = Annotated[str, Meta(max_length=100)] | None
Optional200 = Upto200 | None
Optional500 = Upto500 | None
Optional1000 = Annotated[str, Meta(max_length=1000)] | None
Optional2000 = Annotated[str, Meta(max_length=2000)] | None
Extension = Upto4000 | None
"""``expContent``: a text that holds JSON (ENV-7)."""

Code1 = Annotated[str, Meta(min_length=1, max_length=1, extra=_CODED)]
Code3 = Annotated[str, Meta(min_length=1, max_length=3, extra=_CODED)]
Code6 = Annotated[str, Meta(min_length=1, max_length=6, extra=_CODED)]
Code30 = Annotated[str, Meta(min_length=1, max_length=30, extra=_CODED)]
CodeUpto3 = Annotated[str, Meta(max_length=3, extra=_CODED)]
CodeUpto6 = Annotated[str, Meta(max_length=6, extra=_CODED)]
OptionalCode3 = CodeUpto3 | None
OptionalCode6 = CodeUpto6 | None

_COMMON_DAY = (
    r"(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8])"
)
_LEAP_YEAR = r"[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00"
_DAY = rf"(?!0000)(?:[0-9]{{4}}-(?:{_COMMON_DAY})|(?:{_LEAP_YEAR})-02-29)"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DATE = rf"\A{_DAY}\Z"
_OPTIONAL_DATE = rf"\A(?:{_DAY})?\Z"
_DATE_TIME = rf"\A{_DAY} {_TIME}\Z"
_OPTIONAL_DATE_TIME = rf"\A(?:{_DAY} {_TIME})?\Z"
_YEAR = r"\A(?!0000)[0-9]{4}\Z"
_MONTH = r"\A(?:0[1-9]|1[0-2])\Z"
_MONTH_OF_YEAR = r"\A(?!0000)[0-9]{4}(?:0[1-9]|1[0-2])\Z"
MESSAGE_TIME = r"\A(?:[0-9]{17})?\Z"
"""``yyyyMMddHHmmssSSS``, or empty (settlement.md §1.2)."""

Date = Annotated[str, Meta(pattern=_DATE, extra={"type": "date", "length": "10"})]
DateTime = Annotated[str, Meta(pattern=_DATE_TIME, extra={"type": "datetime", "length": "19"})]
DateOrEmpty = Annotated[str, Meta(pattern=_OPTIONAL_DATE, extra={"type": "date", "length": "10"})]
DateTimeOrEmpty = Annotated[
    str, Meta(pattern=_OPTIONAL_DATE_TIME, extra={"type": "datetime", "length": "19"})
]
OptionalDate = DateOrEmpty | None
OptionalDateTime = DateTimeOrEmpty | None
Year = Annotated[str, Meta(pattern=_YEAR, extra={"type": "year", "length": "4"})]
Month = Annotated[str, Meta(pattern=_MONTH, extra={"type": "month", "length": "2"})]
MonthOfYear = Annotated[str, Meta(pattern=_MONTH_OF_YEAR, extra={"type": "yearmonth", "length": "6"})]

_FLOAT_LIMIT = 1e12
_N16_2 = r"\A(?:-?[0-9]{1,14}(?:\.[0-9]{1,8})?)?\Z"
_N16_4 = r"\A(?:-?[0-9]{1,12}(?:\.[0-9]{1,8})?)?\Z"
_N16_6 = r"\A(?:-?[0-9]{1,10}(?:\.[0-9]{1,8})?)?\Z"
_N12 = r"\A(?:-?[0-9]{1,12}(?:\.0{1,8})?)?\Z"
_N10 = r"\A(?:-?[0-9]{1,10}(?:\.0{1,8})?)?\Z"
_N6 = r"\A(?:-?[0-9]{1,6}(?:\.0{1,8})?)?\Z"
_N5_4 = r"\A(?:-?[0-9](?:\.[0-9]{1,8})?)?\Z"
_N4_2 = r"\A(?:-?[0-9]{1,2}(?:\.[0-9]{1,8})?)?\Z"
_N4_1 = r"\A(?:-?[0-9]{1,3}(?:\.[0-9]{1,8})?)?\Z"
_N3 = r"\A(?:-?[0-9]{1,3}(?:\.0{1,8})?)?\Z"
_N2 = r"\A(?:-?[0-9]{1,2}(?:\.0{1,8})?)?\Z"

Amount = Annotated[
    Annotated[str, Meta(pattern=_N16_2)]
    | Annotated[int, Meta(gt=-(10**14), lt=10**14)]
    | Annotated[float, Meta(gt=-_FLOAT_LIMIT, lt=_FLOAT_LIMIT)],
    Meta(extra={"type": "num", "length": "16,2"}),
]
Quantity = Annotated[
    Annotated[str, Meta(pattern=_N16_4)]
    | Annotated[int, Meta(gt=-(10**12), lt=10**12)]
    | Annotated[float, Meta(gt=-_FLOAT_LIMIT, lt=_FLOAT_LIMIT)],
    Meta(extra={"type": "num", "length": "16,4"}),
]
Price = Annotated[
    Annotated[str, Meta(pattern=_N16_6)]
    | Annotated[int, Meta(gt=-(10**10), lt=10**10)]
    | Annotated[float, Meta(gt=-1e10, lt=1e10)],
    Meta(extra={"type": "num", "length": "16,6"}),
]
Days = Annotated[
    Annotated[str, Meta(pattern=_N4_2)]
    | Annotated[int, Meta(gt=-100, lt=100)]
    | Annotated[float, Meta(gt=-100, lt=100)],
    Meta(extra={"type": "num", "length": "4,2"}),
]
Age = Annotated[
    Annotated[str, Meta(pattern=_N4_1)]
    | Annotated[int, Meta(gt=-1000, lt=1000)]
    | Annotated[float, Meta(gt=-1000, lt=1000)],
    Meta(extra={"type": "num", "length": "4,1"}),
]
Whole2 = Annotated[
    Annotated[str, Meta(pattern=_N2)]
    | Annotated[int, Meta(gt=-100, lt=100)]
    | Annotated[float, Meta(gt=-1e2, lt=1e2, multiple_of=1)],
    Meta(extra={"type": "num", "length": "2"}),
]
Whole3 = Annotated[
    Annotated[str, Meta(pattern=_N3)]
    | Annotated[int, Meta(gt=-1000, lt=1000)]
    | Annotated[float, Meta(gt=-1e3, lt=1e3, multiple_of=1)],
    Meta(extra={"type": "num", "length": "3"}),
]
Whole6 = Annotated[
    Annotated[str, Meta(pattern=_N6)]
    | Annotated[int, Meta(gt=-(10**6), lt=10**6)]
    | Annotated[float, Meta(gt=-1e6, lt=1e6, multiple_of=1)],
    Meta(extra={"type": "num", "length": "6"}),
]
Whole10 = Annotated[
    Annotated[str, Meta(pattern=_N10)]
    | Annotated[int, Meta(gt=-(10**10), lt=10**10)]
    | Annotated[float, Meta(gt=-1e10, lt=1e10, multiple_of=1)],
    Meta(extra={"type": "num", "length": "10"}),
]
Whole12 = Annotated[
    Annotated[str, Meta(pattern=_N12)]
    | Annotated[int, Meta(gt=-(10**12), lt=10**12)]
    | Annotated[float, Meta(gt=-1e12, lt=1e12, multiple_of=1)],
    Meta(extra={"type": "num", "length": "12"}),
]

AmountText = Annotated[str, Meta(pattern=_N16_2, extra={"type": "num", "length": "16,2"})]
QuantityText = Annotated[str, Meta(pattern=_N16_4, extra={"type": "num", "length": "16,4"})]
PriceText = Annotated[str, Meta(pattern=_N16_6, extra={"type": "num", "length": "16,6"})]
RatioText = Annotated[str, Meta(pattern=_N5_4, extra={"type": "num", "length": "5,4"})]
AgeText = Annotated[str, Meta(pattern=_N4_1, extra={"type": "num", "length": "4,1"})]
OptionalAge = AgeText | None
WholeText12 = Annotated[str, Meta(pattern=_N12, extra={"type": "num", "length": "12"})]

PATTERNS: dict[str, str] = {
    _DATE: "a date yyyy-MM-dd",
    _OPTIONAL_DATE: "a date yyyy-MM-dd",
    _DATE_TIME: "a time yyyy-MM-dd HH:mm:ss",
    _OPTIONAL_DATE_TIME: "a time yyyy-MM-dd HH:mm:ss",
    _YEAR: "a year yyyy",
    _MONTH: "a month MM",
    _MONTH_OF_YEAR: "a month yyyyMM",
    MESSAGE_TIME: "a time yyyyMMddHHmmssSSS",
    _N16_2: "a number with at most 14 digits before the point",
    _N16_4: "a number with at most 12 digits before the point",
    _N16_6: "a number with at most 10 digits before the point",
    _N12: "a whole number with at most 12 digits",
    _N10: "a whole number with at most 10 digits",
    _N6: "a whole number with at most 6 digits",
    _N5_4: "a number with at most 1 digit before the point",
    _N4_2: "a number with at most 2 digits before the point",
    _N4_1: "a number with at most 3 digits before the point",
    _N3: "a whole number with at most 3 digits",
    _N2: "a whole number with at most 2 digits",
}
"""Pattern → what it allows, in words for an error."""
