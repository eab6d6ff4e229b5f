"""The same questions asked of a serving process over HTTP, with the token from ``GONGKAI_TOKEN``."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson

from services.cli import options
from services.cli.options import Refused


class Remote:
    """One serving process."""

    def __init__(self, url: str) -> None:
        token = os.environ.get("GONGKAI_TOKEN")
        headers = {"Accept-Language": options.current.lang}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx2.Client(base_url=url, headers=headers, timeout=300)
        self._url = url

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """A document."""
        return self._answer("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(
        self, path: str, *, content: bytes = b"", query: dict[str, Any] | None = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        """A document that a command left."""
        return self._answer(
            "POST",
            path,
            content=content,
            params={k: v for k, v in (query or {}).items() if v is not None},
            headers={"Content-Type": kind},
        )

    def file(self, path: str, **query: Any) -> bytes:
        """A file as it is."""
        return self._response("GET", path, params={k: v for k, v in query.items() if v is not None}).content

    def lines(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """A document a line."""
        wanted = {k: v for k, v in query.items() if v is not None}
        try:
            with self._client.stream("GET", path, params=wanted) as response:
                if response.status_code >= 400:
                    response.read()
                    raise _refused(response)
                for line in response.iter_lines():
                    if line:
                        yield orjson.loads(line)
        except httpx2.TransportError as problem:
            raise Refused(f"{self._url}: {problem}") from problem

    def get_file(self, path: str, **query: Any) -> tuple[bytes, int]:
        """A workbook, and how many rows it says it has."""
        response = self._response("GET", path, params=query)
        return response.content, int(response.headers.get("Register-Rows", 0))

    def send_file(self, path: str, file: Path, **query: Any) -> dict[str, Any]:
        """Uploads a file."""
        return self.post(
            path, content=file.read_bytes(), query={"filename": file.name, **query}, kind="application/octet-stream"
        )

    def _answer(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        found = orjson.loads(self._response(method, path, **how).content)
        if not isinstance(found, dict):
            raise Refused(f"{self._url}{path}: unexpected answer")
        return found

    def _response(self, method: str, path: str, **how: Any) -> httpx2.Response:
        try:
            response = self._client.request(method, path, **how)
        except httpx2.TransportError as problem:
            raise Refused(f"{self._url}: {problem}") from problem
        if response.status_code >= 400:
            raise _refused(response)
        return response


def _refused(response: httpx2.Response) -> Refused:
    bad_field = response.status_code == 422
    try:
        problem = orjson.loads(response.content)
        said = f"{response.status_code} {problem.get('title', '')}：{problem.get('detail', '')}"
        field = problem.get("field") or ""
        if bad_field and field not in said:
            said = f"{said}（{field}）"
    except (orjson.JSONDecodeError, AttributeError):
        said = f"{response.status_code} {response.reason_phrase}"
    return Refused(said, bad_field=bad_field)
