"""LINE with the trained bot: a whole conversation, what is unsent, what is asked through `ask`, and notices."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest

from bot import installation
from bot.applications.model import Contact, ContactKind, Wishes
from bot.applications.notices import Notice
from bot.applications.outbox import DeliveryFailed
from bot.applications.views import Caller
from bot.channels.line import bodies
from bot.channels.line.conversing import ERASED
from bot.channels.line.health import Health
from bot.channels.line.notices import LineSender
from bot.rendering import limits
from bot.rendering.line_messages import LineRenderer
from tests.fake_line.conversation import hold, secrets_in
from tests.fake_line.harness import Bot, channel, event, message, text

# Words no notification and no list of chats may show.
TELLING = ("宣誓", "パートナー", "同性", "性的", "届出", "条件", "申請", "証明", "partner", "oath", "gender", "LGBT")


@pytest.mark.model
async def test_a_conversation_from_a_question_to_erasing_everything(line, conversations, tmp_path):
    turns = await hold(line, conversations.agent, tmp_path)
    said = [json.dumps(reply, ensure_ascii=False) for _, reply, _ in turns]
    ids = [answer.get("id") for _, _, answers in turns for answer in answers]
    kinds = [answer.get("kind") for _, _, answers in turns for answer in answers]
    assert len(turns) >= 12
    assert "application_fee" in ids and "eligible" in kinds and "task_started" in ids and "task_erased_both" in ids
    assert line.bad() == []
    assert all(1 <= len(reply) <= 5 for _, reply, _ in turns)
    assert secrets_in(turns) == []  # receipt and PIN are shown on our own page, never on LINE
    assert any("/a/n" in s for s in said), "the link that shows them once"
    alts = {m["altText"] for _, reply, _ in turns for m in reply}
    assert alts <= {"ご質問への回答です", "確認させてください"}
    assert not [w for w in TELLING for a in alts if w.casefold() in a.casefold()]
    assert all(
        "line.me/R/share" not in s for s, k in zip(said, kinds, strict=False) if k in ("eligible", "status", "ask")
    )


@pytest.mark.model
async def test_an_unsent_message_takes_what_it_led_to_out_of_the_conversation(line, line_settings, conversations):
    agent = conversations.agent
    async with channel(line_settings(), agent) as served:
        conversation = served.post._people.conversation("U4af4980629e4b4a1b0d2c3f1e5a6b7c8")
        await line.send(served.url, text("費用は？"))
        await served.settled()
        told = text("わたしは秘密の合言葉ピーマンで、一人は新宿区で働いています。使えますか")
        await line.send(served.url, told)
        await served.settled()
        assert "ピーマン" in await held(agent, conversation)
        await line.send(served.url, event("unsend", unsend={"messageId": told["message"]["id"]}))
        await served.settled()
        kept = await held(agent, conversation)
        assert "ピーマン" not in kept and "新宿" not in kept and "費用は？" in kept
        await line.send(served.url, text("もう一度言って"))
        await served.settled()
        assert "ピーマン" not in await held(agent, conversation)
        await line.send(served.url, event("unfollow"))
        await served.settled()
        assert await held(agent, conversation) == ""


async def held(agent, conversation: str) -> str:
    tracker = await agent.tracker_store.retrieve(conversation)
    if tracker is None:
        return ""
    return str([e.as_dict() for e in tracker.events]) + str(tracker.current_slot_values())


@pytest.mark.model
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"event": "sticker"}, ("fallback", "line_sticker")),
        ({"event": "image"}, ("fallback", "line_media")),
        ({"event": "location", "text": "日本、〒183-0001 東京都府中市1-1"}, ("answer", "support_office")),
        ({"event": "location", "text": "1-1 Fukushima-ku, Osaka, Japan"}, ("answer", "prefecture_osaka")),
        ({"event": "postback", "text": "費用はいくらですか"}, ("answer", "application_fee")),
        ({"event": "follow", "lang": "en"}, ("smalltalk", "line_greeting")),
        ({"event": "join"}, ("refuse", "line_in_group")),
        ({"event": "group", "text": "費用は？"}, None),
        ({"event": "unfollow"}, None),
    ],
    ids=lambda v: None,
)
def test_ask_goes_through_the_same_events(talk, asked, expected):
    turn = talk(asked.pop("text", ""), channel="line", **asked)
    got = turn.messages and (turn.messages[0]["answer"]["kind"], turn.messages[0]["answer"]["id"])
    assert (got or None) == expected


@pytest.mark.model
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize(
    ("address", "expected"),
    [("日本、〒540-0002 大阪府大阪市9-8-7", "prefecture_osaka"), ("東京都府中市9-8-7", "support_office")],
)
def test_a_location_is_answered_as_part_of_the_conversation(talk, run, conversations, begun, address, expected):
    """What is asked next is about that answer; of the place its prefecture alone is kept."""
    if begun:
        talk("費用はいくらですか", channel="line")
    located = talk(address, channel="line", event="location")
    assert located.messages[0]["answer"]["id"] == expected
    for asked in ("出典は？", "もう一度言って"):
        assert talk(asked, channel="line").messages[0]["answer"]["id"] == expected, asked
    more = [m["answer"] for m in talk("もっと詳しく", channel="line").messages]
    assert {c["url"] for a in more for c in a["citations"]} == {
        c["url"] for c in located.messages[0]["answer"]["citations"]
    }
    senders = [k for k in run(conversations.agent.tracker_store.keys()) if k.startswith("test-")]
    for sender in senders:
        kept = run(held(conversations.agent, sender))
        assert "9-8-7" not in kept and "大阪市" not in kept and "540-0002" not in kept


@pytest.mark.model
def test_a_location_amid_questions_leaves_the_open_one_open(talk):
    asked = talk("条件を一つずつ確認したい", channel="line").messages[-1]["answer"]
    assert asked["kind"] == "ask"
    located = talk("大阪府大阪市1-1", channel="line", event="location").messages
    assert [m["answer"]["id"] for m in located] == ["prefecture_osaka", asked["id"]]
    after = talk("1", channel="line").messages
    assert after[-1]["answer"]["kind"] == "ask" and after[-1]["answer"]["id"] != asked["id"]


@pytest.mark.model
async def test_a_location_that_is_unsent_is_no_longer_what_was_said_last(line, line_settings, conversations):
    agent = conversations.agent
    async with channel(line_settings(), agent) as served:
        conversation, made = served.post._people.conversation("U" + "5" * 32), None
        made = message("location", user="U" + "5" * 32, address="大阪府大阪市1-1", latitude=34.1, longitude=135.1)
        for sent in (text("費用は？", user="U" + "5" * 32), made):
            await line.send(served.url, sent)
            await served.settled()
        assert "大阪" in await held(agent, conversation)
        await line.send(served.url, event("unsend", user="U" + "5" * 32, unsend={"messageId": made["message"]["id"]}))
        await served.settled()
        kept = await held(agent, conversation)
        assert "大阪" not in kept and "費用は？" in kept


@pytest.mark.model
def test_the_words_of_the_menu_are_understood(conversations, run, knowledge):
    """Each is also what somebody types on a computer, where no menu shows."""
    table = knowledge.pages["line"]["menu"]
    meant = {
        "check": ("check_eligibility", "eligibility"), "papers": ("documents",), "filing": ("application",), "start": ("start_application",),
        "status": ("status_check",), "uses": ("coverage",), "person": ("support", "handoff"), "line": ("support", "crisis"),
        "told": ("application", "support", "certificate"), "cost": ("application",), "erase": ("smalltalk",),
    }  # fmt: skip
    wrong = []
    for tab in ("steps", "help"):
        for name, item in table[tab].items():
            told = [(lang, said) for part in ("say", "title") for lang, said in item[part].items()]
            for lang, said in told if name in meant else ():
                turn = run(conversations.say(f"menu-{name}-{said}", said, channel="line"))
                got = turn.messages[0]["answer"]
                if got["topic"] not in meant[name] or (got["lang"] == "en") != (lang == "en"):
                    wrong.append((said, got["topic"], got["id"], got["lang"]))
    assert wrong == []


@pytest.mark.model
@pytest.mark.parametrize(("typed", "lang"), [("メニュー", "ja"), ("menu", "en")])
def test_the_menu_can_be_typed_and_offers_all_that_the_rich_menu_has(talk, knowledge, typed, lang):
    message = talk(typed, channel="line").messages[0]
    table = knowledge.pages["line"]["menu"]
    items = [item for tab in ("steps", "help") for item in table[tab].values()]
    assert [b["payload"] for b in message["buttons"]] == [item["say"][lang] for item in items]
    (built,) = LineRenderer(knowledge).messages([message], lang)
    assert len(built["quickReply"]["items"]) == len(items) == 12
    assert limits.request_faults([built]) == []


@pytest.mark.model
@pytest.mark.parametrize(
    ("typed", "stays"),
    [
        (("家族に画面を見られないか心配",), "端末に残ります"),
        (("I'm afraid my family will see my screen",), "stays on your device until you delete it there"),
        (("やさしい日本語でお願いします", "家族に 画面を 見られませんか"), "LINEから 消（け）してください"),
        (("データを消すには",), "端末に残ります"),
        (("How do I delete this chat?",), "stays on your device until you delete it there"),
        (("この会話は誰が見ますか",), "端末に残ります"),
        (("データを消して", "はい"), "端末に残ります"),
        (("Delete my data", "yes"), "stays on your device until you delete it there"),
        (("やさしい日本語でお願いします", "データを 消して", "はい"), "LINEから 消（け）してください"),
    ],
)
def test_nobody_is_told_that_nothing_stays_in_line(talk, typed, stays):
    for said in typed:
        message = talk(said, channel="line").messages[-1]
    assert stays in message["text"] and stays in message["answer"]["parts"]["short"]
    for false in ("履歴は端末に残しません", "history is not kept on the device", "パソコンに 残（のこ）しません"):
        assert false not in str(message)


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_after_every_erasure_it_is_said_what_stays_in_line(knowledge, lang):
    turns = {name: said for name, spoken, said in bodies.turns(knowledge, date(2026, 11, 22)) if spoken == lang}
    stays = knowledge.pages["line"]["stays"][lang]
    for erased in ERASED:
        (message,) = turns[f"application note {erased.removeprefix('task_')}"]
        assert message["answer"]["id"] == erased
        assert message["text"].endswith(stays) and message["answer"]["parts"]["short"].endswith(stays)
    (fee,) = turns["entry application_fee"]
    assert stays not in fee["text"]


@pytest.mark.model
def test_on_the_web_the_answers_about_the_device_are_unchanged(talk, knowledge):
    (message,) = talk("家族に画面を見られないか心配").messages
    assert knowledge.entries["privacy_family_finds_out"].body["ja"] in message["text"]
    assert knowledge.pages["line"]["stays"]["ja"] not in message["text"]


@pytest.mark.model
@pytest.mark.parametrize("typed", ["データを消すには", "家族に画面を見られないか心配", "How do I delete this chat?"])
def test_no_button_of_the_web_page_is_named_on_line(talk, typed):
    (message, *_) = talk(typed, channel="line").messages
    assert message["answer"]["topic"] == "support" and message["answer"]["parts"]["short"]
    assert not any(word in str(message) for word in ("すぐ閉じる", "Leave now"))
    web = talk(typed).messages
    assert any(word in str(web) for word in ("すぐ閉じる", "Leave now"))


# --- notices


def test_a_notice_is_pushed_once_under_its_own_id_and_says_nothing(line, line_settings):
    settings = line_settings(push_per_month=200)
    sender, number = LineSender(settings.line, Health()), uuid4()
    notice = Notice("お知らせがあります", "新しいお知らせがあります。\nhttps://tomoni.example/a\n")
    sender.send(number, "U" + "1" * 32, notice)
    sender.send(number, "U" + "1" * 32, notice)  # the outbox repeats after a crash: LINE drops it
    calls = line.calls("/message/push")
    assert [c["status"] for c in calls] == [200, 409]
    assert calls[0]["headers"]["x-line-retry-key"] == str(number)
    assert calls[0]["body"]["messages"][0]["altText"] == "お知らせがあります"
    assert line.steer("state")["pushed"] == 1


@pytest.mark.parametrize(
    ("mode", "problem", "final"), [("500", "line_500", False), ("403", "line_403", True), ("429", "line_429", False)]
)
def test_a_notice_that_does_not_get_through_is_put_off_or_given_up(line, line_settings, mode, problem, final):
    line.steer("mode", mode=mode)
    with pytest.raises(DeliveryFailed) as failed:
        LineSender(line_settings(push_per_month=200).line, Health()).send(uuid4(), "U" + "1" * 32, Notice("s", "b"))
    assert (failed.value.problem, failed.value.for_good) == (problem, final)


def test_notices_count_against_the_month_and_stop_when_it_is_used_up(line, line_settings):
    health = Health()
    sender = LineSender(line_settings(push_per_month=2).line, health)
    for _ in range(2):
        sender.send(uuid4(), "U" + "1" * 32, Notice("s", "b"))
    with pytest.raises(DeliveryFailed) as failed:
        sender.send(uuid4(), "U" + "1" * 32, Notice("s", "b"))
    assert (failed.value.problem, failed.value.for_good) == ("line_monthly_limit", False)
    assert health.pushes() == 2 and line.steer("state")["pushed"] == 2


async def test_who_leaves_line_is_forgotten_as_a_contact_but_the_record_stays(line, line_settings, storage):
    user, other = "U" + "7" * 32, "U" + "8" * 32
    kept = {}
    for name in (user, other):
        contact = Contact(ContactKind.LINE, name)
        kept[name] = storage.start(Wishes("ja"), contact, uuid4().hex, date(2026, 11, 22))
    async with channel(line_settings(push_per_month=200), Bot()) as served:
        conversation = served.post._people.conversation(user)
        caller = Caller(conversation)
        storage.link_chat(storage.open_started(kept[user], caller).grant, caller)
        await line.send(served.url, event("unfollow", user=user))
        await served.settled()
    assert installation.applications() is storage
    assert storage.recipient(kept[user].application) is None
    assert storage.recipient(kept[other].application)[0].address == other
    view = storage.look_up(kept[user].receipt, kept[user].pin, caller)
    assert view.contact is None and not view.linked


@pytest.mark.model
@pytest.mark.parametrize(
    ("begin", "typed"),
    [
        (("条件を一つずつ確認したい",), ("1", "①", "1番", "１", "1です")),
        (("I want to check whether we can apply",), ("1", "number 1", "1", "1 please", "1.")),
        (("やさしい日本語でお願いします", "条件を 一つずつ 確認したいです"), ("１", "①", "1ばん", "1", "一")),
    ],
    ids=["ja", "en", "ja-easy"],
)
def test_a_form_can_be_answered_by_the_numbers_that_stand_before_its_choices(talk, knowledge, begin, typed):
    for said in begin:
        message = talk(said, channel="line").messages[-1]
    for number in typed:
        bubble = json.dumps(LineRenderer(knowledge).messages([message], "ja"), ensure_ascii=False)
        assert f'"1. {message["buttons"][0]["title"]}"' in bubble
        before, message = message, talk(number, channel="line").messages[-1]
        assert message["answer"]["id"] != before["answer"]["id"], number
    assert message["answer"]["id"] == "question_tokyo_link"


@pytest.mark.model
@pytest.mark.parametrize(
    ("begin", "sent"),
    [
        (("条件を一つずつ確認したい", "はい"), {"event": "sticker"}),
        (("条件を一つずつ確認したい",), {"event": "image"}),
        (("I want to check whether we can apply",), {"text": "👍"}),
        (("データを消して",), {"event": "sticker"}),
    ],
)
def test_what_cannot_be_read_in_a_form_leaves_its_question_below(talk, knowledge, begin, sent):
    for said in begin:
        asked = talk(said, channel="line").messages[-1]
    first, last = talk(sent.pop("text", ""), channel="line", **sent).messages
    assert first["answer"]["kind"] == "fallback" and first["buttons"] == []
    assert last["text"] == asked["text"] and last["buttons"] == asked["buttons"]
    assert limits.request_faults(LineRenderer(knowledge).messages([first, last], "ja")) == []


@pytest.mark.model
def test_outside_a_form_a_sticker_brings_common_questions_and_nothing_else(talk):
    talk("費用は？", channel="line")
    (message,) = talk("", channel="line", event="sticker").messages
    assert message["answer"]["id"] == "line_sticker" and message["buttons"]
    for said in ("データを消して", "はい"):
        talk(said, channel="line")
    assert len(talk("👍", channel="line").messages) == 1  # the last word after erasing is no question


@pytest.mark.model
def test_the_titles_of_the_links_to_pass_on_can_be_typed(talk, knowledge):
    words = knowledge.pages["line"]["labels"]
    titles = [words[name][lang] for name in ("share", "copy") for lang in ("ja", "en", "ja-easy")]
    for typed in (*titles, "人に 教える", "tell someone"):
        answer = talk(typed, channel="line").messages[0]["answer"]
        assert answer["id"] == "phrase_share", typed


@pytest.mark.model
def test_every_numbered_row_of_an_offer_can_be_typed_and_a_number_erases_nothing(talk):
    assert talk("もう一度言って", channel="line").messages[0]["answer"]["id"] == "phrase_nothing_to_repeat"
    assert talk("2", channel="line").messages[0]["answer"]["id"] == "documents_overview"
    talk("メニュー", channel="line")
    assert talk("⑫", channel="line").messages[0]["answer"]["id"] == "task_erase_confirm"
    assert talk("1", channel="line").messages[0]["answer"]["id"] != "task_erased_both"


@pytest.mark.model
@pytest.mark.parametrize(
    "begin", [("費用は？", "メニュー"), ("How much is it?", "Menu"), ("やさしい日本語でお願いします", "メニュー")]
)
@pytest.mark.parametrize(("title", "lang"), [("日本語", "ja"), ("English", "en"), ("やさしい日本語", "ja-easy")])
def test_languages_are_chosen_by_the_number_in_the_menu_and_by_the_words_on_their_rows(talk, begin, title, lang):
    for said in begin:
        talk(said, channel="line")
    (offered,) = talk("11", channel="line").messages
    assert offered["answer"]["id"] == "line_languages" and title in [b["title"] for b in offered["buttons"]]
    answer = talk(title, channel="line").messages[0]["answer"]
    assert answer["lang"] == lang and answer["id"] != "process_english", answer["id"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("begin", "number", "word"),
    [
        ("データを消して", "1", "言葉で"),
        ("Delete my data", "the first one", "in words"),
        ("データを 消して", "①", "言葉で"),
    ],
)
def test_a_number_never_erases_and_the_question_stays_open(talk, begin, number, word):
    asked = talk(begin, channel="line").messages[-1]
    assert asked["answer"]["id"] == "task_erase_confirm"
    first, last = talk(number, channel="line").messages
    assert word in first["text"] and last["buttons"] == asked["buttons"]
    assert talk(asked["buttons"][0]["title"], channel="line").messages[0]["answer"]["id"] in ERASED


@pytest.mark.model
@pytest.mark.parametrize(
    ("begin", "lang"),
    [
        (("条件を一つずつ確認したい",), "ja"),
        (("I want to check whether we can apply",), "en"),
        (("やさしい日本語でお願いします", "条件を 一つずつ 確認したいです"), "ja-easy"),
    ],
)
@pytest.mark.parametrize(("number", "place"), [("２", 1), ("二", 1), ("①", 0)])
def test_yes_and_no_by_number_are_what_a_tap_on_them_says(talk, conversations, run, begin, lang, number, place):
    tapping = f"tapping {lang} {number}"
    for said in begin:
        asked = talk(said, channel="line").messages[-1]
        run(conversations.say(tapping, said, channel="line"))
    assert asked["answer"]["lang"] == lang
    tapped = run(conversations.say(tapping, asked["buttons"][place]["payload"], channel="line", event="postback"))
    typed = talk(number, channel="line")
    assert [m["text"] for m in typed.messages] == [m["text"] for m in tapped.messages]


@pytest.mark.model
async def test_a_long_story_on_line_is_answered_by_its_question_and_it_is_said_that_not_all_was_read(
    line, line_settings, conversations
):
    story = "私たちは大学で知り合いました。両親に話すと泣かれました。猫を飼って、毎日夕食を作っています。" * 60
    sent = [story + "宣誓の費用はいくらかかりますか？" + story[:900], story[:3900] + "もう死にたいです。", story[:2000]]
    async with channel(line_settings(), conversations.agent) as served:
        for one in sent:
            assert await line.send(served.url, text(one[:5000])) == 200
            await served.settled()
    fee, crisis, nothing = (json.dumps(r, ensure_ascii=False) for r in line.replies())
    assert "無料" in fee and "質問と思われるところだけを読みました" in fee
    assert "いま頼れるところ" in crisis and "読み取れない" not in crisis
    assert "はじめのところだけを読みました" in nothing
    assert line.bad() == []


@pytest.mark.model
@pytest.mark.parametrize("begin", ["条件を一つずつ確認したい", "申請の準備を始めたい"])
def test_our_next_question_does_not_stand_below_words_for_somebody_who_suffers(talk, begin):
    asked = talk(begin, channel="line").messages[-1]
    messages = talk("親に反対されてつらいです", channel="line").messages
    assert messages[0]["answer"]["topic"] == "support"
    assert [m["answer"]["kind"] for m in messages].count("ask") == 0
    assert talk("続きから", channel="line").messages[-1]["answer"]["id"] == asked["answer"]["id"]


@pytest.mark.model
def test_a_number_that_is_no_longer_in_use_cannot_be_called(talk):
    for lang in ("ja", "en", "ja-easy"):
        message = talk("Tokyo LGBT相談の電話番号は？", channel="line", lang=lang).messages[0]
        assert message["answer"]["id"] == "support_tokyo_lgbt_phone" and "3812" not in json.dumps(message)


@pytest.mark.model
@pytest.mark.parametrize("begin", ["条件を一つずつ確認したい", "申請の準備を始めたい"])
def test_the_menu_opens_in_the_middle_of_a_form_and_the_form_goes_on_from_there(talk, begin):
    asked = talk(begin, channel="line").messages[-1]
    assert talk("メニュー", channel="line").messages[0]["answer"]["id"] == "phrase_menu"
    assert talk("続きから", channel="line").messages[-1]["answer"]["id"] == asked["answer"]["id"]
