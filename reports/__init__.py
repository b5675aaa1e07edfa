"""Figures and reports of runs."""

from onecard.reports.render import render_report

__all__ = ["render_report"]
