"""The report of a conformance run: one HTML file, English and Chinese, from a bundle alone."""

from __future__ import annotations

from onecard.reports.conformance.page import render_conformance_report

__all__ = ["render_conformance_report"]
