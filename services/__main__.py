"""The `gongkai` command: options that stand anywhere, then the command itself."""

import io
import os
import sys


def write_whole() -> None:
    """Python's unbuffered output (PYTHONUNBUFFERED) drops what a full pipe does not take at once; a buffer asks again."""
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.FileIO):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=sys.stdout.encoding, errors=sys.stdout.errors, line_buffering=True
        )


def main() -> int:
    """Runs one command line; returns its exit status."""
    from services.cli import options
    from services.cli.outlet import emptied, open_outlet

    open_outlet()
    status = _run()
    unwritten = emptied()
    if unwritten is None:
        return status
    sys.stderr.write(options.current.say(unwritten) + "\n")
    return status or 1


def _run() -> int:
    from services.cli import options

    write_whole()
    try:
        found, words = options.take(sys.argv[1:], os.environ)
    except options.Usage as usage:
        sys.stderr.write(usage.message.in_(options.language_asked(sys.argv[1:], os.environ)) + "\n")
        return 2
    options.use(found)
    from typer._click.exceptions import UsageError

    from services.cli.commands import app
    from services.cli.usage import told

    try:
        status = app(words, prog_name="gongkai", standalone_mode=False)
    except UsageError as fault:
        sys.stderr.write(told(fault))
        return fault.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    raise SystemExit(main())
