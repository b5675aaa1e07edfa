"""A small hand-made run, for tests that need a run folder but no engine."""

from pathlib import Path
from typing import Any

import msgspec

from onecard.sim.recording.canonical import digest_of, pretty
from onecard.sim.recording.manifest import Manifest, sealed
from onecard.sim.recording.recorder import Recorder, results_digest
from onecard.sim.recording.run_folder import EVENTS, MANIFEST, SCENARIO, SUMMARY
from onecard.sim.recording.summarise import summarise
from onecard.sim.recording.summary import Summary

FACTS: dict[str, Any] = {
    "scenario": "sample",
    "profile": "none",
    "date": "2019-04-23",
    "city": "310000",
    "labels": {"stop/park": ("Park", "公园")},
    "stop_by_service": {"park-entry": "park", "hospital-visit": "medical"},
    "stop_hours": {"park": "07:00", "medical": "10:00"},
}
SAMPLE_SCENARIO = {"name": "sample", "people": 2, "share": 1.0}
HOUR = 3_600_000_000


def record_sample(recorder: Recorder) -> None:
    """Two people: one enters the park after waiting 2 s, the other is refused at the hospital and pays."""
    recorder.people(0, "3.00", "1", 0, 1)
    recorder.people(1, "2.00", "4", 1, 1)
    gate = (7 * HOUR, 7 * HOUR + 2_000_000, 7 * HOUR + 4_000_000)
    park = (0, 0, "park", "park-entry", "park", "park/1")
    recorder.stage(*park, "gate", *gate, "card", 0)
    recorder.show(gate[1], *park, "gate", "card", "contactless", "identity-tap", "", 3, 260_000)
    recorder.visit(*park, 7 * HOUR, 7 * HOUR, 8 * HOUR, "done", "")
    cashier = (10 * HOUR, 10 * HOUR, 10 * HOUR + 60_000_000)
    refused = ("card", "contact", "medical-settle", "card-lost", 2, 900_000)
    visit = (64, 1, "medical", "hospital-visit", "hospital", "hospital/1")
    recorder.stage(*visit, "cashier", *cashier, "none", 1500)
    recorder.show(cashier[1], *visit, "cashier", *refused)
    recorder.visit(*visit, 10 * HOUR, 10 * HOUR, 11 * HOUR, "card-lost", "self-pay")
    recorder.refusal(10 * HOUR, *visit[:5], "card-lost", "self-pay", "apply-replacement")
    for header, sw in (
        (0x00A4040F, 0x611E),
        (0x00C00000, 0x9000),
        (0x00B20100, 0x9000),
        (0x80FA0000, 0x6108),
        (0x00200000, 0x63C3),
    ):
        recorder.apdu(7 * HOUR, 0, 0, "park/1", "contactless", header, 0, sw, 8)
    for account, kind, fen in (
        ("a/1", "person-cash", -1500),
        ("b/1", "institution", 1000),
        ("c/1", "fund", 500),
    ):
        recorder.posting(10 * HOUR, 1, "visit/64", "cash-purchase", account, kind, fen)
    recorder.settlement(10 * HOUR, 64, "outpatient", 1500, 500, 200, 800)
    recorder.station("park", "park/1", "gate", 2, 10 * HOUR, HOUR, 1, 0)
    recorder.message(10 * HOUR, 64, "hospital/1", "city/310000", "2207", "0", 100, 200, 5000)


def write_run(folder: Path) -> Summary:
    """Write the sample as a whole run folder and return its summary."""
    (folder / EVENTS).mkdir()
    recorder = Recorder(folder / EVENTS)
    record_sample(recorder)
    tables = recorder.close()
    summary = summarise(folder / EVENTS, facts=FACTS)
    encoded = msgspec.json.encode(summary)
    (folder / SUMMARY).write_bytes(encoded)
    (folder / SCENARIO).write_bytes(pretty(SAMPLE_SCENARIO, sort=True))
    manifest = Manifest(
        scenario="sample",
        scenario_sha256=digest_of(SAMPLE_SCENARIO),
        seed=1,
        engine="none",
        version="0",
        parameters={"people": 2, "origin": "file", "overrides": ["people=2"]},
    )
    manifest = sealed(manifest, results_digest(tables, encoded, manifest.provenance()))
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return summary
