"""A letter as a Word document: the only door to python-docx. The same letter gives the same bytes, whenever it is printed."""

import io
import re
from datetime import UTC
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from shared.documents.fixed_archive import fixed
from shared.documents.layout import (
    BODY_FACES,
    BODY_PT,
    BOTTOM_MM,
    FOOT_FACES,
    FOOT_PT,
    LATIN_FACE,
    LEFT_MM,
    LINE_PT,
    PAGE_MM,
    RIGHT_MM,
    TITLE_FACES,
    TITLE_PT,
    TOP_MM,
    signature_indents,
)
from shared.domain.letter import Letter, date_in_words

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST_PROPERTY = 255
UNUSED_PARTS = frozenset({"stylesWithEffects", "thumbnail", "customXml", "numbering"})
STYLES = frozenset({"Normal", "DefaultParagraphFont", "TableNormal", "NoList", "Footer", "FooterChar"})


def word(letter: Letter) -> bytes:
    """The ``.docx`` of a letter."""
    document = Document()
    _lighten(document)
    _stand_ins(document)
    _page(document)
    _faces(document.styles["Normal"].element.get_or_add_rPr(), BODY_FACES[0])
    document.styles["Normal"].font.size = Pt(BODY_PT)
    for line in (letter.unit, letter.title):
        _title(document.add_paragraph(), line)
    _line(document, letter.number, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "")
    _line(document, f"{letter.addressee}：")
    for text in letter.paragraphs:
        _line(document, text, first=2, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    _line(document, "")
    day = date_in_words(letter.on)
    beside_unit, beside_day = signature_indents(letter.unit, day)
    _line(document, letter.unit, align=WD_ALIGN_PARAGRAPH.RIGHT, right=beside_unit, with_next=True)
    _line(document, day, align=WD_ALIGN_PARAGRAPH.RIGHT, right=beside_day)
    _properties(document, letter)
    made = io.BytesIO()
    document.save(made)
    return fixed(made.getvalue())


def _lighten(document: Any) -> None:
    """Leaves out what python-docx's own template brings along and no letter uses: it is nine tenths of the file."""
    for holder in (document.part, document.part.package):
        for key, relation in list(holder.rels.items()):
            if relation.reltype.rpartition("/")[2] in UNUSED_PARTS:
                holder.rels.pop(key)
    styles = document.styles.element
    for style in list(styles):
        if style.tag == qn("w:style") and style.get(qn("w:styleId")) not in STYLES:
            styles.remove(style)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _stand_ins(document: Any) -> None:
    """Names what stands in for a typeface that a machine has not: none of them is shipped."""
    part = next(r.target_part for r in document.part.rels.values() if r.reltype.endswith("/fontTable"))
    fonts = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for face, instead in ((TITLE_FACES[0], TITLE_FACES[3]), (BODY_FACES[0], BODY_FACES[2]))
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{fonts}</w:fonts>".encode())


def _page(document: Any) -> None:
    """A4 with the margins of the standard, and “— 1 —” at the outer edge: right on odd pages, left on even ones."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.footer_distance = Mm(BOTTOM_MM - 7 - 5)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(FOOT_PT)
        _run(paragraph, "— ", FOOT_FACES[0], FOOT_PT)
        _page_number(_run(paragraph, "", FOOT_FACES[0], FOOT_PT))
        _run(paragraph, " —", FOOT_FACES[0], FOOT_PT)


def _title(paragraph: Paragraph, text: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _spacing(paragraph)
    _run(paragraph, text, TITLE_FACES[0], TITLE_PT)


def _line(
    document: Any,
    text: str,
    *,
    first: int = 0,
    right: float = 0,
    align: WD_ALIGN_PARAGRAPH | None = None,
    with_next: bool = False,
) -> None:
    """A paragraph of the body; ``first`` and ``right`` are indents in characters."""
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    _spacing(paragraph)
    paragraph.paragraph_format.keep_with_next = with_next
    if first:
        paragraph.paragraph_format.first_line_indent = Pt(first * BODY_PT)
    if right:
        paragraph.paragraph_format.right_indent = Pt(right * BODY_PT)
    _run(paragraph, text, BODY_FACES[0], BODY_PT)


def _spacing(paragraph: Paragraph) -> None:
    form = paragraph.paragraph_format
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = Pt(LINE_PT)
    form.space_before = form.space_after = Pt(0)


def _run(paragraph: Paragraph, text: str, face: str, size: int) -> Run:
    run = paragraph.add_run(NO_XML.sub("\ufffd", text))
    run.font.size = Pt(size)
    _faces(run._r.get_or_add_rPr(), face)
    return run


def _faces(properties: Any, face: str) -> None:
    """Latin and Chinese typefaces apart: python-docx itself sets the Latin one only."""
    fonts = properties.get_or_add_rFonts()
    for place, name in (("ascii", LATIN_FACE), ("hAnsi", LATIN_FACE), ("cs", LATIN_FACE), ("eastAsia", face)):
        fonts.set(qn(f"w:{place}"), name)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:hint"), "eastAsia")


def _page_number(run: Run) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _properties(document: Any, letter: Letter) -> None:
    core = document.core_properties
    core.title, core.subject = letter.title, letter.number
    core.author = core.last_modified_by = letter.unit[:LONGEST_PROPERTY]
    core.comments, core.keywords, core.revision, core.language = "", "", 1, "zh-CN"
    core.created = core.modified = letter.recorded.astimezone(UTC).replace(microsecond=0, tzinfo=None)
