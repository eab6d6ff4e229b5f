"""What Compose itself says of the file, where it is installed; it needs no engine for that."""

import shutil
import subprocess

import pytest

from tests.stack.compose_file import ROOT


def composes() -> bool:
    """Whether this machine has Compose v2."""
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "compose", "version"], capture_output=True).returncode == 0


def test_compose_reads_the_file_with_every_profile() -> None:
    if not composes():
        pytest.skip("no Docker Compose v2 on this machine; the file was checked against its schema alone")
    done = subprocess.run(
        ["docker", "compose", "--profile", "*", "config", "--quiet"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
