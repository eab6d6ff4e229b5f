"""A letter in a browser (打印视图): one HTML page that needs nothing else, laid out for the screen and for A4 paper."""

import base64
import hashlib
from html import escape

from shared.documents.layout import (
    BODY_FACES,
    BODY_PT,
    BOTTOM_MM,
    FOOT_PT,
    LATIN_FACE,
    LEFT_MM,
    LINE_PT,
    RIGHT_MM,
    TITLE_FACES,
    TITLE_PT,
    TOP_MM,
)
from shared.domain.letter import Letter, date_in_words


def _faces(faces: tuple[str, ...]) -> str:
    return ", ".join(face if face == "serif" else f'"{face}"' for face in (LATIN_FACE, *faces))


STYLE = f"""
@page {{ size: A4; margin: {TOP_MM}mm {RIGHT_MM}mm {BOTTOM_MM}mm {LEFT_MM}mm;
  @bottom-center {{ content: "— " counter(page) " —"; font-size: {FOOT_PT}pt; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: #e8e8e8; color: #000; font: {BODY_PT}pt/{LINE_PT}pt {_faces(BODY_FACES)}; }}
main {{ max-width: 210mm; min-height: 297mm; margin: 8mm auto; background: #fff;
  padding: {TOP_MM}mm {RIGHT_MM}mm {BOTTOM_MM}mm {LEFT_MM}mm; overflow-wrap: anywhere; }}
h1 {{ margin: 0; font: {TITLE_PT}pt/1.5 {_faces(TITLE_FACES)}; text-align: center; }}
p {{ margin: 0; text-align: justify; text-indent: 2em; }}
.number {{ text-align: center; text-indent: 0; margin-bottom: {LINE_PT}pt; }}
.addressee {{ text-indent: 0; }}
.signature {{ break-inside: avoid; margin-top: {LINE_PT}pt; padding-right: 4em; text-align: right; }}
.signature div {{ display: inline-block; }}
.signature p {{ text-align: center; text-indent: 0; }}
@media screen and (max-width: 210mm) {{
  main {{ margin: 0; min-height: 0; padding: 8mm 6mm; }}
  .signature {{ padding-right: 0; }}
  body {{ background: #fff; }}
}}
@media print {{
  body {{ background: #fff; }}
  main {{ max-width: none; min-height: 0; margin: 0; padding: 0; }}
}}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Nothing is loaded and nothing runs; the page's own style is the only one."""


def print_view(letter: Letter) -> str:
    """The page of a letter; whatever people wrote is text."""
    title = f"{letter.number} {letter.title}"
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in letter.paragraphs)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(letter.unit)}<br>{escape(letter.title)}</h1>
<p class="number">{escape(letter.number)}</p>
<p class="addressee">{escape(letter.addressee)}：</p>
{paragraphs}
<div class="signature"><div>
<p>{escape(letter.unit)}</p>
<p><time datetime="{letter.on.isoformat()}">{date_in_words(letter.on)}</time></p>
</div></div>
</main>
</body>
</html>
"""
