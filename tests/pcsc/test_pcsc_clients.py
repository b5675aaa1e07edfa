"""Programs of others with our card: pcsc_scan, opensc-tool, pyscard, an EMV reader, two programs at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from card_samples import HOLDER, PROFILE, SELECT_SSSE, Counter
from pcsc_samples import ScriptedCard, Served, run_client, run_python

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.personalisation import personalise
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.readers.in_process import CardConnectionException
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.slots import SlotEventKind

READ_CARD_NUMBER = "00B2072C0B"
EMVTOOL = Path(
    os.environ.get("ONECARD_EMVTOOL", Path(__file__).parents[2] / ".tox" / "emv-reader" / "bin" / "emvtool")
)


def social_card(*, payment: bool = False) -> Card:
    memory = personalise(PROFILE, HOLDER)
    if payment:
        account = PaymentProfile(
            pan="6217001234567890", expiry="20350601", effective="20250601", name="ZHANG SAN"
        )
        equip_payment(memory, account)
    return Card(memory, random_bytes=Counter())


def colons(data: bytes) -> str:
    return data.hex(":")


def test_pcsc_scan_shows_the_cards_atr(served: Served, pcscd: PrivatePcscd) -> None:
    card = social_card()
    served.slot.insert(card)
    served.reader.wait_for_card()
    done = run_client(pcscd.environment, "pcsc_scan", "-c")
    assert done.returncode == 0
    block = done.stdout.partition(served.reader.name)[2].partition(" Reader ")[0]
    assert "Card inserted" in block
    assert f"ATR: {card.power_on().hex(' ').upper()}" in block


def test_opensc_tool_reads_the_atr(served: Served, pcscd: PrivatePcscd) -> None:
    card = social_card()
    served.slot.insert(card)
    served.reader.wait_for_card()
    done = run_client(pcscd.environment, "opensc-tool", "--reader", served.reader.name, "--atr")
    assert (done.returncode, done.stdout.strip()) == (0, colons(card.power_on()))


def test_opensc_tool_selects_and_reads_over_t0(served: Served, pcscd: PrivatePcscd) -> None:
    served.slot.insert(social_card())
    served.reader.wait_for_card()
    commands = ["-s", f"{SELECT_SSSE}00", "-s", READ_CARD_NUMBER, "-s", "00B0950000", "-s", "00B2070000"]
    done = run_client(pcscd.environment, "opensc-tool", "--reader", served.reader.name, *commands)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("Sending: ")[1:]
    assert "Received (SW1=0x90, SW2=0x00)" in answers[0]
    assert "sx1.sh" in answers[0], "GET RESPONSE fetched the FCI"
    assert "A0000001" in answers[1]
    sent = [event.command for event in served.events.events if event.kind is SlotEventKind.APDU]
    assert any(command[:2] == b"\x00\xc0" for command in sent)


PYSCARD = """
import sys
from smartcard.System import readers
from smartcard.util import toBytes, toHexString
(reader,) = (each for each in readers() if str(each) == sys.argv[1])
connection = reader.createConnection()
connection.connect()
print(toHexString(connection.getATR()))
for command in sys.argv[2:]:
    data, sw1, sw2 = connection.transmit(toBytes(command))
    print(toHexString(data), f"{sw1:02X}{sw2:02X}")
connection.release()
"""


def test_a_pyscard_program_talks_to_the_card(served: Served, pcscd: PrivatePcscd) -> None:
    card = social_card()
    served.slot.insert(card)
    served.reader.wait_for_card()
    atr, selected, record = run_python(
        pcscd.environment, PYSCARD, served.reader.name, SELECT_SSSE, READ_CARD_NUMBER
    )
    assert bytes.fromhex(atr) == card.power_on()
    assert selected.strip().startswith("61")
    assert bytes.fromhex(record)[2:-2] == b"A0000001" + PROFILE.card_number[-1:].encode()


def emvtool(pcscd: PrivatePcscd, reader: str, *arguments: str) -> str:
    assert EMVTOOL.exists(), "the EMV reader is not installed; to get it: tox -e emv-reader"
    listed = run_client(pcscd.environment, str(EMVTOOL), "readers").stdout
    (number,) = (line.partition(":")[0] for line in listed.splitlines() if line.endswith(f": {reader}"))
    done = run_client(pcscd.environment, str(EMVTOOL), "--reader", number, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_an_emv_reader_finds_no_bank_application_on_a_card_without_one(
    served: Served, pcscd: PrivatePcscd
) -> None:
    served.slot.insert(social_card())
    served.reader.wait_for_card()
    assert "1PAY.SYS.DDF01 not available" in emvtool(pcscd, served.reader.name, "info")


def test_an_emv_reader_prints_the_bank_application(served: Served, pcscd: PrivatePcscd) -> None:
    served.slot.insert(social_card(payment=True))
    served.reader.wait_for_card()
    assert "A0 00 00 03 33 01 01" in emvtool(pcscd, served.reader.name, "listapps")
    shown = emvtool(pcscd, served.reader.name, "info")
    assert "1PAY.SYS.DDF01" in shown
    assert "not available" not in shown
    assert "Error" not in shown
    for words in ("PBOC DEBIT", "62 17 00 12 34 56 78 90", "ZHANG SAN", "Fetching card metadata"):
        assert words in shown


RESET = """
import sys
from onecard.virtual_cards.readers.pcsc import PcscReader
connection = PcscReader(sys.argv[1]).createConnection()
connection.connect()
connection.reset()
connection.disconnect()
print("reset")
"""
TRY_EXCLUSIVE = """
import sys
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.in_process import CardConnectionException
connection = PcscReader(sys.argv[1]).createConnection()
try:
    connection.connect(exclusive=len(sys.argv) > 2)
    print(connection.transmit([0, 0x84, 0, 0, 8])[1:])
except CardConnectionException as error:
    print(error)
"""


def test_two_programs_share_a_card(served: Served, pcscd: PrivatePcscd) -> None:
    served.slot.insert(ScriptedCard())
    served.reader.wait_for_card()
    with served.reader.createConnection() as connection:
        connection.connect()
        assert run_python(pcscd.environment, TRY_EXCLUSIVE, served.reader.name) == ["(144, 0)"]
        (refused,) = run_python(pcscd.environment, TRY_EXCLUSIVE, served.reader.name, "exclusive")
        assert "Sharing violation" in refused
        assert connection.transmit([0, 0x84, 0, 0])[1:] == (0x90, 0x00)


def test_an_exclusive_program_keeps_others_out(served: Served, pcscd: PrivatePcscd) -> None:
    served.slot.insert(ScriptedCard())
    served.reader.wait_for_card()
    with served.reader.createConnection() as connection:
        connection.connect(exclusive=True)
        (refused,) = run_python(pcscd.environment, TRY_EXCLUSIVE, served.reader.name)
        assert "Sharing violation" in refused
    assert run_python(pcscd.environment, TRY_EXCLUSIVE, served.reader.name) == ["(144, 0)"]


def test_a_program_learns_that_another_one_reset_the_card(served: Served, pcscd: PrivatePcscd) -> None:
    served.slot.insert(social_card())
    served.reader.wait_for_card()
    with served.reader.createConnection() as connection:
        connection.connect()
        assert run_python(pcscd.environment, RESET, served.reader.name) == ["reset"]
        with pytest.raises(CardConnectionException, match="another program reset the card"):
            connection.transmit([0, 0x84, 0, 0, 8])
        connection.reset()
        assert connection.transmit([0, 0x84, 0, 0, 8])[1:] == (0x90, 0x00)


def test_an_exclusive_connection_stays_exclusive_through_a_reset(served: Served, pcscd: PrivatePcscd) -> None:
    served.slot.insert(ScriptedCard())
    served.reader.wait_for_card()
    with served.reader.createConnection() as connection:
        connection.connect(exclusive=True)
        connection.reset()
        (refused,) = run_python(pcscd.environment, TRY_EXCLUSIVE, served.reader.name)
        assert "Sharing violation" in refused
        connection.connect()
        assert run_python(pcscd.environment, TRY_EXCLUSIVE, served.reader.name) == ["(144, 0)"]


HOLD = """
import sys
from onecard.virtual_cards.readers.pcsc import PcscReader
connection = PcscReader(sys.argv[1]).createConnection()
connection.connect()
with connection.transaction():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_card_that_another_program_does_not_let_go_of_is_an_error_and_no_hang(
    served: Served, pcscd: PrivatePcscd
) -> None:
    card = ScriptedCard()
    served.slot.insert(card)
    served.reader.wait_for_card()
    with PcscReader(served.reader.name, limit_s=0.3) as reader, reader.createConnection() as connection:
        connection.connect()
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, reader.name],
            env={**os.environ, **pcscd.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            for _ in range(2):
                with pytest.raises(CardConnectionException, match=r"0.3 s; another program holds the card"):
                    connection.transmit([0, 0x84, 0, 0])
            holder.communicate("")
    with served.reader.createConnection() as connection:
        connection.connect()
        assert connection.transmit([0, 0x84, 0, 0]) == ([], 0x90, 0x00)


IN_TRANSACTION = """
import sys
from onecard.virtual_cards.readers.pcsc import PcscReader
connection = PcscReader(sys.argv[1]).createConnection()
connection.connect()
with connection.transaction():
    for number in range(200):
        connection.transmit([0x80, int(sys.argv[2]), 0, number])
"""


def test_transactions_of_two_programs_do_not_mix(served: Served, pcscd: PrivatePcscd) -> None:
    card = ScriptedCard()
    served.slot.insert(card)
    served.reader.wait_for_card()
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", IN_TRANSACTION, served.reader.name, str(number)],
            env={**os.environ, **pcscd.environment},
        )
        for number in (1, 2)
    ]
    assert [program.wait(60) for program in programs] == [0, 0]
    order = [command[1] for command in card.commands]
    assert len(order) == 400
    assert order in ([1] * 200 + [2] * 200, [2] * 200 + [1] * 200)
