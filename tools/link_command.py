"""Puts the `gongkai` command into this checkout's virtual environment without building a package."""

import site
import stat
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
Path(site.getsitepackages()[0], "gongkai.pth").write_text(f"{root}\n", encoding="utf-8")
command = Path(sys.prefix, "bin", "gongkai")
command.write_text(
    f"#!{sys.prefix}/bin/python\nfrom services.__main__ import main\n\nraise SystemExit(main())\n", encoding="utf-8"
)
command.chmod(command.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
