"""Generation A of the interface, 2017 to 2021, as an adapter in front of generation B (settlement.md §2.6).

Theory of operation. A call is two strings, a transaction number and XML in GBK; this module turns it into an
envelope, and the envelope's answer into the XML ``result``. Nothing is stored and nothing decided: what an
element means is a row of ``generation_a.toml``, and a field that stays empty is refused by the platform in
its own words. For every field of the target structure the value is, in this order, what the host hands in
(``context.values``), the mapped element of the row or of the header, an element that has the field's own
name, the default of the table. An element that holds ``-`` is empty, as hospitals write it.

Numbers of messages: the ``transid`` of an answer is the ``msgid`` that the host chose; ``otransid`` of 1301
is the ``omsgid`` of 2601. For 6521 it is the number that 6522 wants back.

What cannot be mapped:

* Generation A has no person number. The host hands one in, else ``aac001``, else the certificate's number.
* An undo names a step by ``otransid`` only. 0305 needs the settlement's number: ``aaz216``, or the host.
* ``hosp_part_amt`` and ``acct_mulaid_pay`` have no element; ``akc253`` holds all that is outside the policy.
* The fund details (``setldetail``) and all but the first insurance of a person are left out.
* Accumulations of 0211 come from ``expContent`` of ``baseinfo``, a JSON text with the names of A.
* 0606 has rows and 3201 has totals: the rows are added up, the account's part is ``ake038``, which
  real rows lack, or the host's to hand in, and the answer is for the day as a whole. Single rows need 3202.
* 6521 repeats no amounts; the sender adds ``akc264`` and ``ake149`` of 6527.
* 0213, 0521 to 0537, 0701, 0707, 0801 and 3105 have no counterpart here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from onecard.sim.settlement.messages.amounts import fen_of, fen_to_yuan
from onecard.sim.settlement.messages.envelope import SUCCESS, Request, decode_reply, encode, infcode_of
from onecard.sim.settlement.messages.field_rows import FieldRow
from onecard.sim.settlement.messages.transactions import TRANSACTIONS, field_table, node_table
from onecard.sim.settlement.messages.xml_gbk import XmlError, read_xml, write_xml

__all__ = ["GENERATION_A", "GenerationAContext", "reply_to_a", "request_to_b"]

_MAX_ROWS = 1000
_EMPTY = ("", "-")
_DIGITS = re.compile(r"[0-9]{8}(?:[0-9]{2}|[0-9]{4}|[0-9]{6})?")


class Mapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One transaction of generation A, a table ``transactions.NUMBER`` of ``generation_a.toml``.

    Attributes:
        infno: its successor.
        title: English and Chinese name.
        rows: node that takes the rows of ``detail``.
        sum_rows: the rows are added up into the one node.
        reply: nodes of the successor's output that the answer shows.
        fields: elements of a field, before the common ones.
        defaults: values of fields that generation A may lack.
    """

    infno: str
    title: tuple[str, str]
    rows: str = ""
    sum_rows: bool = False
    reply: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = {}
    defaults: dict[str, str] = {}


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, tuple[str, ...]]
    sums: dict[str, tuple[str, ...]]
    accumulations: dict[str, str]
    values: dict[str, dict[str, str]]
    values_back: dict[str, dict[str, str]]
    transactions: dict[str, Mapped]


_TABLES = msgspec.toml.decode(
    resources.files(__package__).joinpath("generation_a.toml").read_bytes(), type=_Tables
)
GENERATION_A: dict[str, Mapped] = _TABLES.transactions
"""Transaction number of generation A → what it becomes."""


class GenerationAContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of generation A does not carry.

    Attributes:
        msgid: number of the message, chosen by the host; the answer's ``transid``.
        inf_time: time of the call, ``yyyy-MM-dd HH:mm:ss``.
        mdtrtarea_admvs: division of treatment, if the call has no ``aab299``.
        fixmedins_code: institution, if the call has no ``akb026``.
        fixmedins_name: its name, if the call has no ``akb021``.
        opter: operator, if the call has no ``aae011``.
        recer_sys_code: as in the envelope.
        infver: as in the envelope.
        values: field of generation B → value, for what the host knows: ``psn_no``, ``setl_id``, a card.
    """

    msgid: str
    inf_time: str
    mdtrtarea_admvs: str = ""
    fixmedins_code: str = ""
    fixmedins_name: str = ""
    opter: str = "A"
    recer_sys_code: str = "YBXT"
    infver: str = "V1.0"
    values: Mapping[str, str] = {}


def _mapped(transaction: str) -> Mapped:
    try:
        return GENERATION_A[transaction]
    except KeyError:
        raise XmlError(f"transaction {transaction!r}, known are {', '.join(GENERATION_A)}") from None


def _leaves(element: ET.Element) -> dict[str, str]:
    """Return the filled elements directly below another."""
    texts = ((each.tag, (each.text or "").strip()) for each in element if not len(each))
    return {tag: text for tag, text in texts if text not in _EMPTY}


def _to_b(value: str, row: FieldRow) -> str:
    """Write a value of generation A as generation B does: dates with hyphens, its own codes."""
    if row.type in ("date", "datetime") and _DIGITS.fullmatch(value):
        day = f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        time = value[8:].ljust(6, "0")
        return day if row.type == "date" else f"{day} {time[:2]}:{time[2:4]}:{time[4:]}"
    return _TABLES.values.get(row.field, {}).get(value, value)


def _to_a(value: str, row: FieldRow) -> str:
    """Write a value of generation B as generation A does: digits only, its own codes."""
    if row.type in ("date", "datetime"):
        return re.sub(r"[-: ]", "", value)
    return _TABLES.values_back.get(row.field, {}).get(value, value)


def _node(
    rows: list[FieldRow], mapped: Mapped, elements: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """Build a node of generation B; fields without any value stay out."""
    node = {}
    for row in rows:
        names = (*mapped.fields.get(row.field, ()), *_TABLES.fields.get(row.field, ()), row.field)
        found = next((elements[name] for name in names if name in elements), None)
        if row.field in given:
            node[row.field] = given[row.field]
        elif found is not None:
            node[row.field] = _to_b(found, row)
        elif row.field in mapped.defaults:
            node[row.field] = mapped.defaults[row.field]
    return node


def _total(rows: list[dict[str, str]]) -> dict[str, str]:
    """Add up the rows of a reconciliation, refunds as negative ones (settlement.md §5.5)."""
    sums = dict.fromkeys(("akc264", "ake149", "ake038"), 0)
    for number, row in enumerate(rows, 1):
        sign = -1 if row.get("aaa113") == "-1" else 1
        for name in sums:
            try:
                sums[name] += sign * abs(fen_of(row.get(name, ""), name))
            except ValueError as error:
                raise XmlError(f"row {number}: {error}") from None
    return {name: fen_to_yuan(amount_fen) for name, amount_fen in sums.items()} | {
        "fixmedins_setl_cnt": str(len(rows))
    }


def _details(tree: ET.Element) -> list[dict[str, str]]:
    details = [_leaves(row) for row in tree.iterfind("detail/row")]
    if len(details) > _MAX_ROWS:
        raise XmlError(f"detail has {len(details)} rows, allowed are {_MAX_ROWS}")
    return details


def _input(mapped: Mapped, tree: ET.Element, context: GenerationAContext) -> dict[str, Any]:
    header, details = _leaves(tree), _details(tree)
    if mapped.sum_rows:
        header |= _total(details)
    table = field_table(mapped.infno)
    message: dict[str, Any] = {}
    for node in node_table(mapped.infno):
        rows = [row for row in table if row.node.removesuffix("[]") == node.node]
        if node.node == mapped.rows:
            scopes = [header | detail for detail in details] or [header]
            message[node.node] = [_node(rows, mapped, each, context.values) for each in scopes]
        elif node.required:
            built = _node(rows, mapped, header, context.values)
            message[node.node] = [built] if node.is_list else built
    return message


def request_to_b(transaction: str, xml: bytes, *, context: GenerationAContext) -> bytes:
    """Turn a call of generation A into an envelope of generation B.

    Args:
        transaction: number of generation A, ``"0304"``.
        xml: the document ``input``.
        context: what the call does not carry.

    Raises:
        XmlError: unknown transaction, or a document that cannot be read; one line.
    """
    mapped = _mapped(transaction)
    tree = read_xml(xml, root="input")
    header = _leaves(tree)
    operator = header.get("aae011", context.opter)
    return encode(
        Request(
            infno=mapped.infno,
            msgid=context.msgid,
            mdtrtarea_admvs=header.get("aab299", context.mdtrtarea_admvs),
            insuplc_admdvs=header.get("aab301", context.values.get("insuplc_admdvs", "")),
            recer_sys_code=context.recer_sys_code,
            infver=context.infver,
            opter_type="1",
            opter=operator,
            opter_name=operator,
            inf_time=context.inf_time,
            fixmedins_code=header.get("akb026", context.fixmedins_code),
            fixmedins_name=header.get("akb021", context.fixmedins_name),
            input=msgspec.Raw(encode(_input(mapped, tree, context))),
        )
    )


def _shown(node: Mapping[str, Any], rows: list[FieldRow]) -> Iterator[tuple[str, str]]:
    """Yield the elements of a node of an answer."""
    for row in rows:
        names = _TABLES.fields.get(row.field, ())
        value = node.get(row.field)
        if names and value not in (None, ""):
            yield names[0], _to_a(str(value), row)
    for element, fields in _TABLES.sums.items():
        given = [node[field] for field in fields if node.get(field) not in (None, "")]
        if given:
            yield element, fen_to_yuan(sum(fen_of(value, element) for value in given))
    if node.get("stmt_rslt"):
        yield "aae314", "0" if node["stmt_rslt"] == "000000" else "-1"
    if node.get("expContent"):
        extra = msgspec.json.decode(node["expContent"], type=dict[str, Any])
        yield from ((name, str(extra[name])) for name in _TABLES.accumulations if name in extra)


def _append(parent: ET.Element, pairs: Iterator[tuple[str, str]]) -> None:
    seen = {each.tag for each in parent}
    for name, text in pairs:
        if name not in seen:
            ET.SubElement(parent, name).text = text
            seen.add(name)


def _fill(output: ET.Element, mapped: Mapped, message: Mapping[str, Any]) -> None:
    table = field_table(mapped.infno, output=True)
    detail: ET.Element | None = None
    for name in mapped.reply:
        rows = [row for row in table if row.node.removesuffix("[]") == name]
        node = message.get(name)
        if isinstance(node, list) and name != "insuinfo":
            detail = ET.SubElement(output, "detail") if detail is None else detail
            for each in node:
                _append(ET.SubElement(detail, "row"), _shown(each, rows))
        elif node:
            _append(output, _shown(node[0] if isinstance(node, list) else node, rows))


def reply_to_a(transaction: str, reply: bytes, *, transid: str) -> bytes:
    """Turn an answer of generation B into the document ``result`` of generation A.

    Args:
        transaction: number of generation A that was called.
        reply: the answer to what :func:`request_to_b` returned.
        transid: the ``msgid`` of that message.

    Raises:
        XmlError: unknown transaction, or an answer that is none; the result of the call is then uncertain.
    """
    mapped = _mapped(transaction)
    try:
        answer = decode_reply(reply)
        code = infcode_of(answer)
        spec = TRANSACTIONS[mapped.infno]
        decoded = spec.read_output(bytes(answer.output)) if code == SUCCESS and spec.output else None
        message: dict[str, Any] = {} if decoded is None else msgspec.to_builtins(decoded)
        result = ET.Element("result")
        confirmed = message.get("result", {}).get("transid") if mapped.infno == "3261" else None
        for name, text in (
            ("sign", ""),
            ("transid", confirmed or transid),
            ("errorcode", str(code)),
            ("errormsg", answer.err_msg or ""),
        ):
            ET.SubElement(result, name).text = text
        _fill(ET.SubElement(result, "output"), mapped, message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise XmlError(f"{transaction}: answer cannot be read: {error}") from None
    return write_xml(result)
