"""Files: 9101 upload, 9102 download (settlement.md §2.3).

The text calls ``in`` a byte array and does not say how it looks in JSON. Base64 text and an array of numbers
are read, Base64 is written (§10 Q-22). Clients in Java may write bytes above 127 as negative numbers; they
are read as the byte that they mean. The answer to 9102 is the ZIP file itself, not an envelope.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    DateTimeOrEmpty,
    Message,
    Node,
    Text30,
    Text200,
    Upto30,
    Upto200,
)

__all__ = [
    "MAX_FILE_BYTES",
    "FileDownload",
    "FileDownloadInput",
    "FileUpload",
    "FileUploadInput",
    "FileUploadOutput",
]

MAX_FILE_BYTES = 16 * 1024 * 1024

_Byte = Annotated[int, Meta(ge=-128, le=255)]


class FileUpload(Node, kw_only=True):
    """9101 ``fsUploadIn``; in Python the field ``in`` is :attr:`in_`, bytes after decoding."""

    in_: (
        Annotated[bytes, Meta(min_length=1, max_length=MAX_FILE_BYTES)]
        | Annotated[list[_Byte], Meta(min_length=1, max_length=MAX_FILE_BYTES)]
    ) = msgspec.field(name="in")
    filename: Text200
    fixmedins_code: Text30

    def __post_init__(self) -> None:
        if isinstance(self.in_, list):
            self.in_ = bytes(number & 0xFF for number in self.in_)

    @property
    def content(self) -> bytes:
        """The file."""
        return bytes(self.in_)


class FileUploadInput(Message):
    """Input of 9101."""

    fsUploadIn: FileUpload  # noqa: N815 - the interface's own spelling


class FileUploadOutput(Message, kw_only=True):
    """Output of 9101, without a node."""

    file_qury_no: Text30
    filename: Upto200 = ""
    fixmedins_code: Upto30 = ""
    dld_endtime: DateTimeOrEmpty = ""


class FileDownload(Node, kw_only=True):
    """9102 ``fsDownloadIn``."""

    file_qury_no: Text30
    filename: Text200
    fixmedins_code: Text30


class FileDownloadInput(Message):
    """Input of 9102."""

    fsDownloadIn: FileDownload  # noqa: N815
