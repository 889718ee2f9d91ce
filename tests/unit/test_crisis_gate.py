"""The word gate before everything else: who is in danger is recognised without the model (reliability.md R37)."""

from __future__ import annotations

import pytest

from bot.nlu.safety import crisis_in

SELF_HARM = [
    "死にたい", "しにたい", "もう死にたいです", "死んでしまいたい", "消えてしまいたい", "きえたい", "いなくなりたい", "生きていたくない", "もう生きるのがつらい",
    "生きる意味がわからない", "自殺したい", "自殺を考えています", "リスカしてしまった", "手首を切りました", "薬をたくさん、全部飲んだ", "飛び降りたい", "首を吊ろうと思う",
    "死んだほうがましだ", "この世から消えたい", "人生を終わりにしたい", "ｼﾆﾀｲ", "死にた\u200bい", "shinitai", "mou shinitai desu", "I want to die", "i wanna die",
    "I want to kill myself", "I'm thinking about suicide", "I don't want to live anymore", "I don't want to be here anymore", "there's no reason to live",
    "I’d be better off dead", "I've been cutting myself", "I can't go on anymore", "kms", "I just swallowed a bottle of pills", "I want to end my life", "I took an overdose",
    "しにたい です。 つらいです。", "遺書を書いた",
]  # fmt: skip
OUTING = [
    "会社にばらされた", "会社にバラすぞと言われた", "アウティングされました", "アウティングするぞと脅されています", "親に勝手に言われた", "職場で言いふらされた", "友達に勝手に広められた",
    "親にばれた。どうしよう", "かいしゃに ばらされました", "my boss outed me", "I was outed at work", "he is threatening to out me", "someone told everyone I'm gay", "I'm being blackmailed",
    "学校中にバレてしまいました",
]  # fmt: skip
VIOLENCE = [
    "彼に殴られた", "パートナーに殴られています", "彼女から暴力を受けています", "DVを受けてる", "首を絞められた", "家を追い出された", "殺すぞって言われた", "ストーカーにあってる、つきまとわれている",
    "むりやり触られた", "かれが なぐります", "my partner hits me", "my boyfriend is beating me", "I was raped", "my dad kicked me out", "he's stalking me", "she threatened to kill me", "he is threatening to kill me", "ぱーとなーに なぐられました",
]  # fmt: skip
BEREAVED = [
    "パートナーが亡くなりました", "彼が先週亡くなりました", "彼女が事故で亡くなってしまいました", "恋人が死んでしまった", "パートナーが しにました", "お葬式に出させてもらえない",
    "my partner died", "my wife passed away last week", "I lost my partner", "my boyfriend has passed away",
]  # fmt: skip
HARASSMENT = [
    "職場でいじめられています", "嫌がらせを受けています", "学校でいじめにあってる", "レズって呼ばれる", "差別されました", "SOGIハラを受けた", "I'm being bullied at school", "my coworker keeps harassing me", "they call me slurs",
]  # fmt: skip
EMERGENCY = [
    "パートナーが倒れた、助けて",
    "彼の意識がない！どうしたらいい",
    "息をしていない、今すぐ助けて",
    "my partner is unconscious",
    "he's not breathing",
]
DISTRESS = [
    "もう無理", "もう限界です", "助けてください", "たすけて", "誰にも言えない", "涙が止まらない", "つらくて眠れない", "もうどうしたらいいかわからない", "I can't take it anymore", "I have no one to talk to", "I feel hopeless", "please help me",
]  # fmt: skip

NEGATIVE = [
    "パートナーが死んだら証明書はどうなりますか", "亡くなったときの手続き", "パートナーが亡くなった場合、証明書は返すの？", "死亡届は出せますか", "死後の相続について", "死んだあとの財産", "もし彼が死んだら家はどうなる",
    "死ぬほど笑った", "仕事で死にそう、いや冗談", "自殺対策の窓口はどこ", "自殺の統計", "アウティングとは何ですか", "アウティングは条例で禁止されていますか", "アウティング禁止の条例", "親にばれずに使える？",
    "会社にばれたくない", "家族に知られないで届け出できますか", "職場にバレませんか", "ばらされたくないけど、届出は秘密にできますか", "DV相談の窓口はどこですか", "暴力とは何ですか", "嫌がらせの相談先を教えて",
    "いじめ防止の条例", "差別は条例で禁止されていますか", "ハラスメントの定義は？", "救急車に一緒に乗れる？", "意識がないとき、面会できますか", "倒れたときに連絡してもらえる？", "手術の同意はできますか", "病院で使えますか",
    "もう無理ですか", "もうだめですか、18歳未満は", "この条件だと無理？", "引っ越したらもう使えない？", "もう届け出ました", "助けてくれてありがとう", "助かりました", "たすかりました", "つらい制度だね", "涙が出るほどうれしい",
    "やめたい", "消したい", "会話を消して", "データを消えるようにして", "住民票から消えますか", "飛び降り禁止", "証明書が切れた", "カードを切ってください", "首都圏でも使える？",
    "薬局で使えますか", "薬を代わりに受け取れますか", "殴り書きでもいい？", "叩き台をください", "葬儀社で使える？", "お葬式で家族として扱われますか", "生きている間に財産を渡すには", "生きづらさの相談",
    "How do I return the certificate if my partner dies?", "what happens to the certificate if one of us dies", "What if my partner is unconscious, can I visit?", "Is outing prohibited by the ordinance?", "Can my employer find out?",
    "I don't want my company to know", "how much is the fee?", "my partner hit a milestone, we are engaged", "this form is killing me lol", "I'm dying to know",
    "can I get help?", "please help me apply", "please help me understand the fee", "does it end if we break up", "I want to end the partnership", "we want to end it", "how do we end the registration", "cut the cost", "is it dead simple?",
    "who can I talk to about the form", "the system is down", "I can't go on Monday", "I can't take it to the office, is online ok?", "can he take my name?", "I live alone", "he hurts my ranking", "out of Tokyo", "we are out to everyone",
]  # fmt: skip


@pytest.mark.parametrize("text", SELF_HARM)
def test_self_harm_in_any_form(text: str) -> None:
    assert crisis_in(text) == "crisis_suicide"


@pytest.mark.parametrize("text", OUTING)
def test_forced_outing(text: str) -> None:
    assert crisis_in(text) == "crisis_outing"


@pytest.mark.parametrize("text", VIOLENCE)
def test_violence(text: str) -> None:
    assert crisis_in(text) == "crisis_violence"


@pytest.mark.parametrize("text", BEREAVED)
def test_bereavement(text: str) -> None:
    assert crisis_in(text) == "crisis_bereavement"


@pytest.mark.parametrize("text", HARASSMENT)
def test_harassment(text: str) -> None:
    assert crisis_in(text) == "crisis_harassment"


@pytest.mark.parametrize("text", EMERGENCY)
def test_medical_emergency(text: str) -> None:
    assert crisis_in(text) == "crisis_medical_emergency"


@pytest.mark.parametrize("text", DISTRESS)
def test_distress_without_a_named_danger(text: str) -> None:
    assert crisis_in(text) == "support_crisis"


@pytest.mark.parametrize("text", NEGATIVE)
def test_a_calm_question_is_no_alarm(text: str) -> None:
    assert crisis_in(text) is None


@pytest.mark.parametrize(
    "text", ["会社にばらされた。もう死にたい", "死にたい。彼が亡くなりました", "殴られた、消えたい"]
)
def test_a_life_in_danger_comes_before_every_other_trouble(text: str) -> None:
    assert crisis_in(text) == "crisis_suicide"


def test_a_question_in_the_same_breath_does_not_hide_self_harm() -> None:
    assert crisis_in("死にたい。相続の手続きはどうなりますか") == "crisis_suicide"
    assert crisis_in("I want to die. what happens to the certificate if one of us dies") == "crisis_suicide"


def test_every_entry_named_by_the_gate_exists(knowledge: object) -> None:
    from bot.nlu.safety import _GATES

    for _, entry_id in _GATES:
        entry = knowledge.entries[entry_id]  # type: ignore[attr-defined]
        assert entry.kind == "crisis"
        assert set(entry.short) == {"ja", "en", "ja-easy"}


def test_the_gate_is_quick_on_the_longest_message() -> None:
    import time

    for piece in ("もう", "薬を", "意識が", "my partner ", "i'm so ", "死"):
        text = (piece * 1000)[:1000]
        started = time.process_time()
        crisis_in(text)
        assert time.process_time() - started < 0.5, piece


@pytest.mark.parametrize("matter", ["届出", "届け出", "申請", "準備", "手続き", "会話", "チャット", "登録", "この記録"])
def test_ending_a_procedure_is_no_cry_and_ending_a_life_is(matter: str) -> None:
    assert crisis_in(f"{matter}を終わりにしたい") is None
    assert crisis_in(f"{matter}も人生も終わりにしたい") == "crisis_suicide"
    assert crisis_in(f"{matter}がつらい。もう終わりにしたい") == "crisis_suicide"
