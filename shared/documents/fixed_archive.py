"""An office file (.xlsx, .docx) whose bytes depend on its content alone, not on the clock or the compression library."""

import io
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)


def fixed(archive: bytes) -> bytes:
    """The same archive with every time at the epoch and nothing compressed: another zlib would give other bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as after:
        for entry in before.infolist():
            same = zipfile.ZipInfo(entry.filename, EPOCH)
            same.create_system = 0  # else the operating system's number
            after.writestr(same, before.read(entry))
    return out.getvalue()
