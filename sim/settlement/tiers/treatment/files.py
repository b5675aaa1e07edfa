"""Files of institutions: 9101 upload, 9102 download, what the platform puts there (settlement.md §2.3).

A file belongs to one institution, which alone can fetch it, until ``dld_endtime``. Rows are never deleted;
the content of a file that can no longer be fetched is taken out of its row when its institution puts the next
one. Choices where the facts are silent: seven days to fetch, 64 MiB of files at a time for each institution.

9102 answers with the file itself instead of an envelope (§9 C-21). Actors speak in envelopes, so the tier
answers ``{"file": Base64, "filename": …}`` and the HTTP host makes the stream of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.settlement.messages.inputs import FileDownload
from onecard.sim.settlement.messages.outputs import FileUploadOutput
from onecard.sim.settlement.messages.reasons import Reason, RefusedError
from onecard.sim.settlement.store.rows_office import FileRow

if TYPE_CHECKING:
    from onecard.sim.settlement.store import Table
    from onecard.sim.settlement.tiers.call import Call
    from onecard.sim.settlement.tiers.city import CityTier
    from onecard.sim.settlement.tiers.kernel import Tier

__all__ = ["KEPT_US", "MAX_HELD_BYTES", "FileContent", "Files", "download", "upload"]

DAY_US = 86_400_000_000
KEPT_US = 7 * DAY_US
"""How long a file can be fetched."""
MAX_HELD_BYTES = 64 * 1024 * 1024
"""How much one institution may have in files that can be fetched."""


class FileContent(msgspec.Struct, frozen=True):
    """What the tier answers to 9102; ``file`` is Base64 in the message."""

    file: bytes
    filename: str


class Files:
    """The files of a city's institutions.

    Args:
        tier: whose store and calendar.
    """

    def __init__(self, tier: Tier) -> None:
        self._tier = tier
        self._rows: Table[FileRow] = tier.store.tables["FILE_D"]

    def put(self, *, fixmedins_code: str, filename: str, content: bytes, now_us: int) -> FileRow:
        """Keep a file for an institution.

        Args:
            fixmedins_code: who can fetch it.
            filename: its name.
            content: its bytes.
            now_us: the time.

        Returns:
            Its row, with the number to fetch it by and until when.

        Raises:
            RefusedError: the institution keeps too much.
        """
        held = self._drop_expired(fixmedins_code, now_us)
        if held + len(content) > MAX_HELD_BYTES:
            raise RefusedError(
                Reason.FILE_QUOTA, f"{held + len(content)} bytes, allowed are {MAX_HELD_BYTES}"
            )
        calendar, day = self._tier.calendar, self._tier.calendar.stamp(now_us)[2:8]
        row = FileRow(
            file_qury_no=f"F{self._tier.division}{day}{self._tier.sequence(f'file {day}'):07d}",
            fixmedins_code=fixmedins_code,
            filename=filename,
            size=len(content),
            content=content,
            created_us=now_us,
            dld_end_us=now_us + KEPT_US,
            dld_endtime=calendar.datetime(now_us + KEPT_US),
        )
        self._rows.put(row)
        return row

    def get(self, file_qury_no: str, *, fixmedins_code: str, now_us: int) -> FileRow:
        """Return a file of an institution.

        Raises:
            RefusedError: there is none under this number, it is another institution's, or its time is over.
        """
        row = self._rows.get(file_qury_no)
        if row is None or row.fixmedins_code != fixmedins_code:
            raise RefusedError(Reason.FILE_UNKNOWN, f"file_qury_no {file_qury_no}")
        if now_us > row.dld_end_us:
            raise RefusedError(Reason.FILE_EXPIRED, f"dld_endtime {row.dld_endtime}")
        return row

    def _drop_expired(self, fixmedins_code: str, now_us: int) -> int:
        """Take the content out of files that can no longer be fetched; return the bytes of the others."""
        held = 0
        for row in self._rows.by("fixmedins_code", fixmedins_code):
            if now_us <= row.dld_end_us:
                held += row.size
            elif row.content:
                self._rows.put(msgspec.structs.replace(row, content=b""))
        return held


def upload(city: CityTier, call: Call) -> FileUploadOutput:
    """Answer 9101."""
    data = call.node.fsUploadIn
    _check_owner(call, data.fixmedins_code)
    row = city.files.put(
        fixmedins_code=data.fixmedins_code,
        filename=data.filename,
        content=data.content,
        now_us=call.now_us,
    )
    return FileUploadOutput(
        file_qury_no=row.file_qury_no,
        filename=row.filename,
        fixmedins_code=row.fixmedins_code,
        dld_endtime=row.dld_endtime,
    )


def download(city: CityTier, call: Call) -> FileContent:
    """Answer 9102."""
    data: FileDownload = call.node.fsDownloadIn
    _check_owner(call, data.fixmedins_code)
    row = city.files.get(data.file_qury_no, fixmedins_code=data.fixmedins_code, now_us=call.now_us)
    if row.filename != data.filename:
        raise RefusedError(Reason.FILE_UNKNOWN, f"filename {data.filename}")
    return FileContent(file=row.content, filename=row.filename)


def _check_owner(call: Call, fixmedins_code: str) -> None:
    if fixmedins_code != call.here.fixmedins_code:
        raise RefusedError(Reason.INSTITUTION_UNKNOWN, f"fixmedins_code {fixmedins_code} is not the sender")
