"""Commands for the events of the state tables: PIN, keys, blocking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from card_samples import ORIGINAL
from state_scene import NEW_PIN, WRONG_PIN

from onecard.virtual_cards.security.messages import authentication_data, encrypt_data, session_key

if TYPE_CHECKING:
    from state_scene import Scene


def verify(scene: Scene, *, wrong: bool = False, last: bool = False) -> bytes:
    memory = scene.card.memory
    if last and memory.pin_tries_left:
        memory.pin_tries_left = 1
    pin = WRONG_PIN if wrong else memory.pin or NEW_PIN
    return bytes((0x00, 0x20, 0x00, 0x00, len(pin))) + pin


def change_pin(scene: Scene, new: bytes = NEW_PIN, *, wrong: bool = False, last: bool = False) -> bytes:
    memory = scene.card.memory
    if last and memory.pin_tries_left:
        memory.pin_tries_left = 1
    data = (WRONG_PIN if wrong else memory.pin) + b"\xff" + new
    return bytes((0x80, 0x5E, 0x01, 0x00, len(data))) + data


def unblock(scene: Scene, *, wrong: bool = False, last: bool = False, none_left: bool = False) -> bytes:
    memory = scene.card.memory
    scene.grant("PUK")
    if last and memory.key_failures.get("PUK", 0) < 3:
        memory.key_failures["PUK"] = 2
    if none_left:
        memory.pin_unblocks_left = 0
    return scene.secured("84240000", key="STK", wrong=wrong)


def puk_change(scene: Scene, pin: bytes = NEW_PIN) -> bytes:
    memory = scene.card.memory
    scene.grant("PUK")
    if not pin:
        return scene.secured("84240001", key="STK")
    session = session_key(memory.algorithm, memory.card_key("STK"), scene.challenge())
    return scene.secured("84240001", encrypt_data(memory.algorithm, session, pin), key="STK")


def external(scene: Scene, key: str, *, wrong: bool = False, version: int | None = None) -> bytes:
    memory = scene.card.memory
    slot = memory.layout.keys[key]
    proof = authentication_data(memory.algorithm, memory.card_key(key), scene.challenge(), ORIGINAL)
    data = bytes([proof[0] ^ wrong]) + proof[1:] + ORIGINAL
    if version is not None:
        data += bytes([version])
    return bytes((0x00, 0x82, 0x00, slot.key_id or 0, len(data))) + data


def other_key(scene: Scene) -> str:
    """Choose a key that counts its failures and is not the region's: a global one works everywhere."""
    return "UKSSSE" if scene.key != "UKSSSE" else "PUK"


def this_key(scene: Scene, *, wrong: bool = False, last: bool = False, version: int | None = None) -> bytes:
    failures = scene.card.memory.key_failures
    tries = scene.card.memory.layout.keys[scene.key].tries
    if last and failures.get(scene.key, 0) < tries:
        failures[scene.key] = tries - 1
    return external(scene, scene.key, wrong=wrong, version=version)


def block(scene: Scene, header: str, key: str | None, *, wrong: bool = False) -> bytes | None:
    application = header.startswith("841E")
    if not (application and scene.region.name == "blocking key"):
        scene.grant("BK")
    return None if key is None else scene.secured(header, key=key, wrong=wrong)


def application_block(scene: Scene, *, wrong: bool = False) -> bytes | None:
    return block(scene, "841E0001", scene.stk(), wrong=wrong)


def card_block(scene: Scene, *, wrong: bool = False) -> bytes | None:
    return block(scene, "84160000", "STK", wrong=wrong)
