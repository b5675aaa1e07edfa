"""``onecard card``: new, show, apdu and trace, as their users call them."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from typing import IO

import msgspec
import pytest
from command_line import LIMIT_S, ONECARD, onecard

from onecard.cli.main import main

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the image of a 3.00 card with a purse and a bank application, PIN 123456."""
    path = tmp_path_factory.mktemp("card") / "card.json"
    asked = ["--person", "7", "--layout", "3.00", "--pin", "123456", "--offline", "--payment"]
    assert main(["card", "new", *asked, "--out", str(path)]) == 0
    return path


def refused(capsys: Capture, *arguments: str) -> str:
    """Run a command that must refuse its input; return its one line."""
    assert main(["card", *arguments]) == 2
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith("onecard: ")
    return captured.err


def printed(capsys: Capture, *arguments: str, code: int = 0) -> str:
    assert main(["card", *arguments]) == code
    return capsys.readouterr().out


def test_the_group_alone_prints_its_help(capsys: Capture) -> None:
    out = printed(capsys)
    for name in ("new", "show", "serve", "apdu", "trace"):
        assert f"\n  {name} " in out


def test_an_unknown_member_is_named_with_what_there_is(capsys: Capture) -> None:
    line = refused(capsys, "fly")
    assert "onecard card: unknown command; got 'fly'; allowed: new, show, serve, apdu, trace" in line


# new


def test_new_makes_the_card_that_the_day_gives_the_person(tmp_path: Path, capsys: Capture) -> None:
    """The same seed and number of people give the person 8 of `onecard run`, twice the same file."""
    from onecard.scenarios import load_scenario
    from onecard.sim.engine.city import make_population

    day = load_scenario("daily-card-usage", values={"people": 500}).scenario
    person = next(each for each in make_population(day, 3) if each.card_version == "2.00")
    told = []
    for name in ("first.json", "second.json"):
        asked = ["--person", str(person.index), "--population", "500", "--seed", "3"]
        told.append(
            msgspec.json.decode(printed(capsys, "new", *asked, "--out", str(tmp_path / name), "--json"))
        )
    assert told[0]["card_number"] == person.card_number
    assert (told[0]["name"], told[0]["version"], told[0]["pin"]) == (person.name, "2.00", person.pin)
    assert told[0]["payment"] == person.has_finance
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()


def test_new_issues_any_version_to_anybody(tmp_path: Path, capsys: Capture) -> None:
    for version in ("1.00", "2.00", "3.00"):
        out = printed(capsys, "new", "--person", "7", "--layout", version, "--out", str(tmp_path / version))
        assert f"version 规范版本 {version}" in out
        assert "published test keys 虚构人员，公开测试密钥" in out


def test_new_without_out_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    printed(capsys, "new", "--person", "7", "--layout", "2.00", "--no-payment")
    assert [file.name for file in tmp_path.iterdir()] == ["card-7-2.00.json"]
    assert "the file exists" in refused(capsys, "new", "--person", "7", "--layout", "2.00")
    printed(capsys, "new", "--person", "7", "--layout", "2.00", "--force")


NEW_REFUSED = {
    "nobody": ([], "which card?"),
    "a name": (["--person", "seven"], "--person: not a whole number; got 'seven'"),
    "beyond the city": (["--person", "10000"], "--person: out of range; got 10000"),
    "version": (["--person", "7", "--layout", "4"], "--layout: unknown version; got '4'"),
    "short PIN": (["--person", "7", "--layout", "2.00", "--pin", "12"], "PIN of 2 characters"),
    "seed": (["--person", "7", "--seed", "-1"], "--seed: out of range; got -1"),
    "payment on 1.00": (["--person", "7", "--layout", "1.00", "--payment"], "version 1.00 has none"),
    "extension": (["--person", "7", "--layout", "2.00", "--extension", "x"], "layout extension 'x'"),
    "option": (["--person", "7", "--fly"], "No such option: --fly"),
}


@pytest.mark.parametrize(("arguments", "message"), NEW_REFUSED.values(), ids=NEW_REFUSED)
def test_new_refuses_wrong_input_and_leaves_nothing(
    tmp_path: Path, arguments: list[str], message: str, capsys: Capture
) -> None:
    assert message in refused(capsys, "new", *arguments, "--out", str(tmp_path / "card.json"))
    assert not list(tmp_path.iterdir())


def test_new_into_no_folder_is_refused(tmp_path: Path, capsys: Capture) -> None:
    asked = ["--person", "7", "--layout", "2.00", "--out", str(tmp_path / "no" / "card.json")]
    told = refused(capsys, "new", *asked)
    assert "No such file or directory" in told
    assert "a new file in a writable folder" in told


def test_paths_that_lead_nowhere_are_refused(tmp_path: Path, capsys: Capture) -> None:
    """A name longer than any file's, and a ring of links."""
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    asked = ["--person", "7", "--layout", "2.00", "--out"]
    assert "File name too long" in refused(capsys, "new", *asked, str(tmp_path / ("a" * 300)))
    assert "a ring of links" in refused(capsys, "new", *asked, str(ring))
    assert "a ring of links" in refused(capsys, "serve", str(ring))
    assert "a ring of links" in refused(capsys, "show", str(ring))


# show


def test_show_is_a_readable_picture_in_both_languages(image: Path, capsys: Capture) -> None:
    out = printed(capsys, "show", str(image))
    for part in (
        "social security card 社会保障卡: 3.00 (SM4)",
        "answer to reset, contact 复位应答（接触）: 3B6D0000",
        "answer to reset, contactless card as PC/SC shows it 复位应答（非接触）: 3B8D8001",
        "PIN 个人密码: 123456 (3 of 3 tries left 剩余3次，共3次)",
        "keys 密钥: IRK 00, STK 02, UKSSSE 04, BK 05, PUK 06, RKSSSE 0A",
        "(read: RKSSSE; write: UKSSSE 读：RKSSSE；写：UKSSSE)",
        "09 Name 姓名: ",
        "03 Specification version 规范版本: 3.00",
        "8F Card use 用卡方式: 2 (off-line 脱机)",
        "medical purse 医疗保险钱包",
        "starting day MMDD 年度起始日: 0101",
        "5A application primary account number 应用主账号: 9156",
    ):
        assert part in out
    assert "\x1b" not in out


def test_show_says_the_same_to_machines(image: Path, capsys: Capture) -> None:
    told = msgspec.json.decode(printed(capsys, "show", str(image), "--json"))
    assert (told["english"], told["chinese"], told["value"]) == ("social security card", "社会保障卡", "3.00")
    names = [part["english"].split()[0] for part in told["parts"]]
    assert names[-2:] == ["medical", "payment"]
    assert {"SSSE", "DF01", "DF07", "PSE", "PPSE"} <= set(names)
    assert told["interrupted_commit"] is False


def test_show_all_has_the_records_of_blank_files_too(image: Path, capsys: Capture) -> None:
    assert "20 Household type 户口类别" not in printed(capsys, "show", str(image))
    assert "20 Household type 户口类别" in printed(capsys, "show", str(image), "--all")


def test_show_only_some_applications_and_files(image: Path, capsys: Capture) -> None:
    out = printed(capsys, "show", str(image), "--only", "ssseef05", "--only", "DF04")
    assert "EF05 Issuer data" in out
    assert "DF04 Social insurance 2" in out
    assert "EF08 Medical transaction log" in out
    for absent in ("EF06 Holder basic data", "DF01", "PAYMENT"):
        assert absent not in out
    assert "not on this card; got 'DF09'" in refused(capsys, "show", str(image), "--only", "DF09")


def test_show_knows_what_was_done_to_the_card(image: Path, tmp_path: Path, capsys: Capture) -> None:
    used = tmp_path / "used.json"
    used.write_bytes(image.read_bytes())
    wrong = [SELECT, "0020000003999999", "0084000008", "0082000A10" + "00" * 16]
    printed(capsys, "apdu", *wrong, "--on", f"image:{used}", "--save")
    out = printed(capsys, "show", str(used))
    assert "PIN 个人密码: 123456 (2 of 3 tries left 剩余2次，共3次)" in out
    assert "RKSSSE: 1 failed 次失败 (2 of 3 tries left 剩余2次，共3次)" in out


def test_show_a_person_without_an_image(capsys: Capture) -> None:
    assert "3.00 (SM4)" in printed(capsys, "show", "--person", "7", "--layout", "3.00")


def test_show_refuses_a_damaged_image_with_file_and_place(
    image: Path, tmp_path: Path, capsys: Capture
) -> None:
    damaged = tmp_path / "damaged.json"
    damaged.write_bytes(image.read_bytes()[:-100])
    assert f"{damaged}: image: not JSON, or cut short" in refused(capsys, "show", str(damaged))
    damaged.write_bytes(image.read_bytes().replace(b'"pin": "123456"', b'"pin": "654321"'))
    assert f"{damaged}: sha256: does not fit the content" in refused(capsys, "show", str(damaged))


SHOW_REFUSED = {
    "nothing": ([], "which card?; allowed: an image, or --person N"),
    "no file": (["missing.json"], "missing.json: cannot be read or written (No such file or directory)"),
    "empty path": ([""], "IMAGE: an empty path"),
    "a folder": (["."], "not a regular file"),
    "both": (["card.json", "--person", "7"], "an image and a person"),
    "another version": (["card.json", "--layout", "1.00"], "--layout: changes nothing about an image"),
    "another PIN": (["card.json", "--pin", "1234"], "--pin: changes nothing about an image"),
}


@pytest.mark.parametrize(("arguments", "message"), SHOW_REFUSED.values(), ids=SHOW_REFUSED)
def test_show_refuses_wrong_input(arguments: list[str], message: str, capsys: Capture) -> None:
    assert message in refused(capsys, "show", *arguments)


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Run a command whose standard output is a terminal; return what that shows."""
    controller, terminal = os.openpty()
    with os.fdopen(controller, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            [*ONECARD, *arguments],
            stdout=terminal,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        os.close(terminal)
        shown = b"".join(iter(lambda: read_screen(screen), b""))
    assert process.wait(LIMIT_S) == 0
    return shown.decode()


def read_screen(screen: IO[bytes]) -> bytes:
    """Read what a terminal shows; nothing once its other end is closed, which Linux reports as an error."""
    try:
        return screen.read(65536) or b""
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""


def test_a_terminal_gets_a_tree() -> None:
    shown = on_a_terminal("card", "show", "--person", "7", "--layout", "1.00")
    assert "├── " in shown
    assert "PIN 个人密码" in shown


def test_no_color_is_honoured() -> None:
    """What is malformed stands out in red, unless the user wants no colour."""
    assert "\x1b[1;31m" in on_a_terminal("card", "apdu", "00A4", NO_COLOR="")
    plain = on_a_terminal("card", "apdu", "00A4", NO_COLOR="1")
    assert "malformed 格式错误" in plain
    assert "31m" not in plain


# apdu


def test_apdu_explains_both_ways(image: Path, capsys: Capture) -> None:
    out = printed(capsys, "apdu", SELECT, "00C000001E", "--on", f"image:{image}", "--expect", "9000")
    assert f"> SELECT 选择: {SELECT}" in out
    assert "status 状态字: 611E (30 bytes of answer wait 还有30字节应答数据可取)" in out
    assert "86 algorithm 算法标识: 03 (SM4)" in out


def test_apdu_follows_like_a_terminal(capsys: Capture) -> None:
    asked = [SELECT, "00A4020002EF05", "00B2010500", "--follow", "--expect", "9000"]
    assert "07 Card number 卡号: " in printed(capsys, "apdu", *asked)


def test_apdu_in_words_of_one_byte_is_one_apdu(capsys: Capture) -> None:
    told = msgspec.json.decode(printed(capsys, "apdu", "00", "84", "00", "00", "08", "--json"))
    assert len(told["exchanges"]) == 1
    assert told["exchanges"][0]["response"]["hex"].endswith("9000")


def test_apdu_over_the_contactless_face(capsys: Capture) -> None:
    told = msgspec.json.decode(printed(capsys, "apdu", SELECT, "--face", "contactless", "--json"))
    assert told["atr"]["hex"].startswith("3B8D8001")
    assert told["exchanges"][0]["response"]["hex"].startswith("6F1C")


def test_apdu_from_standard_input_with_comments_and_resets() -> None:
    lines = f"# dialogue\n{SELECT}\n\nreset  # again\n00 84 00 00 04\n"
    done = onecard("card", "apdu", "-", "--json", input=lines.encode())
    assert done.returncode == 0, done.stderr
    assert len(msgspec.json.decode(done.stdout)["exchanges"]) == 2


def test_apdu_expectations_decide_the_exit_code(capsys: Capture) -> None:
    assert "expected 期望 9000, got 实际 6A86" in printed(
        capsys, "apdu", "00840100", "--expect", "9000", code=1
    )
    printed(capsys, "apdu", SELECT, "0020000003000000", "--expect", "61xx", "--expect", "6xxx")
    told = msgspec.json.decode(printed(capsys, "apdu", SELECT, "--expect", "9000", "--json", code=1))
    assert (told["met"], told["exchanges"][0]["expected"], told["exchanges"][0]["met"]) == (
        False,
        "9000",
        False,
    )


def test_a_card_that_falls_mute_ends_the_dialogue(capsys: Capture) -> None:
    out = printed(capsys, "apdu", SELECT, "00C000001E", SELECT, "--fault", "mute:2", code=1)
    assert out.count("> ") == 2
    assert "the card did not answer 卡片无应答" in out


def test_a_mute_card_s_reason_is_told_to_machines_too(capsys: Capture) -> None:
    told = msgspec.json.decode(printed(capsys, "apdu", SELECT, "--fault", "mute:1", "--json", code=1))
    assert "mute" in told["exchanges"][0]["error"]
    assert told["met"] is False


def test_truncated_and_oversized_apdus_are_sent_as_they_are(capsys: Capture) -> None:
    for command in ("00A4", "00A40400" + "FF" * 300, "00A4040000000F"):
        printed(capsys, "apdu", command, "--expect", "6700")


APDU_REFUSED = {
    "no hex": (["0G"], "APDU: not hexadecimal bytes; got '0G'"),
    "half a byte": (["00A40"], "APDU: not hexadecimal bytes"),
    "empty": ([""], "APDU: an empty APDU"),
    "longer than any APDU": (["00" * 65_545], "APDU: too long an APDU"),
    "none": ([], "Missing argument"),
    "no card": (["0084000008", "--on", "foo"], "--on: not a card; got 'foo'"),
    "no version": (["0084000008", "--on", "virtual:4.00"], "--on: unknown version"),
    "no image": (["0084000008", "--on", "image:missing.json"], "missing.json: cannot be read"),
    "no face": (["0084000008", "--face", "left"], "--face: unknown face; got 'left'"),
    "a face that the card has not": (
        ["0084000008", "--on", "virtual:2.00", "--face", "contactless"],
        "mute over its contactless face",
    ),
    "no status word": (["0084000008", "--expect", "OK"], "--expect: not a status word; got 'OK'"),
    "too many status words": (
        ["0084000008", "--expect", "9000", "--expect", "9000"],
        "--expect: not as many status words as APDUs",
    ),
    "no fault": (["0084000008", "--fault", "lame"], "fault 'lame' is not known"),
    "a person beside an image": (
        ["0084000008", "--on", "image:card.json", "--person", "5"],
        "--person: changes nothing about an image",
    ),
    "a PIN for a reader's card": (
        ["0084000008", "--on", "pcsc:OneCard", "--pin", "1234"],
        "--pin: changes nothing about a reader's card",
    ),
    "a face of a reader's card": (
        ["0084000008", "--on", "pcsc:OneCard", "--face", "contactless"],
        "only virtual cards have this",
    ),
    "nowhere to save": (["0084000008", "--save"], "--save: the card came from no image"),
    "nobody": (["0084000008", "--person", ""], "--person: not a whole number; got ''"),
}


@pytest.mark.parametrize(("arguments", "message"), APDU_REFUSED.values(), ids=APDU_REFUSED)
def test_apdu_refuses_wrong_input(arguments: list[str], message: str, capsys: Capture) -> None:
    assert message in refused(capsys, "apdu", *arguments)


def test_wrong_lines_of_standard_input_are_named() -> None:
    done = onecard("card", "apdu", "-", input=b"0084000008\n\xff\xfe\n")
    assert done.returncode == 2
    assert done.stderr.startswith(b"onecard: standard input, line 2: not hexadecimal bytes")


def test_no_pcsc_daemon_is_a_lack_of_the_environment(tmp_path: Path) -> None:
    done = onecard(
        "card", "apdu", "0084000008", "--on", "pcsc:any",
        env={"PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody")},
    )  # fmt: skip
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert b"to get it: " in done.stderr


# trace


def test_trace_explains_a_log_and_names_the_lines_that_it_does_not_understand(
    tmp_path: Path, capsys: Capture
) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(f"读卡日志\r\n> {SELECT}\r\n< 611E\r\n> 00C000001E\r\n< 6A82\r\n再见\r\n".encode("gbk"))
    out = printed(capsys, "trace", str(log))
    assert "line 行 2" in out
    assert "> GET RESPONSE 取响应: 00C000001E" in out
    assert "2 lines not understood 未识别的行: 1, 6" in out


def test_trace_decodes_records_in_context(capsys: Capture, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(f"{SELECT} → 9000\n00A4020002EF06 → 9000\n00B2030003 → 0A0132 9000\n")
    assert "0A Sex 性别: 2 (female 女)" in printed(capsys, "trace", str(log), "--layout", "1.00")


def test_trace_to_machines_and_from_standard_input() -> None:
    done = onecard("card", "trace", "-", "--json", input=b"0084000008\n01020304050607089000\nbye\n")
    told = msgspec.json.decode(done.stdout)
    assert told["lines_not_understood"] == [3]
    assert told["trace"][0]["line"] == 1
    assert told["trace"][0]["response"]["parts"][0]["english"] == "challenge"


TRACE_REFUSED = {
    "missing": ("missing.log", "missing.log: cannot be read (No such file or directory)"),
    "folder": (".", "not a regular file"),
    "empty path": ("", "FILE: an empty path"),
}


@pytest.mark.parametrize(("log", "message"), TRACE_REFUSED.values(), ids=TRACE_REFUSED)
def test_trace_refuses_what_is_no_file(log: str, message: str, capsys: Capture) -> None:
    assert message in refused(capsys, "trace", log)


def test_trace_refuses_a_file_without_any_apdu(tmp_path: Path, capsys: Capture) -> None:
    log = tmp_path / "log.txt"
    for content in (b"", b"hello\n", bytes(range(256)) * 20):
        log.write_bytes(content)
        assert "no APDU and no answer to reset found" in refused(capsys, "trace", str(log))
