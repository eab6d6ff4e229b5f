"""Fetches a Kafka broker's Java archives through Maven into `.backends/kafka/libs`, for the tests that need a real one.

Run it as ``python -m tools.make_kafka``; it does nothing when the archives that ``tools/kafka/pom.xml`` names are there.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POM = ROOT / "tools" / "kafka" / "pom.xml"
LIBS = ROOT / ".backends" / "kafka" / "libs"
STAMP = "pom.xml"
"""A copy of the pom beside the archives says from which they were fetched."""


def there() -> bool:
    """Whether the archives are those that the pom names."""
    stamp = LIBS / STAMP
    return stamp.is_file() and stamp.read_bytes() == POM.read_bytes()


def missing_tools() -> list[str]:
    """What the machine lacks, each with how to get it."""
    wanted = {"java": "default-jre-headless", "mvn": "maven"}
    return [f"{tool} (apt-get install {package})" for tool, package in wanted.items() if shutil.which(tool) is None]


def fetch() -> None:
    """Fetches all archives anew. Raises ``CalledProcessError`` when Maven fails; then nothing is there."""
    shutil.rmtree(LIBS, ignore_errors=True)
    LIBS.mkdir(parents=True)
    subprocess.run(  # noqa: S603 (the arguments are this file's own)
        [
            *("mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"),
            *(f"-DoutputDirectory={LIBS}", "-DincludeScope=runtime"),
        ],
        check=True,
    )
    shutil.copyfile(POM, LIBS / STAMP)


def main() -> int:
    """0 when the archives are there, else 1 with the reason on stderr."""
    if there():
        return 0
    if lacking := missing_tools():
        sys.stderr.write(f"missing: {', '.join(lacking)}\n")
        return 1
    try:
        fetch()
    except subprocess.CalledProcessError:
        shutil.rmtree(LIBS, ignore_errors=True)
        sys.stderr.write("Maven could not fetch the archives; what it said is above\n")
        return 1
    sys.stderr.write(f"{len(list(LIBS.glob('*.jar')))} Java archives in {LIBS.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
