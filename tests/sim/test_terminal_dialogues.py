"""Terminals against cards of every version and face: what is sent, what comes out, how long it takes."""

from __future__ import annotations

import pytest
from terminal_samples import (
    AREA,
    NAME,
    PRESENTATION_IDS,
    PRESENTATIONS,
    TODAY,
    Trace,
    connection,
    make_card,
    make_terminal,
    right_pin,
)

from onecard.sim.errors import InputError
from onecard.sim.terminals import load_dialogues, parse_dialogues

EVERY_PRESENTATION = pytest.mark.parametrize(("version", "face"), PRESENTATIONS, ids=PRESENTATION_IDS)


# -- what is sent ------------------------------------------------------------------------------------------


def shape(command: str) -> str:
    """A command without what differs from run to run: randoms, results and factors."""
    return command[:10] if command[:4] in {"0088", "0082", "BFDE", "80FA"} else command


def test_read_of_a_3_00_card_sends_the_frames_of_the_field_in_their_order() -> None:
    trace = Trace()
    terminal = make_terminal(make_card(), observer=trace)
    terminal.run("identity-read")
    trace.frames.clear()
    terminal.run("identity-read")
    assert [shape(command) for command in trace.commands()] == [
        "00A404000F7378312E73682EC9E7BBE1B1A3D5CF",
        "00C000001E",
        "00A4020002EF05",
        "00B2010012",
        "00B2030006",
        "00B207000B",
        "00A404000F7378312E73682EC9E7BBE1B1A3D5CF",
        "00C000001E",
        "0084000008",
        "0084000008",
        "0088000010",
        "00C0000008",
        "BFDE670828",
        "80FA000010",
        "00C0000010",
        "0084000008",
        "0084000008",
        "BFDE670A28",
        "80FA000010",
        "00C0000010",
        "0082000A10",
        "00A4020002EF05",
        "00B2030006",
        "00B2050006",
        "00B2060006",
        "00A4020002EF06",
        "00B2080014",
        "00B2090020",
        "00B24E0016",
    ]


def test_contactless_read_sends_the_same_commands_without_get_response() -> None:
    contact, contactless = Trace(), Trace()
    make_terminal(make_card(), "contact", observer=contact).run("identity-read")
    make_terminal(make_card(), "contactless", observer=contactless).run("identity-read")
    fetched = [command for command in contact.commands("contact") if not command.startswith("00C0")]
    assert contactless.commands("contactless") == fetched


def test_second_challenge_is_the_session_input_and_the_first_the_original() -> None:
    trace = Trace()
    make_terminal(make_card(), observer=trace).run("transit-tap")
    challenges = [response[:16] for _, command, response in trace.frames if command.startswith("0084")]
    internal = next(command for command in trace.commands("contact") if command.startswith("0088"))
    assert internal[10:] == challenges[1] + challenges[0]


def test_factors_go_card_first_then_city_then_province() -> None:
    trace = Trace()
    make_terminal(make_card(), observer=trace).run("transit-tap")
    delivery = next(command for command in trace.commands("psam") if command.startswith("BFDE"))
    assert delivery[10:58] == "86605199000001AC" + "3531393930307378" + "3531303030307368"


def test_2_00_read_needs_no_external_authentication() -> None:
    trace = Trace()
    result = make_terminal(make_card("2.00"), observer=trace).run("identity-read")
    assert result.ok
    assert not [command for command in trace.commands() if command.startswith("0082")]
    assert [command[4:6] for command in trace.commands("contact")[-3:]] == ["08", "09", "4E"]


def test_1_00_read_has_no_name_extension_and_takes_des_without_being_told() -> None:
    trace = Trace()
    result = make_terminal(make_card("1.00"), observer=trace).run("identity-read")
    assert result.ok
    assert "00B24E0016" not in trace.commands()
    assert trace.commands("psam")[0].startswith("00A404000F737831")


def test_psam_stays_in_its_environment_between_cards_of_one_algorithm() -> None:
    trace = Trace()
    terminal = make_terminal(make_card(), observer=trace)
    terminal.run("transit-tap")
    trace.frames.clear()
    terminal.run("transit-tap")
    assert [command[:4] for command in trace.commands("psam")] == ["BFDE", "80FA", "00C0"]
    trace.frames.clear()
    terminal.run("transit-tap", card=connection(make_card("2.00")))
    assert trace.commands("psam")[0].startswith("00A404000F737831")


def test_right_of_a_key_is_obtained_once_and_again_after_leaving_its_application() -> None:
    there_and_back = """
        [back]
        title = { en = "There and back", zh = "往返" }
        source = "test"
        mark = "P"
        steps = [
            { do = "select" },
            { do = "identify" },
            { do = "verify-pin" },
            { do = "read", file = "SSSEEF06", items = ["08"] },
            { do = "read", file = "SSSEEF08" },
            { do = "read", file = "DF01EF06", by = "pin" },
            { do = "read", file = "SSSEEF06", items = ["09"] },
        ]
        """
    trace = Trace()
    terminal = make_terminal(make_card(), dialogues=parse_dialogues(there_and_back), observer=trace)
    result = terminal.run("back", pin_pad=right_pin)
    assert result.ok, result
    assert sum(command.startswith("0082000A") for command in trace.commands()) == 2
    assert result.pin_attempts == 1, "the PIN outlasts the change of application"


# -- what comes out ----------------------------------------------------------------------------------------


@EVERY_PRESENTATION
def test_basic_data_has_the_eleven_fields_of_the_driver_interface(version: str, face: str) -> None:
    basic = make_terminal(make_card(version), face, device_number="T-1").run("identity-read").basic
    assert basic is not None
    assert basic.text() == (
        f"519900|519900199001010015|A00000011|{basic.card_id}|{NAME}|0081544C968660{'5199000001AC'}|"
        f"{version}|20180101|20280101|519900000007|T-1|"
    )
    assert len(basic.text().split("|")) == 12
    assert basic.card_id.startswith("519900D156000005000001AC")


def test_long_name_is_joined_from_item_and_extension() -> None:
    card = make_card("2.00", items={"SSSEEF06": {"09": "阿依古丽买买提江吐尔逊阿卜杜热", "4E": "西提"}})
    basic = make_terminal(card).run("identity-read").basic
    assert basic is not None
    assert basic.name == "阿依古丽买买提江吐尔逊阿卜杜热西提"


@EVERY_PRESENTATION
@pytest.mark.parametrize("name", list(load_dialogues()))
def test_every_dialogue_runs_wherever_it_is_for(name: str, version: str, face: str) -> None:
    dialogue = load_dialogues()[name]
    result = make_terminal(make_card(version), face).run(name, pin_pad=right_pin)
    if version in dialogue.versions:
        assert (result.reason, result.return_code, result.face) == (None, 0, face), result
        assert result.apdus > 0
        assert result.elapsed_us > 0
    else:
        assert (result.reason, result.return_code, result.step) == ("card-unsupported", -13, "identify")


@EVERY_PRESENTATION
def test_medical_registration_reads_scheme_area_and_card_use(version: str, face: str) -> None:
    area = "519900" if version != "1.00" else "某市社会保险局"
    card = make_card(version, items={"DF04EF05": {"81": "31011111", "84": area, "8F": "1"}})
    result = make_terminal(card, face).run("medical-register", pin_pad=right_pin)
    assert {tag: result.data[tag] for tag in ("81", "84", "8F")} == {"81": "31011111", "84": area, "8F": "1"}
    assert result.pin_attempts == (1 if version == "1.00" else 0), "only 1.00 asks for the PIN there"


def test_items_of_2_00_in_the_records_of_a_1_00_card_are_read_as_such() -> None:
    card = make_card("1.00", reused_items={"DF04EF05": {"81": "31011111", "84": "519900"}})
    result = make_terminal(card).run("medical-register", pin_pad=right_pin)
    assert (result.data["81"], result.data["84"]) == ("31011111", "519900")


def test_photo_is_read_whole_in_chunks() -> None:
    photo = bytes(range(256)) * 16
    trace = Trace()
    terminal = make_terminal(make_card(items={"SSSEEF08": photo}), observer=trace)
    assert bytes.fromhex(terminal.run("photo-check").data["SSSEEF08"]) == photo
    offsets = [
        command[4:8] for command in trace.commands() if command.startswith("00B0") and command[4] < "8"
    ]
    assert offsets == [f"{at:04X}" for at in range(0, 4096, 256)]


@pytest.mark.parametrize("version", ["1.00", "2.00", "3.00"])
def test_phone_is_updated_under_its_key_and_stays(version: str) -> None:
    card = make_card(version)
    trace = Trace()
    terminal = make_terminal(card, observer=trace)
    result = terminal.run("update-residence", pin_pad=right_pin, values={"phone": "13912345678"})
    assert result.ok, result
    assert trace.commands()[-1] == "00DC280011280F" + b"13912345678".hex().upper().ljust(30, "0")
    assert terminal.run("self-service", pin_pad=right_pin).data["28"] == "13912345678"


def test_support_policy_is_appended_newest_first() -> None:
    card = make_card()
    trace = Trace()
    terminal = make_terminal(card, observer=trace)
    for policy in ("101", "102"):
        assert terminal.run("record-support-policy", pin_pad=right_pin, values={"policy": policy}).ok
    assert trace.commands()[-1].startswith("00DC000312")
    data = terminal.run("employment-history").data
    assert data["DF02EF16:01"] == f"102^{TODAY}^{TODAY}^20991231^{AREA}"
    assert data["DF02EF16:02"] == f"101^{TODAY}^{TODAY}^20991231^{AREA}"
    assert not [name for name in data if name.startswith("DF02EF07")], "no employment history yet"


def test_repeated_tags_are_read_by_number_and_inner_items_joined() -> None:
    degree = {"57": "4  ", "58": "080901", "59": "某大学"}
    card = make_card("2.00", items={"DF01EF15": {"40#2": degree}})
    text = """
        [education]
        title = { en = "Education", zh = "学历" }
        source = "test"
        mark = "P"
        begins_with = "tap"
        steps = [{ do = "read", file = "DF01EF15", items = ["2A", "40", "40:02"] }]
        [tap]
        title = { en = "Tap", zh = "刷卡" }
        source = "test"
        mark = "P"
        steps = [{ do = "select" }, { do = "identify" }]
        """
    trace = Trace()
    terminal = make_terminal(card, dialogues=parse_dialogues(text), observer=trace)
    data = terminal.run("education").data
    assert data["40:02"] == "4  ^080901^某大学"
    assert data["40"] == "^^"
    assert trace.commands()[-1] == "00B2030436"


# -- time --------------------------------------------------------------------------------------------------


@EVERY_PRESENTATION
def test_authentication_takes_as_long_as_the_field_says(version: str, face: str) -> None:
    terminal = make_terminal(make_card(version), face)
    terminal.run("identity-tap")
    elapsed_us = terminal.run("identity-tap").elapsed_us
    if face == "contact":
        assert 800_000 <= elapsed_us <= 1_500_000
    else:
        assert elapsed_us <= 500_000
    assert terminal.run("identity-tap").elapsed_us == elapsed_us, "nothing is drawn"


def test_3_00_card_is_read_with_both_authentications_within_a_second_and_a_half() -> None:
    terminal = make_terminal(make_card())
    terminal.run("identity-read")
    assert terminal.run("identity-read").elapsed_us <= 1_500_000


def test_unknown_names_and_dates_are_refused_at_the_door() -> None:
    with pytest.raises(InputError, match="identity-tap"):
        make_terminal(make_card()).run("identity-tapp")
    with pytest.raises(InputError, match="auto-contactless-first"):
        make_terminal(make_card(), prefer="both")
    with pytest.raises(InputError, match="YYYYMMDD"):
        make_terminal(make_card(), today="2019-06-03")


def test_two_equal_runs_give_equal_results() -> None:
    first = make_terminal(make_card()).run("medical-settle", pin_pad=right_pin)
    second = make_terminal(make_card()).run("medical-settle", pin_pad=right_pin)
    assert first == second
