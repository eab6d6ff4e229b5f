"""The API's documentation as a page of its own: three static files that show the OpenAPI document, nothing from elsewhere."""

from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from shared.web.problems import no_route

STATIC = Path(__file__).parent / "static"
FILES = {
    "": ("docs.html", "text/html"),
    "docs.css": ("docs.css", "text/css"),
    "docs.js": ("docs.js", "text/javascript"),
}


def docs_file(name: str) -> Response:
    """The page (empty name) or one of its files."""
    found = FILES.get(name)
    if found is None:
        raise no_route()
    return Response(_content(found[0]), media_type=found[1], headers={"Cache-Control": "max-age=300"})


@lru_cache(maxsize=8)
def _content(file: str) -> bytes:
    return (STATIC / file).read_bytes()
