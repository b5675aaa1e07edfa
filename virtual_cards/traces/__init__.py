"""Traces of terminals at cards, as data: read, checked, and replayed against any card."""

from onecard.virtual_cards.traces.devices import Devices, issue_devices
from onecard.virtual_cards.traces.document import Step, Trace, TraceError, Variant, read_trace, read_traces
from onecard.virtual_cards.traces.replay import Frame, Mismatch, Replay, replay

__all__ = [
    "Devices",
    "Frame",
    "Mismatch",
    "Replay",
    "Step",
    "Trace",
    "TraceError",
    "Variant",
    "issue_devices",
    "read_trace",
    "read_traces",
    "replay",
]
