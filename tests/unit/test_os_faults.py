import errno
import os
from pathlib import Path

import pytest

from shared.os_faults import REASONS, reason_of


def test_what_the_system_refuses_is_said_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Errno") as missing:
        (tmp_path / "none").read_bytes()
    assert reason_of(missing.value) == ("没有这个文件或文件夹", "No such file or directory")
    with pytest.raises(OSError, match="Errno") as folder:
        tmp_path.write_bytes(b"")
    assert reason_of(folder.value) == ("是文件夹，不是文件", "Is a directory")


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_reason_is_chinese_without_the_system_s_own_words(code: int) -> None:
    zh, en = reason_of(OSError(code, os.strerror(code), "/data/x"))
    assert zh.encode("ascii", "ignore") == b""
    assert en == os.strerror(code)


def test_a_fault_that_has_no_words_here_keeps_its_number_and_the_system_s_words() -> None:
    unknown = reason_of(OSError(errno.EXDEV, os.strerror(errno.EXDEV)))
    assert str(errno.EXDEV) in unknown.zh
    assert os.strerror(errno.EXDEV) in unknown.zh
    assert reason_of(OSError("没有编号")) == ("没有编号", "没有编号")
