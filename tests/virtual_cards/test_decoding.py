"""Bytes explained: what a reader of a trace sees, in both languages, in the context of the dialogue."""

from __future__ import annotations

import pytest
from card_samples import HOLDER, SELECT_SSSE, make_card
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.commands.table import ENVIRONMENTS
from onecard.virtual_cards.decoding import Exchange, Explanation, Tracer, explain_atr
from onecard.virtual_cards.decoding.forms import form_of
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.psam.commands import COMMANDS as PSAM_COMMANDS
from onecard.virtual_cards.purse.state import PurseState

COMBINED = {
    "INITIALIZE FOR LOAD/PURCHASE": {"INITIALIZE FOR LOAD", "INITIALIZE FOR PURCHASE"},
    "UPDATE/GET STARTING DAY": {"UPDATE STARTING DAY", "GET STARTING DAY"},
}
"""Rows of the command table that P1 makes two commands of."""
PSE = "315041592E5359532E4444463031"


def dialogue(card: Card, *commands: str, face: Face = CONTACT, version: str = "3.00") -> list[Exchange]:
    """Reset the card, send commands, and explain every exchange."""
    tracer = Tracer(version=version)
    tracer.reset(card.power_on(face))
    return [
        tracer.exchange(command, card.transmit(command))
        for command in (bytes.fromhex(text) for text in commands)
    ]


def told(explanation: Explanation | None) -> str:
    """Return an explanation's lines as one text."""
    assert explanation is not None
    return "\n".join(line for _, line in explanation.lines())


def test_every_command_of_every_table_is_explained_by_its_name() -> None:
    for environment, rules in ENVIRONMENTS.items():
        for rule in rules:
            names = set()
            for first, _ in rule.parameters:
                for p1 in first:
                    form = form_of(rule.instruction, p1, environment)
                    assert form is not None, f"{environment} {rule.name} P1 {p1:02X}"
                    assert environment in form.environments, f"{environment} {rule.name}"
                    names.add(form.name)
            assert names == COMBINED.get(rule.name, {rule.name})


def test_every_psam_command_is_explained_by_its_name() -> None:
    missing = [ins for _, ins in PSAM_COMMANDS if form_of(ins, 0, "PSAM") is None]
    assert not missing


def test_records_are_named_and_their_codes_mean_something_in_both_languages() -> None:
    card = make_card("2.00")
    *_, holder = dialogue(card, SELECT_SSSE, "00A4020002EF06", "00B201055B")
    text = told(holder.response)
    assert f"09 Name 姓名: {HOLDER.name}" in text
    assert "0A Sex 性别: 1 (male 男)" in text
    assert "0B Ethnic group 民族: 01 (Han 汉族)" in text
    assert "4E Name extension 姓名扩展: – (empty 空)" in text
    assert holder.place == "SSSE/EF06"


def test_what_get_response_brings_belongs_to_the_command_before() -> None:
    select, fetched = dialogue(make_card(), SELECT_SSSE, "00C000001E")
    assert "30 bytes of answer wait" in told(select.response)
    assert "84 application name 应用名称" in told(fetched.response)
    assert "(sx1.sh.社会保障)" in told(fetched.response)
    assert "86 algorithm 算法标识: 03 (SM4)" in told(fetched.response)


def test_the_same_answer_comes_at_once_over_the_contactless_face() -> None:
    (select,) = dialogue(make_card(), SELECT_SSSE, face=CONTACTLESS)
    assert "86 algorithm 算法标识: 03 (SM4)" in told(select.response)
    assert "status 状态字: 9000 (success 成功)" in told(select.response)


def test_a_file_named_by_its_sfi_is_explained_without_being_selected() -> None:
    card = make_card(items={"DF01EF06": {"28": "13900000000"}})
    *_, record = dialogue(card, SELECT_SSSE, "00A4000002DF01", "0020000003123456", "00B2033411")
    assert "DF01/EF06 Residence" in told(record.command)
    assert "28 Phone 联系电话: 13900000000" in told(record.response)


def test_the_card_s_own_version_counts_once_it_is_told() -> None:
    """A 1.00 card has no algorithm in its FCI, and sex is record 3 there."""
    card = make_card("1.00")
    *_, sex = dialogue(card, SELECT_SSSE, "00C0000011", "00A4020002EF06", "00B2030403", version="3.00")
    assert "0A Sex 性别: 1 (male 男)" in told(sex.response)
    *_, issuer = dialogue(card, SELECT_SSSE, "00A4020002EF05", "00B2030406", version="3.00")
    assert "03 Specification version 规范版本: 1.00" in told(issuer.response)


def test_keys_secured_data_and_pins_are_taken_apart() -> None:
    card = make_card()
    _, _, proof, change, unblock = dialogue(
        card,
        SELECT_SSSE,
        "0084000008",
        "0082000A10" + "11" * 8 + "22" * 8,
        "805E010007123456FF654321",
        "8424000114" + "33" * 16 + "44" * 4,
    )
    assert "0A (key RKSSSE 密钥RKSSSE)" in told(proof.command)
    assert "authentication data 认证数据: 1111111111111111" in told(proof.command)
    assert "2 tries left 验证失败，还可尝试2次" in told(proof.response)
    assert "123456 → 654321" in told(change.command)
    assert "enciphered PIN 加密的PIN: " + "33" * 16 in told(unblock.command)
    assert "MAC 报文鉴别码(MAC): 44444444" in told(unblock.command)


def test_purse_amounts_are_money() -> None:
    card = make_card("2.00")
    equip_purse(card.memory, PurseState(balance=12_345))
    *_, balance = dialogue(card, SELECT_SSSE, "00A4000002DF04", "0020000003123456", "B026000104")
    assert "GET BALANCE 读余额" in told(balance.command)
    assert "account balance 个人账户余额" in told(balance.command)
    assert "amount 金额: 123.45 CNY 元" in told(balance.response)


def test_the_payment_side_is_explained_by_its_own_tags() -> None:
    card = make_card()
    profile = PaymentProfile(pan="9156011234567890123", expiry="20350601", effective="20250601", name="张三")
    equip_payment(card.memory, profile)
    pse, directory, application, _, record = dialogue(
        card,
        f"00A404000E{PSE}",
        "00B2010C00",
        "00A4040008A000000333010101",
        "80A800000B8309000000000000000000",
        "00B2010C00",
        face=CONTACTLESS,
    )
    assert "payment system environment 支付系统环境" in told(pse.command)
    assert pse.place == "PSE"
    assert "bank debit application 银行借记应用" in told(application.command)
    assert "50 application label 应用标签: PBOC DEBIT" in told(directory.response)
    assert "57 track 2 data" in told(record.response)


def test_a_refused_selection_leaves_the_context_where_it_was() -> None:
    *_, refused, record = dialogue(make_card(), SELECT_SSSE, "00A4020002EF05", "00A4020002EF99", "00B2030406")
    assert "file not found 未找到文件" in told(refused.response)
    assert refused.place == "SSSE/EF05"
    assert "Specification version" in told(record.response)


ATRS = {
    "contact": ("3B6D000000814A444686605199000001AC", "chip provider 芯片提供商: 0081 (Huada 华大)"),
    "pseudo-ATR": ("3B8D800100814A444686605199000001AC46", "TCK 校验字符: 46 (right 正确)"),
    "ATS": ("127880A00200814A444686605199000001AC", "T0 frame size 帧长: 78 (256 bytes 256字节)"),
    "area": ("3B6D000000814A444686605199000001AC", "5199 (Sichuan 四川省)"),
    "another card": ("3B04A1A2A3A4", "historical bytes 历史字节: A1A2A3A4"),
    "wrong check byte": ("3B8D800100814A444686605199000001AC47", "check byte TCK is wrong"),
    "too short": ("3B6D0000", "malformed 格式错误"),
    "nothing": ("", "malformed 格式错误"),
    "no ATR": ("9000", "starts neither with 3B or 3F nor with its length"),
}


@pytest.mark.parametrize(("atr", "line"), ATRS.values(), ids=ATRS)
def test_answers_to_reset(atr: str, line: str) -> None:
    assert line in told(explain_atr(bytes.fromhex(atr)))


MALFORMED = {
    "three bytes": ("00A404", "shorter than four bytes"),
    "Lc too large": ("00A4040010AABB", "Lc does not fit the length"),
    "extended": ("00A40400000002EF05", "Lc does not fit the length"),
    "record that breaks off": ("00DC01040309FF00", "runs beyond"),
    "authentication data too short": ("0082000A0411223344", "8 bytes expected"),
    "authentication data too long": ("0082000A12" + "00" * 18, "not expected here"),
}


@pytest.mark.parametrize(("command", "why"), MALFORMED.values(), ids=MALFORMED)
def test_what_does_not_follow_its_form_is_shown_and_called_malformed(command: str, why: str) -> None:
    text = told(Tracer().exchange(bytes.fromhex(command), None).command)
    assert "malformed 格式错误" in text
    assert why in text


@pytest.mark.parametrize(
    ("response", "line"),
    [(b"", "the card did not answer 卡片无应答"), (b"\x90", "shorter than a status word"),
     (b"\x12\x34", "not in the standard's list 标准未列出")],
    ids=["mute", "half a status word", "unlisted"],
)  # fmt: skip
def test_odd_responses(response: bytes, line: str) -> None:
    assert line in told(Tracer().exchange(bytes.fromhex("0084000008"), response).response)


SPEECH = st.lists(
    st.tuples(
        st.binary(max_size=40)
        | st.binary(max_size=20).map(lambda rest: b"\x00\xb2" + rest)
        | st.sampled_from([bytes.fromhex(SELECT_SSSE), bytes.fromhex("00A4000002DF04")]),
        st.binary(max_size=80) | st.binary(max_size=40).map(lambda data: data + b"\x90\x00"),
    ),
    max_size=8,
)


@given(SPEECH, st.sampled_from(["1.00", "2.00", "3.00"]))
def test_no_bytes_whatever_stop_the_explanation(exchanges: list[tuple[bytes, bytes]], version: str) -> None:
    tracer = Tracer(version=version)
    for command, response in exchanges:
        exchange = tracer.exchange(command, response)
        assert exchange.command is not None
        assert exchange.command.raw == command
        for _, line in [*exchange.command.lines(), *(exchange.response or exchange.command).lines()]:
            assert "\n" not in line
        assert exchange.tree()["place"] == exchange.place


@given(st.binary(max_size=40))
def test_no_answer_to_reset_stops_the_explanation(answer: bytes) -> None:
    assert explain_atr(answer).raw == answer
