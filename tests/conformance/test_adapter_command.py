"""Adapter programs: right ones are heard, wrong ones are killed, named in one line, and started again."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapter_samples import GET_CHALLENGE, descriptors, python_program, threads

from onecard.conformance.adapters.command import STARTS, CommandPort
from onecard.conformance.adapters.opening import open_card
from onecard.conformance.adapters.port import AdapterError, CardGoneError
from onecard.sim.errors import EnvironmentLacksError, InputError

CASE = ("card/command/01", "standard", "contact")
LIMIT_S = 10.0
HELLO = '{"name":"toy","faces":["contact"]}'

TOY = """
import json, sys
torn = False
for line in sys.stdin:
    request = json.loads(line)
    sys.stderr.write(line)
    do = request["do"]
    if do == "hello":
        answer = {"name": "toy", "faces": ["contact", "contactless"]}
        answer |= {"fresh": True, "tears": True, "hot_plug": True}
        assert request["protocol"] == 1
    elif do == "prepare":
        answer, case, inside = {}, request, True
    elif do in ("reset", "insert"):
        answer, inside = {"atr": "3b00"}, True
    elif do == "remove":
        answer, inside = {}, False
    elif not inside and do != "bye":
        answer = {"gone": True}
    elif do == "tear":
        answer = {"response": ""}
    else:
        answer = {"response": request.get("command", "") + "9000"} if do == "transmit" else {}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def nothing_left() -> Iterator[None]:
    before = threads(), descriptors()
    yield
    assert (threads(), descriptors()) == before


@pytest.mark.usefixtures("nothing_left")
def test_a_program_that_can_do_everything_is_asked_for_everything(tmp_path: Path) -> None:
    port = open_card(python_program(tmp_path, "toy", TOY), seed=1)
    assert port.traits.faces == {"contact", "contactless"}
    assert (port.traits.fresh, port.traits.tears, port.traits.hot_plug) == (True, True, True)
    assert not port.traits.reference
    port.prepare(*CASE)
    assert port.reset() == b"\x3b\x00"
    assert port.transmit(GET_CHALLENGE) == GET_CHALLENGE + b"\x90\x00"
    assert port.tear(GET_CHALLENGE, 3) == b""
    port.remove()
    with pytest.raises(CardGoneError, match="says that the card is gone"):
        port.transmit(GET_CHALLENGE)
    assert port.insert() == b"\x3b\x00"
    port.close()
    port.close()


def program(answers: dict[str, str], *, prologue: str = "") -> str:
    """Return a program that prints one of these lines for each request; a request without a line ends it."""
    return f"""
import json, os, signal, subprocess, sys
{prologue}
ANSWERS = { ({"hello": HELLO, "reset": '{"atr":"3B00"}'} | answers)!r}
for line in sys.stdin:
    do = json.loads(line)["do"]
    if do not in ANSWERS:
        sys.exit("I do not know " + do)
    if ANSWERS[do] == "hang":
        signal.pause()
    sys.stdout.buffer.write(ANSWERS[do].encode("latin-1") + b"\\n")
    sys.stdout.flush()
"""


WRONG = {
    "no-json": ("nonsense", "answer to transmit is not of the protocol"),
    "no-object": ("[]", "answer to transmit is not of the protocol"),
    "another-field": ('{"response":"9000","more":1}', "answer to transmit is not of the protocol"),
    "another-type": ('{"response":36864}', "answer to transmit is not of the protocol"),
    "no-hexadecimal": ('{"response":"90 00"}', "answer to transmit is not of the protocol"),
    "an-odd-digit": ('{"response":"900"}', "answer to transmit is not of the protocol"),
    "no-utf-8": ('{"response":"\xff"}', "answer to transmit is not of the protocol"),
    "deep": ("[" * 100_000, "answer to transmit is not of the protocol"),
    "no-response": ("{}", "answer has no response"),
    "half-a-status-word": ('{"response":"90"}', "shorter than a status word"),
    "gone-is-false": ('{"gone":false}', "answer to transmit is not of the protocol"),
    "an-error": ('{"error":"the reader burns"}', "reports that it cannot transmit"),
    "too-long": ("9" * 400_000, "longer than 262144 bytes"),
    "hangs": ("hang", "does not answer within 0.5 s"),
}


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_breaks_the_adapter_for_this_case_and_it_is_started_for_the_next(
    kind: str, tmp_path: Path
) -> None:
    answer, words = WRONG[kind]
    port = CommandPort(
        python_program(tmp_path, "wrong", program({"transmit": answer})).removeprefix("cmd:"),
        limit_s=0.5 if kind == "hangs" else LIMIT_S,
    )
    port.prepare(*CASE)
    port.reset()
    with pytest.raises(AdapterError, match=words) as raised:
        port.transmit(GET_CHALLENGE)
    assert str(tmp_path) not in str(raised.value)
    with pytest.raises(AdapterError, match="broke earlier in this case"):
        port.reset()
    port.prepare(*CASE)
    assert port.reset() == b"\x3b\x00"
    port.close()


@pytest.mark.usefixtures("nothing_left")
def test_a_program_that_dies_is_started_a_few_times_and_its_last_words_are_kept(tmp_path: Path) -> None:
    port = open_card(python_program(tmp_path, "dying", program({})), seed=1)
    for _ in range(STARTS):
        port.prepare(*CASE)
        port.reset()
        with pytest.raises(AdapterError, match="ended instead of answering") as raised:
            port.transmit(GET_CHALLENGE)
        assert raised.value.__notes__ == ["its standard error: I do not know transmit"]
    with pytest.raises(AdapterError, match=f"broke {STARTS} times"):
        port.prepare(*CASE)
    port.close()


@pytest.mark.usefixtures("nothing_left")
def test_much_on_standard_error_neither_blocks_nor_is_kept(tmp_path: Path) -> None:
    noisy = program({"transmit": '{"response":"9000"}'}, prologue='sys.stderr.write("x" * 3_000_000)')
    port = open_card(python_program(tmp_path, "noisy", noisy), seed=1)
    assert port.transmit(GET_CHALLENGE) == b"\x90\x00"
    port.close()


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("ending", ["break", "close"])
def test_what_the_program_started_ends_with_it(ending: str, tmp_path: Path) -> None:
    prologue = f"""
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
"""
    port = open_card(
        python_program(tmp_path, "parent", program({"transmit": "?", "bye": "{}"}, prologue=prologue)), seed=1
    )
    handle = os.pidfd_open(int((tmp_path / "pid").read_text()))
    if ending == "break":
        with pytest.raises(AdapterError):
            port.transmit(GET_CHALLENGE)
    port.close()
    assert ended(handle)
    os.close(handle)


def ended(handle: int) -> bool:
    """Tell whether a process ends, within a bound."""
    return bool(select.select([handle], [], [], LIMIT_S)[0])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("{}", "answer to hello is not of the protocol"),
        ('{"name":"toy","faces":[]}', "answer to hello is not of the protocol"),
        ('{"name":"toy","faces":["optical"]}', "answer to hello is not of the protocol"),
        ('{"name":"two\\nlines","faces":["contact"]}', "answer to hello is not of the protocol"),
    ],
)
def test_a_wrong_hello_is_the_users_error_with_what_it_said(answer: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words) as raised:
        open_card(python_program(tmp_path, "wrong", program({"hello": answer})), seed=1)
    assert "it said: " in str(raised.value)


def test_another_hello_after_a_break_is_refused(tmp_path: Path) -> None:
    flag = tmp_path / "once"
    prologue = f"first = not os.path.exists({str(flag)!r}); open({str(flag)!r}, 'w').close()"
    text = program({}, prologue=prologue).replace(
        "    if do not in",
        "    if do == 'hello' and not first:\n"
        "        ANSWERS['hello'] = ANSWERS['hello'].replace('toy', 'other')\n    if do not in",
    )
    port = open_card(python_program(tmp_path, "changing", text), seed=1)
    with pytest.raises(AdapterError, match="ended instead"):
        port.transmit(GET_CHALLENGE)
    with pytest.raises(AdapterError, match="another hello"):
        port.prepare(*CASE)
    port.close()


def test_no_such_program_is_the_environments_fault() -> None:
    with pytest.raises(EnvironmentLacksError, match="cannot be started"):
        open_card("cmd:/nowhere/at/all --fast", seed=1)


def test_a_program_that_says_what_nobody_asked_is_broken(tmp_path: Path) -> None:
    chatty = program({"reset": '{"atr":"3B00"}\n{"response":"9000"}'})
    port = open_card(python_program(tmp_path, "chatty", chatty), seed=1)
    port.reset()
    with pytest.raises(AdapterError, match="was not asked"):
        port.transmit(GET_CHALLENGE)
    port.close()


def test_a_program_that_is_killed_from_outside_is_noticed(tmp_path: Path) -> None:
    killed = program({}, prologue="").replace(
        'sys.exit("I do not know " + do)', "os.kill(os.getpid(), signal.SIGKILL)"
    )
    port = open_card(python_program(tmp_path, "killed", killed), seed=1)
    with pytest.raises(AdapterError, match="ended instead of answering"):
        port.transmit(GET_CHALLENGE)
    port.close()
