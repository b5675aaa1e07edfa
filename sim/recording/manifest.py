"""``manifest.json``: what a run was, how it was asked for, and the digests that hold it together.

Two runs of the same version, scenario and seed have the same ``results_sha256``, however they were asked
for: by name with overrides, or by the scenario file that the first one left. So that digest is over the
results and what was run. How it was asked for stands in the manifest, too, and ``manifest_sha256`` covers
all of it: no value of a run can be changed unnoticed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onecard.sim.recording.canonical import digest_of

__all__ = ["ASKED_FOR", "Manifest"]

ASKED_FOR = ("origin", "overrides")
"""Parameters that say how the scenario was put together; no result depends on them."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provenance of a run (architecture §3)."""

    scenario: str
    scenario_sha256: str
    """Of the checked scenario's canonical JSON, which stands in ``scenario.json``."""
    seed: int
    engine: str
    version: str
    parameters: dict[str, Any]
    results_sha256: str = ""
    manifest_sha256: str = ""
    """Of the canonical JSON of all other fields."""

    def provenance(self) -> dict[str, object]:
        """Return what was run, for the digest of the results."""
        parameters = {name: value for name, value in self.parameters.items() if name not in ASKED_FOR}
        return {**self._plain(), "parameters": parameters, "results_sha256": ""}

    def own_digest(self) -> str:
        """Return the digest of all fields but ``manifest_sha256``."""
        return digest_of(self._plain())

    def _plain(self) -> dict[str, object]:
        fields = msgspec.structs.asdict(self)
        del fields["manifest_sha256"]
        return fields


def sealed(manifest: Manifest, results_sha256: str) -> Manifest:
    """Put the digests into a manifest."""
    complete = msgspec.structs.replace(manifest, results_sha256=results_sha256)
    return msgspec.structs.replace(complete, manifest_sha256=complete.own_digest())
