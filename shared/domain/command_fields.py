"""Fields that commands of several kinds have in common, worded once for all forms."""

from typing import Any

from shared.domain.kind import field
from shared.domain.text import Text


def attachments(basis: Text) -> Any:
    """附件: ids of uploaded files, at most 20, none by default."""
    return field(
        Text("附件", "Attachments"),
        help=Text("先上传文件，再填文件编号，最多 20 个。", "Upload the files first, then give their ids; at most 20."),
        widget="files",
        basis=basis,
        default=(),
        max_length=20,
    )
