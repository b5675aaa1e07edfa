"""The words in which cases are written: steps that name themselves, checks that name the step just made.

::

    c = CaseBuilder("card/pin/verify/01", "A right PIN is accepted.", context)
    c.send("0020000003 123456")
    c.status("9000", rule="card/pin/verify")
    case = c.case()

Every case begins with a cold reset and SELECT of the SSSE, whose FCI must come, and ends with the same SELECT
and a challenge: a thing that is no card, or stops being one, reaches no verdict but inconclusive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.context import SSSE_NAME
from onecard.conformance.model import checks
from onecard.conformance.model.case import Case
from onecard.conformance.model.steps import Insert, Let, Remove, Reset, Send, Sweep, Tear, Walk

if TYPE_CHECKING:
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Effect
    from onecard.conformance.model.checks import Aspect, Check, Content, Shows
    from onecard.conformance.model.steps import Model, Step

__all__ = ["SELECT_SSSE", "CaseBuilder"]

SELECT_SSSE = f"00A404000F {SSSE_NAME}"


class CaseBuilder:
    """One case in the making.

    Args:
        id: without the face.
        purpose: one sentence.
        context: card and face that it is made for.
        personality: which card must be in the slot.
        option: that the statement must claim; empty: none.
        effect: what the case leaves behind.
        prologue: begin with reset and SELECT; a case about just that does it itself.
        epilogue: end with the proof of life; a case that blocks the card cannot.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        purpose: str,
        context: Context,
        *,
        personality: str = "standard",
        option: str = "",
        effect: Effect = "none",
        prologue: bool = True,
        epilogue: bool = True,
    ) -> None:
        self.context = context
        self._id, self._purpose = id, purpose
        self._personality, self._option, self._effect = personality, option, effect
        self._epilogue = epilogue
        self._steps: list[Step] = []
        self._checks: list[Check] = []
        self._names: set[str] = set()
        if prologue:
            self.reset()
            self.alive()

    @property
    def last(self) -> str:
        """Name of the step just made."""
        return self._steps[-1].name

    def _name(self, wanted: str, stem: str) -> str:
        name = wanted or f"{stem}{sum(1 for each in self._names if each.startswith(stem)) + 1}"
        if name in self._names:
            raise ValueError(f"case {self._id}: two steps are called {name}")
        self._names.add(name)
        return name

    def _step(self, step: Step) -> str:
        self._steps.append(step)
        return step.name

    # Steps

    def reset(self, *, name: str = "") -> str:
        """Cold reset."""
        return self._step(Reset(name=self._name(name, "reset")))

    def send(self, command: str, *, name: str = "", raw: bool = False) -> str:
        """Send one command (a template) as a reader does, or raw."""
        return self._step(Send(name=self._name(name, "send"), command=packed(command), raw=raw))

    def tear(self, command: str, after_bytes: int, *, name: str = "") -> str:
        """Send one command during which the power fails."""
        return self._step(
            Tear(name=self._name(name, "tear"), command=packed(command), after_bytes=after_bytes)
        )

    def sweep(self, command: str, values: str, *, name: str = "") -> str:
        """Send a command once for each value of ``{#}``."""
        return self._step(
            Sweep(name=self._name(name, "sweep"), command=packed(command), values=packed(values))
        )

    def let(self, function: str, *arguments: str, key: str = "", name: str = "") -> str:
        """Compute a value; returns the hole that stands for it, ``"{let1}"``."""
        step = Let(
            name=self._name(name, "let"), function=function, key=key, arguments=tuple(map(packed, arguments))
        )
        return "{" + self._step(step) + "}"

    def remove(self) -> str:
        """Take the card out."""
        return self._step(Remove(name=self._name("", "remove")))

    def insert(self) -> str:
        """Put it back and power it."""
        return self._step(Insert(name=self._name("", "insert")))

    def walk(self, model: Model, *, walks: int, longest: int) -> str:
        """Random sequences beside a model."""
        return self._step(Walk(name=self._name("", "walk"), model=model, walks=walks, longest=longest))

    # Steps with a precondition, for what a case takes for granted

    def must(self, command: str, *words: str, name: str = "") -> str:
        """Send a command that must succeed for the case to mean anything."""
        sent = self.send(command, name=name)
        self.status(*(words or ("9000",)))
        return sent

    def alive(self) -> str:
        """SELECT the SSSE, whose FCI must come."""
        sent = self.must(SELECT_SSSE)
        self.tlv("6F", "84", value=SSSE_NAME)
        return sent

    # Checks on the step just made, or on the one named

    def status(self, *words: str, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want one of these status words."""
        self._check(checks.StatusIs(step=at or self.last, rule=rule, shows=shows, words=words))

    def data(self, value: str, *, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want these data."""
        self._check(checks.DataIs(step=at or self.last, rule=rule, shows=shows, value=packed(value)))

    def differs(self, value: str, *, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want other data than these."""
        self._check(checks.DataDiffers(step=at or self.last, rule=rule, shows=shows, value=packed(value)))

    def one_of(self, *values: str, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want one of these data."""
        self._check(
            checks.DataIsOneOf(
                step=at or self.last, rule=rule, shows=shows, values=tuple(map(packed, values))
            )
        )

    def matches(self, pattern: str, *, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want data of this form."""
        self._check(checks.DataMatches(step=at or self.last, rule=rule, shows=shows, pattern=packed(pattern)))

    def length(
        self,
        least: int,
        most: int | None = None,
        *,
        rule: str = "",
        shows: Shows = "conforming",
        at: str = "",
    ) -> None:
        """Want so many bytes."""
        most = least if most is None else most
        self._check(checks.DataLength(step=at or self.last, rule=rule, shows=shows, least=least, most=most))

    def value_in(
        self,
        start: int,
        end: int,
        *values: str,
        of: str = "",
        rule: str = "",
        shows: Shows = "conforming",
        at: str = "",
    ) -> None:
        """Want one of these in a part of the data, or of what a template gives."""
        self._check(
            checks.ValueIn(
                step=at or self.last, rule=rule, shows=shows, start=start, end=end, values=values, of=of
            )
        )

    def record(
        self,
        tag: int,
        length: int,
        content: Content = "b",
        *,
        rule: str = "",
        shows: Shows = "conforming",
        at: str = "",
    ) -> None:
        """Want one record."""
        self._check(
            checks.RecordIs(
                step=at or self.last, rule=rule, shows=shows, tag=f"{tag:02X}", length=length, content=content
            )
        )

    def records(
        self, *records: tuple[int, int], rule: str = "", shows: Shows = "conforming", at: str = ""
    ) -> None:
        """Want these records, tag and length."""
        heads = tuple((f"{tag:02X}", length) for tag, length in records)
        self._check(checks.RecordsAre(step=at or self.last, rule=rule, shows=shows, records=heads))

    def tlv(
        self,
        *path: str,
        value: str = "",
        absent: bool = False,
        rule: str = "",
        shows: Shows = "conforming",
        at: str = "",
    ) -> None:
        """Want an object to be there, or not."""
        self._check(
            checks.TlvHas(
                step=at or self.last, rule=rule, shows=shows, path=path, value=packed(value), absent=absent
            )
        )

    def atr(self, aspect: Aspect, *, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want this property of the answer to reset."""
        self._check(checks.AtrHas(step=at or self.last, rule=rule, shows=shows, aspect=aspect))

    def counter(
        self, since: str, by: int, *, rule: str = "", shows: Shows = "conforming", at: str = ""
    ) -> None:
        """Want the tries of an earlier step and this many more."""
        self._check(checks.CounterMoves(step=at or self.last, rule=rule, shows=shows, since=since, by=by))

    def silent(self, *, rule: str = "", shows: Shows = "conforming", at: str = "") -> None:
        """Want no answer."""
        self._check(checks.NoAnswer(step=at or self.last, rule=rule, shows=shows))

    def swept(
        self,
        *words: str,
        others: dict[str, tuple[str, ...]] | None = None,
        rule: str = "",
        shows: Shows = "forbidden",
        at: str = "",
    ) -> None:
        """Want one of these in every answer of the sweep."""
        self._check(
            checks.SweepStatus(step=at or self.last, rule=rule, shows=shows, words=words, others=others or {})
        )

    def follows_model(self, *, rule: str, shows: Shows = "conforming") -> None:
        """Want the walk to answer as its model says."""
        self._check(checks.FollowsModel(step=self.last, rule=rule, shows=shows))

    def question(self, text: str, chinese: str, *, rule: str) -> None:
        """Ask a person."""
        self._check(checks.Question(step=self.last, rule=rule, text=text, chinese=chinese))

    def _check(self, check: Check) -> None:
        self._checks.append(check)

    def case(self) -> Case:
        """Return the case."""
        if self._epilogue:
            self.alive()
            self.must("0084000008")
            self.length(8)
        suffix = "" if self.context.face == "contact" else f"@{self.context.face}"
        return Case(
            id=self._id + suffix,
            purpose=self._purpose,
            face=self.context.face,
            personality=self._personality,
            option=self._option,
            effect=self._effect,
            steps=tuple(self._steps),
            checks=tuple(self._checks),
        )


def packed(text: str) -> str:
    """Take the spaces out of a template."""
    return "".join(text.split())
