"""Logs of other programs: whoever wrote them, the same bytes are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.decoding import LogLine, format_line, read_log
from onecard.virtual_cards.decoding.logs import ATR, COMMAND, LONGEST_LINE, RESPONSE, UNKNOWN

SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
FCI = bytes.fromhex("6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C038601039000")
SPACED_SELECT, SPACED_FCI = SELECT.hex(" ").upper(), FCI.hex(" ").upper()
RESET = bytes.fromhex("3B6D000000814A444686605199000001AC")

OPENSC_TOOL = """\
Using reader with a card: OneCard 00 00
Sending: 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF\x20
Received (SW1=0x90, SW2=0x00):
6F 1C 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 o...sx1.sh......
A3 D5 CF A5 09 88 01 1E 9F 0C 03 86 01 03       ..............
"""
OPENSC_DEBUG = """\
P:14868; T:0x140448435861568 18:15:13.872 [opensc-tool] apdu.c:363:sc_single_transmit: CLA:0, INS:A4, P1:4
P:14868; T:0x140448435861568 18:15:13.872 [opensc-tool] reader-pcsc.c:326:pcsc_transmit:\x20
Outgoing APDU (20 bytes):
00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 .....sx1.sh.....
B1 A3 D5 CF                                     ....

P:14868; T:0x140448435861568 18:15:13.872 [opensc-tool] apdu.c:382:call: le=0, resp=0x7ffcaf02f470
P:14868; T:0x140448435861568 18:15:13.873 [opensc-tool] reader-pcsc.c:335:pcsc_transmit:\x20
Incoming APDU (32 bytes):
6F 1C 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 o...sx1.sh......
A3 D5 CF A5 09 88 01 1E 9F 0C 03 86 01 03 90 00 ................

"""
SCRIPTOR = """\
Using T=0 protocol
> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF\x20
< 6F 1C 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1\x20
A3 D5 CF A5 09 88 01 1E 9F 0C 03 86 01 03 90 00 : Normal processing.
"""
PYSCARD = f"""\
connecting to OneCard 00 00
> {SPACED_SELECT}
<  {FCI[:-2].hex(" ").upper()} 90 0
"""
PCSCD = f"""\
00000012 winscard_svc.c:381:ContextThread() Thread is started: dwClientID: 5
00000123 APDU: {SPACED_SELECT}
00001234 SW: {SPACED_FCI}
"""
JAVA_LIST = f"""\
send: [{", ".join(f"0x{byte:02x}" for byte in SELECT)}]
received: [{", ".join(f"0x{byte:02x}" for byte in FCI)}]
"""

DIALECTS = {
    "opensc-tool": OPENSC_TOOL,
    "OPENSC_DEBUG": OPENSC_DEBUG,
    "scriptor, sixteen bytes a line": SCRIPTOR,
    "pyscard's observer": PYSCARD,
    "pcscd": PCSCD,
    "lists with 0x": JAVA_LIST,
    "gscriptor": f"Sending: {SPACED_SELECT}\nReceived: {SPACED_FCI}\nNormal processing.\n",
    "arrows": f"--> {SPACED_SELECT}\n<-- {SPACED_FCI}\n",
    "arrows after a time stamp": f"[12:00:01.123] >> {SELECT.hex()}\n[12:00:01.150] << {FCI.hex()}\n",
    "one line": f"{SELECT.hex()} → {FCI.hex()}\n",
    "one line, spaced": f"C-APDU: {SPACED_SELECT} -> {SPACED_FCI} ; FCI\n",
    "names": f"C-APDU: {SELECT.hex()}\nR-APDU: {FCI.hex()}\n",
    "names in Chinese": f"发送：{SPACED_SELECT}\n接收：{SPACED_FCI}\n",
    "levels and classes before": (
        f"DEBUG card.Reader - Command: {SELECT.hex()}\nDEBUG card.Reader - Response: {FCI.hex()}\n"
    ),
    "plain lines": f"{SELECT.hex()}\n{FCI.hex()}\n",
    "plain lines, spaced, with comments": f"# a card\n{SPACED_SELECT}  # SELECT\n\n{SPACED_FCI}\n",
    "colons": f"> {SELECT.hex(':')}\n< {FCI.hex(':')}\n",
    "our own": f"{format_line(COMMAND, SELECT, 'slot1')}\n{format_line(RESPONSE, FCI, 'slot1')}\n",
}


def exchange_of(log: bytes) -> list[tuple[str, bytes]]:
    return [(line.kind, line.data) for line in read_log(log) if line.kind != UNKNOWN]


@pytest.mark.parametrize("log", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_says_the_same(log: str) -> None:
    assert exchange_of(log.encode()) == [(COMMAND, SELECT), (RESPONSE, FCI)]


ENCODINGS = ["utf-8", "utf-8-sig", "gbk", "utf-16"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_encodings_and_line_ends_do_not_matter(encoding: str, ending: str) -> None:
    log = f"读卡器日志\n命令：{SPACED_SELECT}\n响应：{SPACED_FCI}\n".replace("\n", ending)
    assert exchange_of(log.encode(encoding)) == [(COMMAND, SELECT), (RESPONSE, FCI)]


ATRS = {
    "pcsc_scan": f"  ATR: {RESET.hex(' ').upper()}",
    "opensc-tool": RESET.hex(":"),
    "opensc-tool -v": (
        f"Card ATR:\n{RESET[:16].hex(' ').upper()} ;m....JDF..Q....\n{RESET[16:].hex().upper():48}.\n"
    ),
    "scriptor's reset": f"< OK: {RESET.hex(' ').upper()} ",
    "plain": RESET.hex(),
    "our own": format_line(ATR, RESET, "slot2"),
}


@pytest.mark.parametrize("line", ATRS.values(), ids=ATRS)
def test_answers_to_reset_are_told_apart(line: str) -> None:
    assert exchange_of(line.encode()) == [(ATR, RESET)]


def test_plain_commands_without_responses_stay_commands() -> None:
    log = "00A4020002EF05\n00B2010540\n00B2030006\n"
    assert [kind for kind, _ in exchange_of(log.encode())] == [COMMAND] * 3


def test_lines_without_bytes_are_reported_by_number() -> None:
    log = f"hello\n\n> {SELECT.hex()}\n< 9000\nthe end: 3 cards\n> 00A4040G\n"
    assert [line.number for line in read_log(log.encode()) if line.kind == UNKNOWN] == [1, 5, 6]


def test_a_heading_without_its_dump_is_not_understood() -> None:
    log = "Card ATR:\n\nOutgoing APDU (5 bytes):\nhello\n"
    assert [(line.number, line.kind) for line in read_log(log.encode())] == [
        (1, UNKNOWN),
        (3, UNKNOWN),
        (4, UNKNOWN),
    ]


def test_names_of_readers_keep_dialogues_apart() -> None:
    log = f"slot1 > {SELECT.hex().upper()}\nslot2 > 0084000008\nslot1 < 9000\nslot2 <\n"
    assert list(read_log(log.encode())) == [
        LogLine(1, COMMAND, SELECT, "slot1"),
        LogLine(2, COMMAND, bytes.fromhex("0084000008"), "slot2"),
        LogLine(3, RESPONSE, b"\x90\x00", "slot1"),
        LogLine(4, RESPONSE, b"", "slot2"),
    ]


def test_a_line_without_end_is_not_understood_and_does_not_take_long() -> None:
    for unit in ("00 ", "00", "- ", "> ", " ", ":", "=", "0x", "["):
        log = (unit * (LONGEST_LINE // len(unit))).encode()
        assert {line.kind for line in read_log(log)} <= {UNKNOWN, COMMAND, RESPONSE}
        assert [line.kind for line in read_log(log * 2 + b"0")] == [UNKNOWN]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([COMMAND, RESPONSE, ATR]),
        st.binary(max_size=30),
        st.from_regex(r"slot[0-9]", fullmatch=True),
    )
)


@given(EVENTS)
def test_our_own_log_is_read_back_as_it_was_written(events: list[tuple[str, bytes, str]]) -> None:
    log = "\n".join(format_line(*event) for event in events)
    assert [(line.kind, line.data, line.source) for line in read_log(log.encode())] == events


PIECES = st.sampled_from(
    [
        b"> ",
        b"< ",
        b"-->",
        b"Sending: ",
        b"Received (SW1=0x90, SW2=0x00):",
        b"\n",
        b"\r\n",
        b" ",
        b"00 A4 ",
        b"90 00",
        b"0x",
        b"[",
        b"]",
        b"3B",
        b"ATR: ",
        b"\xff\xfe",
        "发送".encode("gbk"),
        b"slot1 > ",
        b"# ",
        b":",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=6), max_size=30))
def test_no_bytes_whatever_stop_the_reading(pieces: list[bytes]) -> None:
    lines = list(read_log(b"".join(pieces)))
    assert all(line.number >= 1 and line.kind in (ATR, COMMAND, RESPONSE, UNKNOWN) for line in lines)
