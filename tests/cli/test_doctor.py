"""``onecard doctor`` and real PC/SC: every part is looked for, and said with the command that gets it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from onecard.bench import BENCHMARKS
from onecard.cli import findings
from onecard.cli.main import main
from onecard.virtual_cards.pcsc_stack import parts, system_pcscd
from onecard.virtual_cards.pcsc_stack.errors import DaemonError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd


def pcsc_findings(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["doctor", "--json"])
    found = msgspec.json.decode(capsys.readouterr().out)
    return {entry["part"]: entry for entry in found if entry["need"] == "pcsc"}


def test_every_part_of_pcsc_is_there_where_the_tests_run(capsys: pytest.CaptureFixture[str]) -> None:
    found = pcsc_findings(capsys)
    needed = ["pcscd", "vpcd driver", "/run/pcscd", "pyscard", "build of pyscard", "private pcscd"]
    assert {part: found[part]["present"] for part in needed} == dict.fromkeys(needed, True)
    assert "OneCard 00 00" in found["private pcscd"]["detail"]


def test_slots_that_the_network_reaches_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    entry = pcsc_findings(capsys)["slots closed to the network"]
    assert not entry["present"]
    assert "listens on all addresses of this machine" in entry["detail"]
    assert "firewall" in entry["remedy"]
    assert entry["optional"], "nothing lacks: it is a warning"


MISSING = {
    "pcscd": ("SYSTEM_FOLDERS", "", "sudo apt-get install pcscd"),
    "vpcd driver": ("DRIVERS", (), "sudo apt-get install vsmartcard-vpcd"),
    "build of pyscard": ("HEADERS", (), "sudo apt-get install libpcsclite-dev swig gcc python3-dev"),
}


@pytest.mark.parametrize("part", MISSING)
def test_a_missing_part_is_said_with_its_command(
    part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, nothing, remedy = MISSING[part]
    monkeypatch.setattr(parts, name, nothing)
    monkeypatch.setenv("PATH", "/nonexistent")
    entry = pcsc_findings(capsys)[part]
    assert (entry["present"], entry["remedy"]) == (False, remedy)


def test_missing_client_programs_are_said_with_their_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    main(["doctor", "--json"])
    found = {each["part"]: each for each in msgspec.json.decode(capsys.readouterr().out)}
    for part, package in {"pcsc_scan": "pcsc-tools", "opensc-tool": "opensc"}.items():
        assert not found[part]["present"]
        assert found[part]["remedy"] == f"sudo apt-get install {package}"


def test_without_a_daemon_the_private_one_says_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parts, "DRIVERS", ())
    entry = pcsc_findings(capsys)["private pcscd"]
    assert not entry["present"]
    assert entry["remedy"] == "sudo apt-get install vsmartcard-vpcd"


def test_a_missing_pyscard_is_said_with_all_that_builds_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "smartcard.scard", None)
    entry = pcsc_findings(capsys)["pyscard"]
    assert not entry["present"]
    assert "libpcsclite-dev swig gcc" in entry["remedy"]
    assert "pip install --no-build-isolation pyscard" in entry["remedy"]


def test_a_daemon_that_does_not_start_is_said_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise DaemonError("pcscd has died (exit code 1)")

    monkeypatch.setattr(findings, "PrivatePcscd", fail)
    entry = pcsc_findings(capsys)["private pcscd"]
    assert (entry["present"], entry["detail"]) == (False, "pcscd has died (exit code 1)")


def test_the_systems_daemon_is_found_when_it_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with PrivatePcscd() as daemon:
        port = daemon.slots[0].port
        (tmp_path / "vpcd").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{port:#x}\nLIBPATH /usr/lib/libifdvpcd.so\n'
        )
        monkeypatch.setattr(findings, "SystemPcscd", lambda: system_pcscd.SystemPcscd(tmp_path))
        entry = pcsc_findings(capsys)["system pcscd"]
    assert entry["present"]
    assert f"Virtual PCD 00 00 at TCP port {port}" in entry["detail"]


def test_the_systems_daemon_is_not_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(findings, "SystemPcscd", lambda: system_pcscd.SystemPcscd(tmp_path))
    monkeypatch.setattr(system_pcscd, "RUN_FOLDER", tmp_path)
    entry = pcsc_findings(capsys)["system pcscd"]
    assert not entry["present"]
    assert "a private one is started otherwise" in entry["detail"]
    assert entry["remedy"].startswith("sudo systemctl start pcscd")


def test_what_pcsc_lacks_is_exit_code_three(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lack() -> None:
        raise PcscLacksError("the PC/SC daemon pcscd is not installed", remedy="sudo apt-get install pcscd")

    monkeypatch.setitem(BENCHMARKS, "cards", lack)
    assert main(["bench", "cards"]) == 3
    assert capsys.readouterr().err == (
        "onecard: the PC/SC daemon pcscd is not installed; to get it: sudo apt-get install pcscd\n"
    )
