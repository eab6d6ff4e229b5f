"""Letter templates as files (文书模板): YAML, one file a kind of letter and one of the words they share; all faults at once."""

from collections.abc import Mapping
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from shared.domain.letter import LetterField, Letters, LetterTemplate, TemplateProblem, Wording

WORDING = "wording"
M = TypeVar("M", LetterTemplate, Wording)


def read_letters(texts: Mapping[str, str], fields: Mapping[str, LetterField[Any]]) -> Letters[Any]:
    """The letters of ``texts`` (kind -> text of its file). Raises ``TemplateProblem`` naming file, place and fault."""
    faults: list[str] = []
    templates: dict[str, LetterTemplate] = {}
    for kind in sorted(texts.keys() - {WORDING}):
        template = _read(kind, texts[kind], LetterTemplate, faults)
        if template is not None and template.kind != kind:
            faults.append(f"{kind}: kind: the file is named {kind}, the letter {template.kind}")
        if template is not None:
            templates[kind] = template
    wording = _read(WORDING, texts.get(WORDING, ""), Wording, faults)
    if faults or wording is None:
        raise TemplateProblem(faults)
    return Letters(fields, templates, wording)


def _read(kind: str, text: str, model: type[M], faults: list[str]) -> M | None:
    try:
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        faults.append(f"{kind}: line {mark.line + 1 if mark else 1}: {getattr(problem, 'problem', problem)}")
    except ValidationError as problem:
        faults += [f"{kind}: {_place(error['loc'])}: {error['msg']}" for error in problem.errors()]
    return None


def _place(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".") or "file"
