import hashlib
import random
import struct
import zipfile
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.kind import RuleBroken
from shared.security.files import LONGEST_NAME, TYPES, Attachment, FileRefused, Files, checked, clean_name
from shared.security.keys import Keys
from shared.security.sealing import CipherName
from shared.security.vault import Vault, VaultProblem
from shared.storage.port import StoreAway
from tests.compound_files import SHEETS, SIGNATURE, WORD, compound
from tests.unit.vault_in_memory import VaultInMemory

KEYS = Keys(bytes(range(32)), Ed25519PrivateKey.generate())
CASE = "M2026-000123"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)
JPG = b"\xff\xd8\xff\xe0" + bytes(30)
DOC = compound({"WordDocument": WORD, "1Table": bytes(4096), "\x05SummaryInformation": bytes(100)})
XLS = compound({"Workbook": SHEETS, "\x05SummaryInformation": bytes(100)})


class Shelf:
    """The ``FileStore`` port on a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, str, str | None, bytes]] = {}

    async def keep(
        self, sha256: str, name: str, media_type: str, size: int, sealed_ref: str | None, body: bytes
    ) -> None:
        self.kept.setdefault(sha256, (name, media_type, sealed_ref, body))

    async def fetch(self, sha256: str) -> tuple[str, str, str | None, bytes] | None:
        return self.kept.get(sha256)


def container(*parts: str, extra: bytes = b"") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, b"<xml/>")
        if extra:
            archive.writestr("media/extra.bin", extra)
    return out.getvalue()


DOCX = container("[Content_Types].xml", "word/document.xml")
XLSX = container("[Content_Types].xml", "xl/workbook.xml")
GOOD = {
    "pdf": PDF,
    "docx": DOCX,
    "xlsx": XLSX,
    "pptx": container("[Content_Types].xml", "ppt/presentation.xml"),
    "ofd": container("OFD.xml", "Doc_0/Document.xml"),
    "doc": DOC,
    "xls": XLS,
    "wps": DOC,
    "et": XLS,
    "jpg": JPG,
    "jpeg": JPG,
    "png": PNG,
    "txt": "路灯坏了\r\n\t请修".encode(),
}


def refusal(name: str, body: bytes, largest: int = 20 << 20) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        checked(name, body, field="attachments", largest=largest)
    assert refused.value.field == "attachments"
    assert refused.value.message.zh
    assert refused.value.message.en
    return refused.value


def outcome(name: str, body: bytes) -> str:
    try:
        checked(name, body, field="attachments")
    except FileRefused as refused:
        return refused.code
    return "taken"


def test_there_is_a_sample_of_every_type() -> None:
    assert set(GOOD) == set(TYPES)


@pytest.mark.parametrize("extension", GOOD)
def test_a_file_whose_content_is_what_its_name_says_comes_in(extension: str) -> None:
    name, media_type = checked(f"材料.{extension.upper()}", GOOD[extension], field="attachments")
    assert name == f"材料.{extension.upper()}"
    assert media_type == TYPES[extension].media_type


@pytest.mark.parametrize("named", GOOD)
@pytest.mark.parametrize("content", ["pdf", "docx", "xlsx", "doc", "xls", "png", "jpg"])
def test_a_file_that_is_something_else_than_it_says_is_refused(named: str, content: str) -> None:
    if GOOD[named] == GOOD[content]:
        assert TYPES[named].begins == TYPES[content].begins
    elif named == "txt" and content == "pdf":
        assert checked("a.txt", GOOD[content], field="attachments")
    else:
        assert refusal(f"材料.{named}", GOOD[content]).code == "content"


@pytest.mark.parametrize(
    "name", ["a.exe", "a.zip", "a.html", "a.svg", "a.docm", "a.pdf.js", "a", ".pdf", "a.", "a.pdf .exe", "a.rar"]
)
def test_other_types_are_refused_and_the_allowed_ones_named(name: str) -> None:
    refused = refusal(name, PDF)
    assert refused.code == "type"
    assert "docx" in refused.message.zh


def test_a_plain_zip_is_no_office_document_whatever_its_name() -> None:
    assert refusal("a.docx", container("readme.txt")).code == "content"
    assert refusal("a.docx", XLSX).code == "content"


def test_a_file_over_the_limit_is_refused_with_the_limit() -> None:
    assert checked("a.pdf", PDF, field="f", largest=len(PDF))
    refused = refusal("a.pdf", PDF, largest=len(PDF) - 1)
    assert refused.code == "too_large"
    assert "1 MiB" in refusal("a.pdf", PDF + bytes(2 << 20), largest=1 << 20).message.en


def test_an_empty_file_is_refused() -> None:
    assert refusal("a.txt", b"").code == "empty"


@pytest.mark.parametrize("body", ["路灯".encode("gbk"), b"MZ\x90\x00", b"a\x00b", b"\x1b[2J", "路灯".encode("utf-16")])
def test_a_text_file_is_readable_utf_8(body: bytes) -> None:
    assert refusal("a.txt", body).code == "content"
    assert checked("a.txt", "\ufeff路灯".encode(), field="f")


def test_a_container_that_unpacks_to_far_more_is_refused() -> None:
    assert refusal("a.docx", container("word/document.xml", extra=bytes(60 << 20))).code == "bomb"
    assert refusal("a.docx", container("word/document.xml", extra=bytes(201 << 20))).code == "bomb"


def test_a_well_packed_honest_document_comes_in() -> None:
    noise = random.Random(1).randbytes(1 << 20)
    assert checked("a.xlsx", container("xl/workbook.xml", extra=noise + bytes(20 << 20)), field="f")
    assert checked("a.xlsx", container("xl/workbook.xml", extra=bytes(5 << 20)), field="f")


def test_a_container_that_lies_about_its_sizes_is_refused() -> None:
    body = bytearray(container("word/document.xml", extra=bytes(60 << 20)))
    entry = body.rindex(b"PK\x01\x02")
    body[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert refusal("a.docx", bytes(body)).code in {"content", "bomb"}


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_container_packed_in_a_way_no_office_program_uses_is_refused(packing: int) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("word/document.xml", b"<xml/>")
    assert refusal("a.docx", out.getvalue()).code == "content"


def test_a_container_of_very_many_parts_is_refused() -> None:
    assert refusal("a.docx", container("word/document.xml", *(f"p/{n}" for n in range(2001)))).code == "bomb"


def test_a_document_with_macros_or_a_password_is_refused() -> None:
    assert refusal("a.docx", container("word/document.xml", "word/vbaProject.bin")).code == "macros"
    locked = bytearray(DOCX)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := locked.find(mark, start + 1)) >= 0:
            locked[start + place] |= 1
    assert refusal("a.docx", bytes(locked)).code == "locked"


@given(cut=st.integers(5, len(DOCX) - 1), flip=st.integers(0, len(DOCX) - 1))
def test_a_damaged_container_is_refused_or_taken_but_never_breaks(cut: int, flip: int) -> None:
    assert refusal("a.docx", DOCX[:cut]).code == "content"
    changed = bytearray(DOCX)
    changed[flip] ^= 0xFF
    assert outcome("a.docx", bytes(changed)) in {"taken", "content", "locked", "bomb"}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("材料.pdf", "材料.pdf"),
        ("C:\\Users\\张三\\材料.pdf", "材料.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("材料\u202efdp.exe", "材料fdp.exe"),
        ("a\u200b.pdf", "a.pdf"),
        (' a <b>:"c"|?*.pdf ', "a _b___c____.pdf"),
        (".pdf", "pdf"),
        ("...", "附件"),
        ("", "附件"),
        ("/", "附件"),
        ("con.pdf", "_con.pdf"),
        ("NUL", "_NUL"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
    ],
)
def test_a_name_is_cleaned(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(name=st.text(max_size=300))
def test_every_clean_name_is_short_harmless_and_stays_itself(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= LONGEST_NAME
    assert not set(clean) & set('/\\<>:"|?*\x00\r\n')
    assert not clean.startswith(".")
    assert clean_name(clean) == clean


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def store() -> VaultInMemory:
    return VaultInMemory()


@pytest.fixture(params=["AES-256-GCM", "SM4-GCM"])
def cipher(request: pytest.FixtureRequest) -> CipherName:
    named: CipherName = request.param
    return named


@pytest.fixture
def files(shelf: Shelf, store: VaultInMemory, cipher: CipherName) -> Files:
    return Files(shelf, Vault(store, KEYS, cipher=cipher), cipher=cipher)


async def a_writer(store: VaultInMemory) -> str:
    vault = Vault(store, KEYS)
    sealed = await vault.prepare(case=CASE, seed="c-1", writer=None, values={"text": ("路灯", "writer")})
    store.commit(sealed)
    assert sealed.writer is not None
    return sealed.writer


async def test_an_official_file_is_kept_by_its_content(files: Files) -> None:
    kept = await files.keep("通知.pdf", PDF)
    assert kept == Attachment(hashlib.sha256(PDF).hexdigest(), "通知.pdf", "application/pdf", len(PDF))
    assert await files.open(kept.id) == (kept, PDF)
    assert await files.open("0" * 64) is None


async def test_a_personal_file_is_stored_sealed_and_nameless(files: Files, shelf: Shelf) -> None:
    kept = await files.keep_personal("张三身份证.png", PNG)
    name, _, sealed_ref, body = shelf.kept[kept.id]
    assert name == ""
    assert sealed_ref is not None
    assert PNG not in body
    assert kept.id != hashlib.sha256(PNG).hexdigest()
    assert await files.open(kept.id) == (kept, PNG)


async def test_the_same_personal_file_of_two_people_is_two_files(files: Files) -> None:
    first, second = await files.keep_personal("a.png", PNG), await files.keep_personal("a.png", PNG)
    assert first.id != second.id


@pytest.mark.parametrize("times", [1, 2])
async def test_a_claimed_file_is_erased_with_its_writer(files: Files, store: VaultInMemory, times: int) -> None:
    kept = await files.keep_personal("a.png", PNG)
    writer = await a_writer(store)
    for _ in range(times):
        await files.claim([kept.id], case=CASE, writer=writer)
    assert await files.open(kept.id) == (kept, PNG)
    assert f"u:{kept.id}" not in store.subjects
    await Vault(store, KEYS).erase(writer)
    assert await files.open(kept.id) is None
    assert not store.sealed


async def test_a_file_of_a_case_without_a_writer_stays_when_a_writer_is_erased(
    files: Files, store: VaultInMemory
) -> None:
    kept = await files.keep_personal("调查.docx", DOCX)
    writer = await a_writer(store)
    await files.claim([kept.id], case=CASE, writer=None)
    await Vault(store, KEYS).erase(writer)
    assert await files.open(kept.id) == (kept, DOCX)


async def test_a_claimed_file_cannot_be_claimed_by_another(files: Files, store: VaultInMemory) -> None:
    kept = await files.keep_personal("a.png", PNG)
    writer = await a_writer(store)
    await files.claim([kept.id], case=CASE, writer=writer)
    await files.claim([kept.id], case="M2026-000999", writer=None)
    await Vault(store, KEYS).erase(writer)
    assert await files.open(kept.id) is None


async def test_an_upload_for_an_erased_writer_is_gone(files: Files, store: VaultInMemory) -> None:
    kept = await files.keep_personal("a.png", PNG)
    with pytest.raises(RuleBroken):
        await files.claim([kept.id], case=CASE, writer="s:gone")
    assert await files.open(kept.id) is None
    assert not store.subjects


async def test_a_store_that_goes_away_while_claiming_loses_no_file(files: Files, store: VaultInMemory) -> None:
    kept = await files.keep_personal("a.png", PNG)
    writer = await a_writer(store)
    store.full = True
    with pytest.raises(StoreAway):
        await files.claim([kept.id], case=CASE, writer=writer)
    assert await files.open(kept.id) == (kept, PNG)
    store.full = False
    await files.claim([kept.id], case=CASE, writer=writer)
    await Vault(store, KEYS).erase(writer)
    assert await files.open(kept.id) is None


async def test_claiming_an_official_or_unknown_file_changes_nothing(files: Files, store: VaultInMemory) -> None:
    kept = await files.keep("通知.pdf", PDF)
    await files.claim([kept.id, "0" * 64], case=CASE, writer=None)
    assert await files.open(kept.id) == (kept, PDF)
    assert not store.subjects


@pytest.mark.parametrize("personal", [False, True])
async def test_a_changed_file_is_noticed(files: Files, shelf: Shelf, personal: bool) -> None:
    kept = await (files.keep_personal if personal else files.keep)("a.png", PNG)
    name, media_type, ref, body = shelf.kept[kept.id]
    shelf.kept[kept.id] = (name, media_type, ref, body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(VaultProblem, match="not what was uploaded"):
        await files.open(kept.id)


async def test_a_refused_file_leaves_nothing(files: Files, shelf: Shelf, store: VaultInMemory) -> None:
    for keep in (files.keep, files.keep_personal):
        with pytest.raises(FileRefused):
            await keep("a.exe", b"MZ")
    assert not shelf.kept
    assert not store.subjects


MARK = "机密★10年"
IN_A_PART: dict[str, tuple[str, str, str]] = {
    "a paragraph": ("docx", "word/document.xml", "<w:p>各单位：</w:p><w:p>{}</w:p><w:p>略</w:p>"),
    "a header": ("docx", "word/header1.xml", "<w:p>{}</w:p>"),
    "a footnote": ("docx", "word/footnotes.xml", "<w:footnote><w:p>{}</w:p></w:footnote>"),
    "a text box": ("docx", "word/document.xml", "<w:p><w:txbxContent><w:p>{}</w:p></w:txbxContent></w:p>"),
    "a watermark": ("docx", "word/header2.xml", "<v:shape><v:textpath string='{}'/></v:shape>"),
    "the title": ("docx", "docProps/core.xml", "<dc:title>{}</dc:title><dc:creator>办公室</dc:creator>"),
    "a shared string": ("xlsx", "xl/sharedStrings.xml", "<si><t>合计</t></si><si><t>{}</t></si>"),
    "an inline string": ("xlsx", "xl/worksheets/sheet1.xml", "<row><c t='inlineStr'><is><t>{}</t></is></c></row>"),
    "a formula's text": ("xlsx", "xl/worksheets/sheet1.xml", "<row><c t='str'><f>A1</f><v>{}</v></c></row>"),
    "the name of a sheet": ("xlsx", "xl/workbook.xml", "<sheets><sheet name='{}'/></sheets>"),
    "a page header": ("xlsx", "xl/worksheets/sheet1.xml", "<oddHeader>&amp;L&amp;\"宋体\"&amp;12{}&amp;R第 1 页</oddHeader>"),
    "a note of a cell": ("xlsx", "xl/comments1.xml", "<comment><text><r><t>{}</t></r></text></comment>"),
    "a slide": ("pptx", "ppt/slides/slide1.xml", "<a:p><a:r><a:t>{}</a:t></a:r></a:p>"),
    "notes to a slide": ("pptx", "ppt/notesSlides/notesSlide1.xml", "<a:p><a:r><a:t>{}</a:t></a:r></a:p>"),
    "a page": ("ofd", "Doc_0/Pages/Page_0/Content.xml", "<ofd:TextObject Boundary='9 20 99 5'><ofd:TextCode>{}</ofd:TextCode></ofd:TextObject>"),
    "the title of a page file": ("ofd", "OFD.xml", "<ofd:DocInfo><ofd:Title>{}</ofd:Title><ofd:Author>办</ofd:Author></ofd:DocInfo>"),
}  # fmt: skip
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml", "ofd": "OFD.xml"}


def office(extension: str, part: str, xml: str | bytes, root: str = "<x>{}</x>") -> bytes:
    """A container of its kind with one part that says something."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if part != MAIN[extension]:
            archive.writestr(MAIN[extension], "<x>略</x>")
        archive.writestr(part, xml if isinstance(xml, bytes) else root.format(xml))
    return out.getvalue()


def is_classified(name: str, body: bytes) -> bool:
    try:
        checked(name, body, field="attachments")
    except RuleBroken as broken:
        return (broken.code, broken.field, broken.noted) == ("file.classified", "attachments", True)
    return False


@pytest.mark.parametrize("place", IN_A_PART)
@pytest.mark.parametrize("mark", [MARK, "绝密★启用前", "机密", "密级：秘密", "&#26426;&#x5BC6;&#9733;10年"])
def test_an_office_file_that_bears_a_mark_of_secrecy_is_refused_wherever_it_stands(place: str, mark: str) -> None:
    extension, part, xml = IN_A_PART[place]
    assert is_classified(f"通知.{extension}", office(extension, part, xml.format(mark)))


@pytest.mark.parametrize("place", IN_A_PART)
def test_the_word_in_a_sentence_is_no_mark(place: str) -> None:
    extension, part, xml = IN_A_PART[place]
    body = office(extension, part, xml.format("请公开机密文件的目录"))
    assert checked(f"通知.{extension}", body, field="attachments")


@pytest.mark.parametrize(
    ("extension", "part", "xml"),
    [
        ("docx", MAIN["docx"], "<w:p><w:r><w:t>机</w:t></w:r><w:proofErr/><w:r><w:t>密★10年</w:t></w:r></w:p>"),
        ("docx", MAIN["docx"], "<w:p><![CDATA[机密★10年]]></w:p>"),
        ("xlsx", "xl/sharedStrings.xml", "<si><r><t>机密</t></r><r><rPr><b/></rPr><t>★10年</t></r></si>"),
        ("pptx", "ppt/slides/slide1.xml", "<a:p><a:r><a:t>机密</a:t></a:r><a:r><a:t>★10年</a:t></a:r></a:p>"),
        (
            "ofd",
            "Doc_0/Pages/Page_0/Content.xml",
            "<TextObject Boundary='9 20 9 5'><TextCode>机</TextCode></TextObject>"
            "<TextObject Boundary='18 20 9 5'><TextCode>密</TextCode></TextObject>"
            "<TextObject Boundary='9 40 99 5'><TextCode>各单位</TextCode></TextObject>",
        ),
    ],
)
def test_a_mark_that_is_put_together_of_pieces_is_one(extension: str, part: str, xml: str) -> None:
    assert is_classified(f"通知.{extension}", office(extension, part, xml))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_part_in_another_encoding_is_read_too(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else "utf-16"
    xml = f"<?xml version='1.0' encoding='{declared}'?><x><w:p>{MARK}</w:p></x>".encode(encoding)
    if encoding in ("utf-16-le", "utf-16-be"):
        xml = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding] + xml
    assert is_classified("通知.docx", office("docx", MAIN["docx"], xml))


def test_what_holds_the_character_of_every_mark_and_cannot_be_read_is_refused_as_damaged() -> None:
    for xml in (
        "<x><w:p>密</x>",
        "<!DOCTYPE x [<!ENTITY a '密'>]><x>&a;</x>",
        "<?xml version='1.0' encoding='gb2312'?><x/>",
    ):
        assert refusal("a.docx", office("docx", MAIN["docx"], xml.encode())).code == "content"
    drawn = office("docx", "word/media/image1.svg", b"<!DOCTYPE svg><svg><br></svg>")
    assert not is_classified("a.docx", drawn)
    assert is_classified(
        "a.xlsx", office("xlsx", "xl/drawings/vmlDrawing1.vml", f"<x title='{MARK}'><br></x>".encode())
    )


def test_more_words_than_can_be_looked_through_are_refused_by_saying_so(monkeypatch: pytest.MonkeyPatch) -> None:
    body = office("xlsx", "xl/sharedStrings.xml", "<si><t>保密审查</t></si>" * 400)
    assert not is_classified("a.xlsx", body)
    monkeypatch.setattr("shared.security.containers.LARGEST_READ", 4096)
    refused = refusal("a.xlsx", body)
    assert refused.code == "too_large"
    assert "密级" in refused.message.zh
    plain = office("xlsx", "xl/sharedStrings.xml", "<si><t>合计</t></si>" * 400)
    assert not is_classified("a.xlsx", plain)


OLD = {
    "eight bytes": SIGNATURE,
    "a header of nothing": SIGNATURE + bytes(600),
    "an installer": compound({"\u4840\u3f3f\u4577": bytes(4096)}),
    "a mail": compound({"__properties_version1.0": bytes(64)}, {"__nameid_version1.0": {"x": bytes(64)}}),
    "a sheet inside an object": compound(
        {"CompObj": bytes(80)}, {"ObjectPool": {"Workbook": SHEETS, "WordDocument": WORD}}
    ),
    "an empty stream": compound({"WordDocument": b"", "Workbook": b""}),
    "a stream that is something else": compound({"WordDocument": bytes(4096), "Workbook": bytes(4096)}),
}


@pytest.mark.parametrize("extension", ["doc", "xls", "wps", "et"])
@pytest.mark.parametrize("what", OLD)
def test_an_old_office_file_is_what_its_name_says(extension: str, what: str) -> None:
    assert refusal(f"a.{extension}", OLD[what]).code == "content"


def test_an_old_sheet_may_be_of_either_name_and_short() -> None:
    assert outcome("a.xls", compound({"Book": SHEETS})) == "taken"
    assert outcome("a.et", compound({"\x05SummaryInformation": bytes(70), "Workbook": SHEETS[:512]})) == "taken"
    assert outcome("a.doc", compound({"WordDocument": WORD}, {"ObjectPool": {"Workbook": SHEETS}})) == "taken"


@pytest.mark.parametrize(
    ("extension", "streams", "storages"),
    [
        ("doc", {"WordDocument": WORD}, {"Macros": {"PROJECT": bytes(64)}}),
        ("wps", {"WordDocument": WORD}, {"VBA": {"dir": bytes(64)}}),
        ("xls", {"Workbook": SHEETS}, {"_VBA_PROJECT_CUR": {"PROJECT": bytes(64)}}),
        ("et", {"Workbook": SHEETS}, {"x": {"_VBA_PROJECT": bytes(64)}}),
    ],
)
def test_an_old_office_file_with_macros_is_refused(
    extension: str, streams: dict[str, bytes], storages: dict[str, dict[str, bytes]]
) -> None:
    assert refusal(f"a.{extension}", compound(streams, storages)).code == "macros"


@given(cut=st.integers(8, len(DOC) - 1), at=st.integers(0, len(DOC) - 1), value=st.integers(0, 255))
def test_a_damaged_old_file_is_refused_or_taken_but_never_breaks(cut: int, at: int, value: int) -> None:
    assert outcome("a.doc", DOC[:cut]) in {"taken", "content"}
    changed = bytearray(DOC)
    changed[at] = value
    assert outcome("a.doc", bytes(changed)) in {"taken", "content", "macros"}


@given(words=st.lists(st.tuples(st.integers(0, 511), st.integers(0, 2**32 - 1)), max_size=12))
def test_links_that_lead_anywhere_end(words: list[tuple[int, int]]) -> None:
    changed = bytearray(DOC)
    for place, value in words:
        struct.pack_into("<I", changed, 44 + place * 4, value)
    assert outcome("a.doc", bytes(changed)) in {"taken", "content", "macros"}
