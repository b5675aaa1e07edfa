"""XML of generation A: GBK text, read safely and written exactly (settlement.md §2.6).

The standard parser knows no GBK, so the text is decoded here, strictly, by the encoding that the document
declares; without a declaration it is GBK, the interface's own. A document type is refused before anything in
it is looked at, and with it every entity of its own, inside or outside. Size and depth have limits.

Characters that GBK lacks, such as those of rare surnames, are written as character references; what XML
cannot hold at all becomes a question mark.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET
from xml.parsers import expat

__all__ = ["MAX_XML_BYTES", "XmlError", "read_xml", "write_xml"]

MAX_XML_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 8
_DECLARATION = re.compile(rb"\A\s*<\?xml\b([^>]*)\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CODECS = {"gbk": "gbk", "gb2312": "gbk", "gb18030": "gb18030", "utf-8": "utf-8"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmlError(ValueError):
    """A document of generation A that cannot be read; one line."""


def _text(document: bytes) -> str:
    document = document.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARATION.match(document)
    encoding = _ENCODING.search(declared[1]) if declared else None
    name = encoding[1].decode().lower() if encoding else "gbk"
    if name not in _CODECS:
        raise XmlError(f"encoding {name!r}, allowed are {', '.join(_CODECS)}")
    try:
        return document[declared.end() if declared else 0 :].decode(_CODECS[name])
    except UnicodeDecodeError as error:
        raise XmlError(f"byte {error.start} is not {name}: {error.reason}") from None


def read_xml(document: bytes, *, root: str) -> ET.Element:
    """Read a document.

    Args:
        document: at most :data:`MAX_XML_BYTES`.
        root: name that the root element must have.

    Raises:
        XmlError: too long, another encoding, not well-formed, with a document type, nested more than 8 deep,
            or with another root.
    """
    if len(document) > MAX_XML_BYTES:
        raise XmlError(f"document has {len(document)} bytes, allowed are {MAX_XML_BYTES}")
    builder = ET.TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise XmlError(f"element {name!r} is nested deeper than {_MAX_DEPTH}")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_declaration: object) -> None:
        raise XmlError("a document type is not allowed")

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(_text(document).encode(), True)
    except expat.ExpatError as error:
        raise XmlError(f"not well-formed XML: {error}") from None
    tree = builder.close()
    if tree.tag != root:
        raise XmlError(f"root element is {tree.tag!r}, expected {root!r}")
    return tree


def write_xml(tree: ET.Element) -> bytes:
    """Write a document in GBK with its declaration."""
    for element in tree.iter():
        if element.text:
            element.text = _NOT_XML.sub("?", element.text)
    body = ET.tostring(tree, encoding="unicode", short_empty_elements=False)
    return b'<?xml version="1.0" encoding="GBK" standalone="yes"?>' + body.encode("gbk", "xmlcharrefreplace")
