"""Leaflets and booklet: they open, are tagged, can be searched and read aloud, fit their page, and carry every reading."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest

from bot.guide import typesetting
from bot.guide.addresses import FOLDERS
from bot.guide.contents import Contents
from bot.guide.paper import leaflet
from bot.guide.typesetting import Document, FontMissing, fonts
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES
from bot.rendering.guide_text import spans
from tests.content.reading_pdf import answers_in, characters

raw = pypdfium2.raw
SEARCHED = {"ja": "受理証明書", "en": "certificate", "ja-easy": "東京都に"}


def documents(guide: Path) -> list[Path]:
    return sorted((guide / "pdf").glob("*.pdf"))


def test_every_document_opens_is_tagged_and_names_its_language(guide: Path) -> None:
    found = documents(guide)
    assert len(found) == 15
    for path in found:
        document = pypdfium2.PdfDocument(path)
        assert raw.FPDFCatalog_IsTagged(document), path.name
        body = path.read_bytes()
        assert b"pdfuaid" in body, path.name  # declared, and checked by Typst while it wrote: PDF/UA-1
        lang = next(lang for lang, folder in FOLDERS.items() if path.stem.endswith(f"-{folder}"))
        assert (b"/Lang(en-GB)" if lang == "en" else b"/Lang(ja-JP)") in body.replace(b" ", b""), path.name
        title = document.get_metadata_dict()["Title"]
        assert title.startswith("Tomoni" if lang == "en" else "ともに") and "パートナー" not in title


def test_a_leaflet_is_one_page_with_its_codes(guide: Path, knowledge: Knowledge) -> None:
    leaflets = [path for path in documents(guide) if path.stem.count("-") == 2]
    assert len(leaflets) == 3 * len(knowledge.pages["guide"]["leaflets"]) == 12
    for path in leaflets:
        document = pypdfium2.PdfDocument(path)
        assert len(document) == 1, path.name
        text = document[0].get_textpage().get_text_range()
        assert "03-5388-2337" in text and "0120-279-338" in text and knowledge.version in text
        assert "https://tomoni.example/guide/" in text


def test_a_leaflet_that_cannot_show_whole_answers_shows_short_ones(knowledge: Knowledge, today: object) -> None:
    contents = Contents(knowledge, today, "https://tomoni.example/guide/")  # type: ignore[arg-type]
    made: Document = leaflet(contents, "overview", "ja-easy")
    text = pypdfium2.PdfDocument(io.BytesIO(made.body))[0].get_textpage().get_text_range()
    assert made.pages == 1 and "性的" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_the_booklet_can_be_found_and_copied(guide: Path, lang: str, knowledge: Knowledge) -> None:
    path = guide / f"pdf/tomoni-{FOLDERS[lang]}.pdf"
    document = pypdfium2.PdfDocument(path)
    hits = 0
    for page in document:
        search = page.get_textpage().search(SEARCHED[lang])
        while search.get_next():
            hits += 1
    assert hits >= 3
    outline = [item.get_title() for item in document.get_toc()]
    assert len(outline) >= 12 + 183
    assert len(knowledge.municipalities) == 62
    whole = "".join(letter for letter, reading in characters(document) if not reading)
    for place in knowledge.municipalities.values():
        assert (place.name_en if lang == "en" else place.name_ja) in whole.replace("\r\n", ""), place.name_ja


def test_every_answer_is_printed_with_its_version(guide: Path, knowledge: Knowledge, today: object) -> None:
    contents = Contents(knowledge, today, "https://tomoni.example/guide/")  # type: ignore[arg-type]
    for lang in LANGUAGES:
        printed = answers_in(guide / f"pdf/tomoni-{FOLDERS[lang]}.pdf").answers
        assert {i: part.version for i, part in printed.items()} == {e.id: e.version for e in contents.entries}


def test_plain_japanese_is_printed_with_every_reading(guide: Path, knowledge: Knowledge, today: object) -> None:
    contents = Contents(knowledge, today, "https://tomoni.example/guide/")  # type: ignore[arg-type]
    printed = Counter(answers_in(guide / "pdf/tomoni-easy.pdf").readings)
    wanted: Counter[str] = Counter()
    for entry in contents.entries:
        answer = contents.answer(entry, "ja-easy")
        text = "\n".join((answer.title, answer.short, answer.body, answer.next))
        wanted += Counter("".join(span.reading for span in spans(text)))
    assert wanted.total() > 14_000 and not wanted - printed


def test_a_phrase_of_several_readings_is_found_and_copied_as_one(guide: Path) -> None:
    document = pypdfium2.PdfDocument(guide / "pdf/tomoni-easy.pdf")
    texts = [page.get_textpage() for page in document]
    for phrase in ("届け出", "申し込み", "引っ越", "手続き", "東京都総務局", "受理証明書", "書類を 集め", "難しい"):
        assert any(text.search(phrase).get_next() for text in texts), phrase
        assert any(phrase in text.get_text_range() for text in texts), phrase


def boxes(page: pypdfium2.PdfPage) -> list[tuple[str, float, tuple[float, float, float, float]]]:
    """Every letter with its size and where its ink is: left, bottom, right, top."""
    text = page.get_textpage()
    found = []
    for n in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text.raw, n))
        if not letter.isspace():
            found.append((letter, round(raw.FPDFText_GetFontSize(text.raw, n), 2), text.get_charbox(n)))
    return found


def test_a_reading_stands_above_its_kanji_and_touches_nothing(guide: Path) -> None:
    for path in (p for p in documents(guide) if p.stem.endswith("-easy")):
        page = pypdfium2.PdfDocument(path)[3 if path.stem.count("-") == 1 else 0]
        letters = boxes(page)
        small = {round(size / 2, 2) for _, size, _ in letters}
        readings = [(a, s, b) for a, s, b in letters if s in small and re.match("[ぁ-ゖー]", a)]
        others = [(a, s, b) for a, s, b in letters if (a, s, b) not in readings]
        assert len(readings) > 80, path.name
        for letter, size, (left, bottom, right, top) in readings:
            below = [
                a for a, s, (x, _, z, y) in others
                if abs(s - 2 * size) < 0.1 and x - size < (left + right) / 2 < z + size and 0 <= bottom - y < 2 * size
            ]  # fmt: skip
            assert re.search("[一-龠々0-9ヶ]", "".join(below)), f"{path.name}: {letter} above {below}"
            for other, _, (x, y, z, w) in letters:
                wide, high = min(right, z) - max(left, x), min(top, w) - max(bottom, y)
                same = (x, y, z, w) == (left, bottom, right, top)
                assert same or wide <= 0.4 or high <= 0.4, f"{path.name}: {letter} runs into {other}"


def test_a_leaflet_fills_its_page(guide: Path) -> None:
    for path in (p for p in documents(guide) if p.stem.count("-") == 2):
        picture = pypdfium2.PdfDocument(path)[0].render(scale=1, grayscale=True).to_numpy()
        inked = (picture.reshape(len(picture), -1) < 200).any(axis=1)
        rows = [n for n, ink in enumerate(inked) if ink]
        gaps = [after - before for before, after in zip(rows, rows[1:], strict=False)]
        assert max(gaps) <= 62, f"{path.name}: {max(gaps)} points without a word"  # 22 mm


def test_no_page_is_empty_and_nothing_runs_over_the_edge(guide: Path) -> None:
    for path in documents(guide):
        for number, page in enumerate(pypdfium2.PdfDocument(path)):
            width, height = page.get_size()
            text = page.get_textpage()
            assert text.count_chars() > 20, f"{path.name} {number}"
            for n in range(0, text.count_chars(), 7):
                left, bottom, right, top = text.get_charbox(n)
                assert left >= -1 and right <= width + 1 and bottom >= -1 and top <= height + 1, f"{path.name} {number}"


def test_a_missing_font_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    fonts.cache_clear()
    with pytest.raises(FontMissing, match="pip install noto-cjk-sans-jp-regular"):
        fonts()
    fonts.cache_clear()


def test_cards_are_pictures_of_the_right_size(guide: Path) -> None:
    cards = sorted((guide / "cards").glob("*.png"))
    assert len(cards) == 3 * 13
    for path in cards:
        head = path.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == (1200, 630)
        assert path.stat().st_size < 80_000
