"""Turns matplotlib's SVG into an inline element of the report.

What changes, and why:

- placeholders become words: each text group of :mod:`onecard.reports.canvas` gets one ``<text>`` per
  language, class ``en`` and ``zh``, and the page's style sheet shows one of them;
- ``style`` attributes become presentation attributes, and matplotlib's ``<style>`` and metadata go: the
  page's content security policy then needs no inline styles;
- ids that nothing refers to go, the others get the figure's prefix: ids are unique on the page;
- numbers are cut to two decimals: a hundredth of a pixel is enough.

Every text and attribute is escaped here; this is the only place that writes SVG.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from onecard.reports.texts import Words

__all__ = ["TextNode", "embed"]

_FONT = (
    "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, "
    "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
)
_DROPPED = frozenset({"metadata", "style", "title"})
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NUMERIC = frozenset({"d", "x", "y", "transform", "points", "width", "height"})


class TextNode(NamedTuple):
    """What stands where a placeholder was drawn."""

    words: Words
    role: str


def embed(
    source: str, *, prefix: str, texts: Mapping[str, TextNode], label: Words, size: tuple[float, float]
) -> Markup:
    """Rewrite a matplotlib SVG as an inline element.

    Args:
        source: The SVG document that matplotlib wrote.
        prefix: Put before each id that is kept.
        texts: Words by the group id of their placeholder.
        label: What a screen reader says instead of the drawing.
        size: Width and height in pixels.
    """
    root = ET.fromstring(source)  # noqa: S314 - written by matplotlib in this process
    writer = _Writer(prefix, texts, _referenced(root))
    body = Markup("").join(writer.element(child) for child in root)
    width, height = (f"{length:g}" for length in size)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' font-family="{font}" role="img" aria-label="{en}" data-label-en="{en}" data-label-zh="{zh}">'
        "{body}</svg>"
    ).format(w=width, h=height, font=_FONT, en=label.en, zh=label.zh, body=body)


def _referenced(root: ET.Element) -> set[str]:
    """Collect the ids that some attribute refers to."""
    found: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found.update(_REFERENCE.findall(value))
            if name.endswith("href") and value.startswith("#"):
                found.add(value[1:])
    return found


def _round(match: re.Match[str]) -> str:
    shown = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _short(value: str) -> str:
    return _NUMBER.sub(_round, value)


class _Writer:
    """Writes one element and what is in it."""

    def __init__(self, prefix: str, texts: Mapping[str, TextNode], kept_ids: set[str]) -> None:
        self._prefix = prefix
        self._texts = texts
        self._kept_ids = kept_ids

    def element(self, element: ET.Element) -> Markup:
        tag = element.tag.rpartition("}")[2]
        if tag in _DROPPED:
            return Markup("")
        node = self._texts.get(element.get("id", ""))
        if node is not None:
            return Markup("").join(self._text(child, node) for child in element)
        body = Markup("").join(self.element(child) for child in element)
        attributes = self._attributes(element)
        if tag == "g" and not attributes:
            return body
        if tag in {"g", "defs"} and not body:
            return Markup("")
        return Markup("<{tag}{attributes}>{body}</{tag}>").format(tag=tag, attributes=attributes, body=body)

    def _text(self, element: ET.Element, node: TextNode) -> Markup:
        """Write a placeholder's words: once if both languages read the same, else once for each."""
        attributes = self._attributes(element)
        english, chinese = node.words
        if english == chinese:
            return self._line(attributes, node.role, english, "")
        return self._line(attributes, f"en {node.role}", english, "en") + self._line(
            attributes, f"zh {node.role}", chinese, "zh"
        )

    @staticmethod
    def _line(attributes: Markup, classes: str, shown: str, language: str) -> Markup:
        if not shown:
            return Markup("")
        named = Markup(' class="{}"').format(classes.strip()) if classes.strip() else Markup("")
        spoken = (
            Markup(' lang="{}"').format("zh-CN" if language == "zh" else language) if language else Markup("")
        )
        return Markup("<text{}{}{}>{}</text>").format(named, spoken, attributes, shown)

    def _attributes(self, element: ET.Element) -> Markup:
        pairs: dict[str, str] = {}
        for name, value in element.attrib.items():
            short_name = name.rpartition("}")[2]
            if short_name == "id":
                if value in self._kept_ids:
                    pairs["id"] = f"{self._prefix}-{value}"
            elif short_name == "style":
                pairs |= self._presentation(value)
            elif short_name == "href":
                pairs["href"] = f"#{self._prefix}-{value[1:]}"
            elif short_name == "transform" and value.startswith("rotate(-0 "):
                continue
            else:
                pairs[short_name] = self._value(short_name, value)
        return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in pairs.items())

    def _presentation(self, style: str) -> dict[str, str]:
        """Turn ``fill: #fff; stroke: none`` into attributes; the font family is the page's."""
        declarations = (part.partition(":") for part in style.split(";") if part.strip())
        return {
            name.strip(): self._value(name.strip(), value.strip())
            for name, _, value in declarations
            if name.strip() != "font-family"
        }

    def _value(self, name: str, value: str) -> str:
        if name in _NUMERIC:
            return " ".join(_short(value).split())
        return _REFERENCE.sub(lambda match: f"url(#{self._prefix}-{match[1]})", value)
