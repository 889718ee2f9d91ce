"""What can be done with an answer: rate it, share its public page, keep the conversation as a file, go on from a verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from driving import say

from bot.guide.addresses import entry_path

pytestmark = pytest.mark.browser

SAID = "片方だけ埼玉に住んでいます"
PUBLIC = "/guide/" + entry_path("eligibility_tokyo_link", "ja")


def test_a_thumb_up_is_counted_once_and_without_a_word_of_the_conversation(open_chat, counted):
    page = open_chat()
    say(page, SAID)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/feedback") else None)
    before = len(counted)
    page.get_by_role("button", name="役に立った", exact=True).click()
    page.locator(".said", has_text="数えました").wait_for()
    assert [(row[0], row[2]) for row in counted[before:]] == [("eligibility_tokyo_link", "helpful")]
    assert isinstance(counted[-1][3], date)
    assert set(sent[0].post_data_json) == {"answer_id", "version", "ticket", "code"}
    page.get_by_role("button", name="役に立った", exact=True).click(force=True)
    page.get_by_role("button", name="役に立たなかった").click(force=True)
    assert len(counted) == before + 1
    assert page.get_by_role("button", name="役に立った", exact=True).get_attribute("aria-pressed") == "true"
    assert not page.locator(".panel").first.is_visible()


def test_a_thumb_down_asks_for_one_of_five_reasons(open_chat, counted):
    page = open_chat(path="?lang=en", locale="en-GB")
    say(page, "Only one of us lives in Saitama")
    before = len(counted)
    page.get_by_role("button", name="Not helpful").click()
    assert len(counted) == before  # the reason makes it count
    assert page.locator(".panel .chip").all_inner_texts() == [
        "Not what I asked", "Hard to understand", "Not enough detail", "I think it is wrong", "I'd rather not say why",
    ]  # fmt: skip
    assert page.locator(".panel :is(input, textarea)").count() == 0
    page.get_by_role("button", name="Hard to understand").click()
    page.locator(".said", has_text="counted").wait_for()
    assert counted[-1][2] == "unclear"


def test_what_could_not_be_counted_says_so_and_can_be_tried_again(open_chat, counted):
    page = open_chat()
    say(page, SAID)
    page.route("**/feedback", lambda route: route.fulfill(status=503))
    page.get_by_role("button", name="役に立った", exact=True).click()
    page.locator(".said", has_text="受け付けられません").wait_for()
    page.unroute("**/feedback")
    before = len(counted)
    page.get_by_role("button", name="役に立った", exact=True).click()
    page.locator(".said", has_text="数えました").wait_for()
    assert len(counted) == before + 1


def test_questions_and_crises_are_no_matter_of_taste(open_chat):
    page = open_chat()
    say(page, "条件を確認")
    say(page, "つらい")
    assert page.locator(".tool").count() == 0


def test_sharing_gives_the_public_address_and_never_the_conversation(open_chat, url):
    page = open_chat()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    say(page, SAID)
    page.get_by_role("button", name="共有").click()
    origin = url.removesuffix("/webhooks/web/")
    assert page.locator(".address a").get_attribute("href") == origin + PUBLIC
    page.get_by_role("button", name="アドレスをコピー").click()
    page.locator(".said", has_text="コピーしました").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == origin + PUBLIC
    link = urlsplit(page.get_by_role("link", name="LINEで送る").get_attribute("href"))
    assert (link.netloc, link.path) == ("line.me", "/R/share")
    text = parse_qs(link.query)["text"][0]
    assert text.endswith(origin + PUBLIC)
    assert "都内に住んでいないといけませんか" in text
    assert "確認" in text
    assert "https://" in text.replace(origin + PUBLIC, "")  # the official source
    for private in (SAID, "埼玉", "sid", "utm_", "ref="):
        assert private not in text
    assert page.get_by_role("link", name="LINEで送る").get_attribute("rel") == "noopener noreferrer"


def test_the_code_leads_to_the_same_address(open_chat, url):
    from bot.rendering import qr

    page = open_chat()
    say(page, SAID)
    page.get_by_role("button", name="共有").click()
    page.get_by_role("button", name="QRコード").click()
    image = page.locator(".code img")
    image.wait_for()
    page.wait_for_function("document.querySelector('.code img').naturalWidth > 20")
    assert image.get_attribute("alt") == "都内に住んでいないといけませんか のページのQRコード"
    served = page.request.get(url + image.get_attribute("src")).text()
    address = url.removesuffix("/webhooks/web/") + PUBLIC
    assert qr.svg_path(qr.matrix(address)) in served
    assert page.request.get(url + "qr/ja/crisis_suicide.svg").status == 404
    assert page.request.get(url + "qr/xx/eligibility_tokyo_link.svg").status == 404


@pytest.mark.parametrize(
    ("page_lang", "said", "own"), [("ja", "in English please", "en"), ("en", "やさしく おねがいします", "ja-easy")]
)
def test_an_answer_in_another_language_than_the_page_is_shared_in_its_own(open_chat, page_lang, said, own):
    page = open_chat(path=f"?lang={page_lang}")
    say(page, said)
    page.locator(".tool.named").click()
    page.get_by_role("button", name="QR").click()
    page.locator(".code img").wait_for()
    assert page.locator(".code img").get_attribute("src") == f"qr/{own}/eligibility_tokyo_link.svg"
    address = "/guide/" + entry_path("eligibility_tokyo_link", own)
    assert page.locator(".address a").get_attribute("href").endswith(address)


def test_where_the_device_can_share_it_is_asked_to(open_chat):
    page = open_chat()
    page.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    page.reload()
    page.locator("[data-ready]").wait_for(state="attached")
    say(page, SAID)
    page.get_by_role("button", name="共有").click()
    page.get_by_role("button", name="ほかのアプリで送る").click()
    shared = page.evaluate("shared")
    assert shared["url"].endswith(PUBLIC)
    assert set(shared) == {"text", "url"}
    assert "埼玉" not in shared["text"]


def test_what_is_said_to_one_person_alone_has_no_page_to_share(open_chat):
    page = open_chat()
    say(page, "つらい")
    say(page, "タグ")
    assert page.get_by_role("button", name="共有").count() == 0


def test_a_verdict_offers_to_begin_and_other_questions_stand_apart(open_chat, bot):
    page = open_chat()
    say(page, "条件はすべて満たすはずです")
    offer = page.locator(".choices.offers button")
    assert offer.all_inner_texts() == ["届出の準備を始める"]
    assert page.locator(".related button").all_inner_texts() == ["どんな書類が必要ですか"]
    offer.click()
    page.locator(".bot").nth(1).wait_for()
    assert bot.heard[-1].text == "届出の準備を始めたい"


def test_a_conversation_stays_only_as_a_file_somebody_asked_for(open_chat, tmp_path: Path):
    page = open_chat()
    page.click("#menu summary")
    page.click("#keep")
    page.get_by_role("status").get_by_text("まだありません").wait_for()
    say(page, SAID)
    page.click("#menu summary")
    with page.expect_download() as download:
        page.click("#keep")
    assert download.value.suggested_filename == "memo.txt"
    download.value.save_as(tmp_path / "memo.txt")
    kept = (tmp_path / "memo.txt").read_text(encoding="utf-8-sig")
    assert kept.startswith(f"あなた: {SAID}\n\nともに: はい。")
    assert "[1] 東京都総務局人権部「東京都パートナーシップ宣誓制度」 https://www.soumu.metro.tokyo.lg.jp/" in kept
    page.click("#menu summary")
    page.click("#clear")
    page.get_by_text("会話を消しました").wait_for()
    page.click("#menu summary")
    page.click("#keep")
    page.get_by_role("status").get_by_text("まだありません").wait_for()
