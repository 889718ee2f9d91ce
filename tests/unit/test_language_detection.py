"""The language of a message decides in which language people are answered."""

from __future__ import annotations

import pytest

from bot.nlu.language import detect, is_other_language


def _lang(text: str) -> str | None:
    found = detect(text)
    return found.value if found else None


@pytest.mark.parametrize(
    "text",
    [
        "費用はいくらですか",
        "同性カップルじゃなくても使える？片方だけ埼玉に住んでます",
        "LGBTじゃないと使えないの？",
        "ＡＮＡのマイルって使える？",
        "証明書のPDFはダウンロードできますか",
        "todokede wa doko de dekimasu ka",
        "無料？",
        "宣誓",
        "東京",
        "手続",
        "ｾﾀｶﾞﾔ区ﾊ?",
        "あたしらでもいけるん？",
    ],
)
def test_japanese(text: str) -> None:
    assert _lang(text) == "ja"


@pytest.mark.parametrize(
    "text",
    [
        "How much does it cost?",
        "Does 世田谷区 accept the certificate?",
        "can we use it in 新宿区 or not",
        "we both work in Shinjuku",
        "yes",
        "no",
        "No.",
        "nope",
        "I don't know",
        "fee?",
        "in English please",
        "eligibility",
        "what is koseki",
        "one of us",
        "I’d rather not say",
    ],
)
def test_english(text: str) -> None:
    assert _lang(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "お金（かね）は いりますか",
        "わたしたちは つかえますか。 おしえて ください。",
        "どこで とどけを だしますか",
        "証明書（しょうめいしょ）は いつ もらえますか",
        "いつ はじまった せいど ですか",
    ],
)
def test_plain_japanese_is_answered_plainly(text: str) -> None:
    assert _lang(text) == "ja-easy"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("怎么申请证书？我们住在东京", id="zh simplified"),
        pytest.param("我們可以申請嗎？需要什麼文件", id="zh traditional"),
        pytest.param("请问费用是多少", id="zh question without kana"),
        pytest.param("동성 커플도 신청할 수 있나요?", id="ko"),
        pytest.param("¿Cómo puedo solicitar el certificado para mi pareja?", id="es"),
        pytest.param("hola, necesito ayuda para mi pareja", id="es without accents"),
        pytest.param("Chúng tôi có được cấp giấy chứng nhận không?", id="vi"),
        pytest.param("Como posso pedir o certificado? Não tenho ajuda", id="pt"),
        pytest.param("Comment puis-je faire, avec mon partenaire nous avons besoin", id="fr"),
        pytest.param("Как подать заявление?", id="ru"),
        pytest.param("เราสมัครได้ไหม", id="th"),
        pytest.param("كيف نقدم الطلب؟", id="ar"),
        pytest.param("हम आवेदन कैसे करें?", id="hi"),
    ],
)
def test_other_languages_are_told_apart(text: str) -> None:
    assert is_other_language(text)
    assert detect(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "受付時間",
        "申請方法",
        "申請書類",
        "東京都人権部",
        "東京都庁",
        "同性婚議会",
        "会社員",
        "誰対象",
        "一個人",
        "戸籍謄本",
        "必要書類",
        "証明書が出るまでの時間は？",
        "How do we apply para",
        "Que sera",
    ],
)
def test_japanese_without_kana_and_english_are_not_taken_for_another(text: str) -> None:
    assert not is_other_language(text)


@pytest.mark.parametrize("text", ["", "123", "🏳️‍🌈", "👩‍❤️‍👩🎉", "？？？", "...", "\x00", "\ud800", "！？"])
def test_no_letters_no_language(text: str) -> None:
    assert detect(text) is None
    assert not is_other_language(text)


def test_width_and_invisible_characters_do_not_change_the_language() -> None:
    assert _lang("Ｈｏｗ ｍｕｃｈ ｄｏｅｓ ｉｔ ｃｏｓｔ") == "en"
    assert _lang("\u200bHow\u200b much does it cost") == "en"
    assert _lang("費\u200b用\ufeffは？") == "ja"
