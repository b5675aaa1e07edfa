"""The system's daemon: its configuration is found, and what it lacks is said."""

from pathlib import Path

import pytest

from onecard.virtual_cards.pcsc_stack.errors import PcscLacksError
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.pcsc_stack.system_pcscd import SystemPcscd

ENTRY = """
# comment
FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:{port:#x}
LIBPATH      /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID    {port:#x}
"""
OTHER = 'FRIENDLYNAME "GemPCTwin serial"\nDEVICENAME /dev/ttyS0\nLIBPATH /usr/lib/libccidtwin.so\n'
OUTWARD = ENTRY.replace("/dev/null", "somewhere.example").format(port=1).replace("CHANNELID    0x1", "")


def test_the_distributions_entry_gives_two_slots(tmp_path: Path) -> None:
    (tmp_path / "vpcd").write_text(ENTRY.format(port=0x8C7B))
    (tmp_path / "twin").write_text(OTHER)
    assert [tuple(slot) for slot in SystemPcscd(tmp_path).slots] == [
        ("Virtual PCD 00 00", 35963),
        ("Virtual PCD 00 01", 35964),
    ]


def test_entries_of_one_name_are_numbered_and_those_that_connect_out_left_aside(tmp_path: Path) -> None:
    (tmp_path / "vpcd").write_text(ENTRY.format(port=1000) + ENTRY.format(port=1002))
    (tmp_path / "zz").write_text(OUTWARD)
    assert [slot.reader for slot in SystemPcscd(tmp_path).slots] == [
        "Virtual PCD 00 00",
        "Virtual PCD 00 01",
        "Virtual PCD 01 00",
        "Virtual PCD 01 01",
    ]


def test_a_daemon_that_does_not_run_is_told_with_the_command_that_starts_it(tmp_path: Path) -> None:
    (tmp_path / "vpcd").write_text(ENTRY.format(port=1))
    with pytest.raises(PcscLacksError, match=r"does not run.*to get it: sudo systemctl start pcscd"):
        SystemPcscd(tmp_path).require()


@pytest.mark.parametrize("folder", ["empty", "absent"])
def test_a_system_without_virtual_readers_is_told_how_to_get_them(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PcscLacksError, match=r"no virtual reader is configured.*install vsmartcard-vpcd"):
        SystemPcscd(tmp_path / folder).require()


def test_a_running_daemon_is_found_by_its_open_slots(tmp_path: Path) -> None:
    with PrivatePcscd() as daemon:
        (tmp_path / "vpcd").write_text(ENTRY.format(port=daemon.slots[0].port))
        system = SystemPcscd(tmp_path)
        assert system.listening
        system.require()
        assert "listens on all addresses" in system.warning


def test_the_machines_own_configuration_is_read() -> None:
    assert SystemPcscd().configuration == Path("/etc/reader.conf.d")
    assert all(0 < slot.port < 65536 for slot in SystemPcscd().slots)
