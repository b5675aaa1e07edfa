"""Commands for the events of the state tables: selecting, reading, writing.

A builder returns the command for the card as it stands, or ``None`` where the event cannot happen (an
application without transparent files has no READ BINARY).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state_scene import Scene

    from onecard.virtual_cards.layouts import ElementaryFile


def select(name: str, *, le: str = "00") -> bytes:
    fid = {"MF": "3F00", "SSSE": "DDF1"}.get(name, name)
    return bytes.fromhex(f"00A4000002{fid}{le}")


def another(scene: Scene) -> bytes:
    # DF02 and DF03: never DF01, which the region "power" blocks.
    return select({"MF": "SSSE", "DF02": "DF03"}.get(scene.application, "DF02"))


def other_when_blocking(scene: Scene) -> bytes:
    if scene.region.name == "power" and scene.application == "DF01":
        return select("SSSE")
    return another(scene)


def by_name(scene: Scene, name: str) -> bytes:
    aid = scene.card.memory.layout.by_name[name].aid
    return bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid + b"\x00"


def some_file(scene: Scene) -> bytes:
    df = scene.card.memory.layout.by_name.get(scene.application)
    return bytes.fromhex(f"00A4020002{df.files[0].fid:04X}" if df and df.files else "00A4020002EF05")


def read_record(scene: Scene, *, asks: bool = False) -> bytes | None:
    file = scene.file(transparent=False, write=False, asks=asks)
    if file is None:
        return None if scene.application != "MF" else bytes.fromhex("00B2012C06")
    record = scene.card.memory.records(file)[0]
    return bytes((0x00, 0xB2, 0x01, file.sfi << 3 | 4, len(record)))


def record_data(scene: Scene, file: ElementaryFile) -> tuple[str, bytes]:
    """Return P1 P2 and data that the file takes: its first record again, or one more where none is."""
    if file.cyclic:
        return f"00{file.sfi << 3 | 3:02X}", b"\x31" * file.size
    return f"01{file.sfi << 3 | 4:02X}", next(iter(scene.card.memory.records(file)), b"\xee\x00")


def update_record(scene: Scene, *, asks: bool = False) -> bytes | None:
    file = scene.file(transparent=False, write=True, asks=asks)
    if file is None:
        return None if scene.application != "MF" else bytes.fromhex("00DC012C03AA0100")
    parameters, data = record_data(scene, file)
    return bytes.fromhex(f"00DC{parameters}{len(data):02X}") + data


def update_record_with_mac(scene: Scene, *, wrong: bool = False) -> bytes | None:
    file, key = scene.file(transparent=False, write=True), scene.stk()
    if scene.application == "MF":
        return scene.secured("04DC012C", bytes.fromhex("AA0100"), key="STK", wrong=wrong)
    if file is None or key is None:
        return None
    parameters, data = record_data(scene, file)
    return scene.secured(f"04DC{parameters}", data, key=key, wrong=wrong)


def no_transparent_file(scene: Scene, command: str) -> bytes | None:
    """Address EF05 all the same where a table says what comes of it, else let the event not happen."""
    if scene.application != "MF" and scene.region.name != "purse":
        return None
    scene.grant("UK1DF04", "RK1DF04")
    return bytes.fromhex(command.format("85"))


def read_binary(scene: Scene, *, asks: bool = False) -> bytes | None:
    file = scene.file(transparent=True, write=False, asks=asks)
    if file is None:
        return no_transparent_file(scene, "00B0{}0001")
    return bytes((0x00, 0xB0, 0x80 | file.sfi, 0x00, 0x01))


def update_binary(scene: Scene, *, asks: bool = False) -> bytes | None:
    file = scene.file(transparent=True, write=True, asks=asks)
    if file is None:
        return no_transparent_file(scene, "00D6{}0001A5")
    return bytes((0x00, 0xD6, 0x80 | file.sfi, 0x00, 0x01, 0xA5))


def update_binary_with_mac(scene: Scene, *, wrong: bool = False) -> bytes | None:
    file, key = scene.file(transparent=True, write=True), scene.stk()
    if file is None or key is None:
        return no_transparent_file(scene, "04D6{}0005A500000000")
    return scene.secured(f"04D6{0x80 | file.sfi:02X}00", b"\xa5", key=key, wrong=wrong)


def current_record(scene: Scene, *, write: bool) -> bytes:
    """Address the first record of the current EF, whatever EF that is."""
    session = scene.card.session
    file = session.file if session else None
    if session is None or file is None:
        return bytes.fromhex("00DC010403AA0100" if write else "00B2010403")
    session.rights |= (file.write if write else file.read).rights
    record = scene.card.memory.records(file)[0]
    if write:
        return bytes((0x00, 0xDC, 0x01, 0x04, len(record))) + record
    return bytes((0x00, 0xB2, 0x01, 0x04, len(record)))
