"""What people say about themselves becomes the categories of the rules, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue import situation as reading
from bot.rules.eligibility import Verdict, decide
from bot.rules.regulation import RequirementId

COLLATERAL_2 = ["collateral_blood", 2]

# (what is typed, facts that must be read; None: must not be read)
TABLE: list[tuple[str, dict[str, Any]]] = [
    # ages
    ("二人とも25歳です", {"ages": [25, 25]}),
    ("僕は20で彼は17です", {"ages": [20, 17]}),
    ("私は２６歳、彼は三十一歳です", {"ages": [26, 31]}),
    ("相手は17歳です", {"ages": [17]}),
    ("二人とも18歳以上です", {"both_adults": "yes"}),
    ("二人とも30代です", {"both_adults": "yes"}),
    ("二人とも成人しています", {"both_adults": "yes"}),
    ("相手が未成年です", {"both_adults": "no"}),
    ("彼女はまだ高校2年です", {"both_adults": "no"}),
    ("私は30代です", {"both_adults": None}),
    ("何歳から届け出できますか？", {"ages": None, "both_adults": None}),
    ("18歳以上じゃないとだめですか？", {"ages": None, "both_adults": None}),
    ("we are both 25", {"ages": [25, 25]}),
    ("I'm 30 and she's 17", {"ages": [30, 17]}),
    ("we are both over 18", {"both_adults": "yes"}),
    ("both of us are adults", {"both_adults": "yes"}),
    ("my partner is a minor", {"both_adults": "no"}),
    ("how old do we have to be?", {"ages": None, "both_adults": None}),
    ("どちらももう成人です", {"both_adults": "yes"}),
    # marriage
    ("私は独身ですが彼女には旦那さんがいます", {"any_marriage": "yes"}),
    ("each of us is married, to someone else", {"any_marriage": "yes"}),
    ("Her brother is married to my sister. We are both single", {"any_marriage": "no"}),
    ("性別を変更してないと不利ですか", {"any_other_partnership": None}),
    ("前の人とのパートナーシップは返還届を出して終わっています", {"any_other_partnership": "no"}),
    ("前の人とのパートナーシップの返還届をまだ出していません", {"any_other_partnership": "yes"}),
    ("二人とも男が好きな男です", {"has_sexual_minority": "yes"}),
    ("We have a UK civil partnership and live in Meguro", {"any_marriage": "married_abroad_to_each_other"}),
    ("フランスでパックスを結んでいる二人です", {"any_marriage": "married_abroad_to_each_other"}),
    ("My civil partnership with my ex was dissolved in 2020", {"any_marriage": None}),
    # what belongs to somebody else, is over, denied, or only to come
    ("元妻との息子(9歳)を育てながら、彼と暮らしてます。おれ40、彼37", {"ages": [37]}),
    ("5歳の娘がいます。私は30歳、彼女は32歳", {"ages": [30, 32]}),
    ("あ、まちごうた、27やわ。17ちゃうねん", {"ages": [27]}),
    ("I turn 18 in three weeks and my girlfriend is already 18", {"ages": [17]}),
    ("二人とも30代です。私は独身ですが、相手は奥さんとの離婚がまだ成立していません", {"any_marriage": "yes"}),
    ("My divorce should be finalised next month", {"any_marriage": "yes"}),
    ("カナダで別の男性と結婚したままで、離婚の手続きはしていません", {"any_marriage": "yes"}),
    ("カナダで同性婚した。相手は今の彼女、本人", {"any_marriage": "married_abroad_to_each_other"}),
    ("離婚して五年です", {"any_marriage": "no"}),
    ("来週、元パートナーとの市の宣誓を取り消します", {"any_other_partnership": "yes"}),
    ("もう別れた元妻の、そのお父さんと恋仲になりました", {"relation": ["lineal_affinity", None]}),
    ("養子縁組とかは関係ないです、血がつながってます", {"relation": ["yes", None]}),
    ("血がつながってるかも", {"relation": None}),
    ("相手はおらんっちゃけど、一人もんでも届け出だけ先にしとけると?", {"people_count": "other"}),
    ("観光で東京に来てる台湾人カップルです。家も仕事も台湾で、引っ越す予定はなし", {"links": "none"}),
    ("住まいは二人とも宇都宮市で、東京での勤務や通学、転居の予定もございません", {"links": "none"}),
    ("私は生まれも育ちも品川ですが、今は彼女と福岡で暮らしています", {"links": None}),
    ("先週神戸から東村山に越してきたばっかりやねん", {"links": ["live"]}),
    ("夜間の専門学校が新宿で家は二人とも川越", {"links": ["study"]}),
    # found by readers who had not seen the bot
    ("女性カップルです。二人とも30代です", {"has_sexual_minority": "yes"}),
    ("おんなの ふたりです。こいびとです", {"has_sexual_minority": "yes"}),
    ("どっちもバイで、付き合って3年です", {"has_sexual_minority": "yes"}),
    ("二人とも性的マイノリティの女性で、44と39です", {"has_sexual_minority": "yes"}),
    ("夫婦別姓したいだけの普通の男女カップルです", {"has_sexual_minority": None}),
    ("幼なじみの男同士で、恋愛ではないです", {"has_sexual_minority": None, "open": ["req-02-sexual-minority"]}),
    ("男同士ですが二人とも女が好きです", {"has_sexual_minority": "no"}),
    ("異性愛者どうしの男女です", {"has_sexual_minority": "no"}),
    ("ほかのパートナーはおらず、独身です", {"any_other_partnership": "no"}),
    ("よそでパートナーシップを組んでる相手もいません", {"any_other_partnership": "no"}),
    ("前に誰かと宣誓したこともないです", {"any_other_partnership": "no"}),
    ("No partnership with anyone else", {"any_other_partnership": "no"}),
    ("I'm 26, she's 25. Never married", {"any_marriage": "no"}),
    ("I used to be married to a man and the divorce came through in 2021", {"any_marriage": "no"}),
    ("She has lived as his common-law wife for ten years", {"any_marriage": "de_facto_with_other"}),
    ("身内ちゃうよ", {"relation": ["no", None]}),
    ("親戚とちゃう", {"relation": ["no", None]}),
    ("小学生のときに養子にしてもらった養父と恋人になりました", {"relation": ["adopted_otherwise", None]}),
    (
        "相手とは養子縁組をしていますが、家を継ぐための縁組です",
        {"relation": None, "open": ["req-07-not-close-relatives"]},
    ),
    ("東京に通勤や通学もしておらず、引っ越しの予定もありません", {"links": "none"}),
    ("二人とも大宮住みで職場も大宮。引っ越す気もない", {"links": "none"}),
    ("gay couple in Tokyo", {"links": ["live"]}),
    ("双方四十代で婚姻歴はございません", {"any_marriage": "no"}),
    (
        "父の再婚相手が連れてきた子と、わたしが恋人になりました。養子縁組はしてなくて",
        {"relation": ["collateral_affinity", None]},
    ),
    ("まあ二人とも結婚とかしたことなくて38と41なんですけど", {"any_marriage": "no"}),
    ("先月やっと離婚届が受理されました", {"any_marriage": "no"}),
    ("お父さんが同じでお母さんが違う女の子とつきあってます", {"relation": ["collateral_blood", 2]}),
    (
        "彼とは付き合う前に家業の都合で養子縁組をしています。養父と養子です",
        {"relation": None, "open": ["req-07-not-close-relatives"]},
    ),
    (
        "I'm a trans guy, my girlfriend is straight, we look like an ordinary straight couple",
        {"has_sexual_minority": "yes"},
    ),
    ("俺も彼女も異性愛、男と女のカップルです", {"has_sexual_minority": "no"}),
    ("I might get a job in Tokyo but they have not decided", {"open_link": True, "links": None}),
    ("まだ一か月なのに宣誓なんて断られたりしませんか", {"makes_oath": None}),
    # the pledge
    ("ただのルームメイトで、支え合う約束をするつもりはありません", {"makes_oath": "no"}),
    ("一生のパートナーと言い切る自信はまだないです", {"open": ["req-03-oath"]}),
    ("宣誓しないとだめですか", {"makes_oath": None}),
    # where they are
    ("大阪の北区に住んで、二人とも梅田で働いてます。北区ならいけますか", {"links": "none"}),
    ("住んでいるのは千葉、勤めも千葉です", {"links": "none"}),
    ("We live in Yokohama and both work there", {"links": "none"}),
    ("本籍は港区ですが、二人とも仙台に住んで仙台で働いています", {"links": "none"}),
    ("二人とも独身です", {"any_marriage": "no"}),
    ("どっちも結婚していません", {"any_marriage": "no"}),
    ("二人とも結婚はしてないです", {"any_marriage": "no"}),
    ("けっこんは していません。ふたりとも。", {"any_marriage": "no"}),
    ("彼はまだ離婚が成立していません", {"any_marriage": "yes"}),
    ("相手は既婚です", {"any_marriage": "yes"}),
    ("妻がいます", {"any_marriage": "yes"}),
    ("離婚調停中です", {"any_marriage": "yes"}),
    ("離婚しました", {"any_marriage": "no"}),
    ("私は独身です", {"any_marriage": None}),
    ("ニューヨークで結婚しました", {"any_marriage": "married_abroad_to_each_other"}),
    ("別の人と事実婚しています", {"any_marriage": "de_facto_with_other"}),
    ("日本で同性婚はできますか", {"any_marriage": None}),
    ("いつか結婚したいです", {"any_marriage": None}),
    ("neither of us is married", {"any_marriage": "no"}),
    ("I'm still married", {"any_marriage": "yes"}),
    ("he is getting divorced", {"any_marriage": "yes"}),
    ("we got married in Canada", {"any_marriage": "married_abroad_to_each_other"}),
    # other partnership
    ("ほかにパートナーはいません", {"any_other_partnership": "no"}),
    ("元カノとのパートナーシップがまだ残っています", {"any_other_partnership": "yes"}),
    ("前の相手とのパートナーシップを解消していません", {"any_other_partnership": "yes"}),
    ("前のパートナーシップは解消しました", {"any_other_partnership": "no"}),
    ("I'm still registered with my ex", {"any_other_partnership": "yes"}),
    ("no other partners", {"any_other_partnership": "no"}),
    # kinship
    ("いとこ同士です", {"relation": ["collateral_blood", 4]}),
    ("私たちは姉妹です", {"relation": COLLATERAL_2}),
    ("親子なんですが使えますか", {"relation": ["lineal_blood", None]}),
    ("親戚ではありません", {"relation": ["no", None]}),
    ("血のつながりはないです", {"relation": ["no", None]}),
    ("二人で養子縁組しています", {"relation": ["adopted_in_partnership", None]}),
    ("元夫の母です", {"relation": ["lineal_affinity", None]}),
    ("妹に反対されています", {"relation": None}),
    ("親に内緒で出せますか", {"relation": None}),
    ("母が心配しています", {"relation": None}),
    ("we are cousins", {"relation": ["collateral_blood", 4]}),
    ("she is my sister", {"relation": COLLATERAL_2}),
    ("we are not related", {"relation": ["no", None]}),
    ("my sister supports us", {"relation": None}),
    # tie to Tokyo
    ("都内に住んでいます", {"links": ["live"]}),
    ("私は新宿で働いてます", {"links": ["work"]}),
    ("都内の大学に通っています", {"links": ["study"]}),
    ("埼玉に住んでて職場は新宿です", {"links": ["work"]}),
    ("二人とも埼玉に住んでいます", {"links": None, "outside": True}),
    ("二人とも埼玉在住で、職場も埼玉です", {"links": "none"}),
    ("二人とも東京に住んでないし、働いてもいない", {"links": "none"}),
    ("来月、千葉から江東区に引っ越します", {"links": None, "move_in": ["2026-12-01", "2026-12-31"]}),
    ("12月5日に都内に引っ越します", {"move_in": ["2026-12-05", "2026-12-05"]}),
    ("いつか東京に引っ越したい", {"move_in": "yes"}),
    ("東京に住みたいです", {"links": None}),
    ("片方だけ埼玉に住んでます", {"links": None, "outside": None, "one_outside": True}),
    ("都内の病院に通っています", {"links": None}),
    ("we live in Shinjuku", {"links": ["live"]}),
    ("I work in Shibuya but we live in Saitama", {"links": ["work"]}),
    ("we both live and work in Saitama", {"links": "none"}),
    ("we are moving to Tokyo next month", {"links": None, "move_in": ["2026-12-01", "2026-12-31"]}),
    ("neither of us lives or works in Tokyo", {"links": "none"}),
    # sexual minority: a yes or no, never which or who
    ("女性同士です", {"has_sexual_minority": "yes"}),
    ("私がゲイです", {"has_sexual_minority": "yes"}),
    ("片方がトランスジェンダーです", {"has_sexual_minority": "yes"}),
    ("we are two women", {"has_sexual_minority": "yes"}),
    ("二人ともストレートです", {"has_sexual_minority": "no"}),
    ("we are both straight", {"has_sexual_minority": "no"}),
    ("男女のカップルです", {"has_sexual_minority": None, "open_minority": True}),
    ("同性カップルじゃなくても使える？", {"has_sexual_minority": None, "open_minority": True}),
    ("俺のバイト先は渋谷", {"has_sexual_minority": None}),
    ("LGBTの相談電話はどこですか", {"has_sexual_minority": None}),
    # number of people
    ("三人で届け出できますか", {"people_count": "other"}),
    ("一人で届け出できますか", {"people_count": "other"}),
    ("届けるのは二人です", {"people_count": "two"}),
    ("three of us want to register", {"people_count": "other"}),
    # nothing about themselves
    ("費用はいくらですか", {k: None for k in ("ages", "links", "any_marriage", "relation", "has_sexual_minority")}),
    ("何日かかる？", {k: None for k in ("ages", "links", "move_in")}),
    ("How much is it?", {k: None for k in ("ages", "links", "move_in")}),
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[t for t, _ in TABLE])
def test_statement(understood: Callable[..., Any], text: str, expected: dict[str, Any]) -> None:
    facts = reading.read(understood(text), TODAY)
    assert {key: facts.get(key) for key in expected} == expected, facts


def test_several_facts_in_one_message(understood: Callable[..., Any]) -> None:
    facts = reading.read(
        understood("二人とも50歳、どちらも独身、ほかの相手なし、親戚でもない、江戸川区在住です"), TODAY
    )
    assert facts["ages"] == [50, 50]
    assert facts["any_marriage"] == facts["any_other_partnership"] == "no"
    assert facts["relation"] == ["no", None]
    assert facts["links"] == ["live"]


@pytest.mark.parametrize("text", [t for t, _ in TABLE])
def test_facts_hold_categories_and_no_words_of_the_person(understood: Callable[..., Any], text: str) -> None:
    """Who is what is never kept (reliability.md R34); the slot is JSON."""
    import json

    words = json.dumps(reading.read(understood(text), TODAY))
    for banned in ("ゲイ", "gay", "lesbian", "women", "トランス", "世田谷", "新宿", "彼", "妹"):
        assert banned not in words


@pytest.mark.parametrize(
    "text",
    [
        "相手は17歳です", "彼はまだ離婚が成立していません", "元カノとのパートナーシップがまだ残っています", "私たちは姉妹です", "二人とも埼玉在住で、職場も埼玉です", "二人ともストレートです", "三人で届け出できますか",
        "I'm 30 and she's 17", "I'm still married", "she is my sister", "we both live and work in Saitama", "we are both straight",
    ],
)  # fmt: skip
def test_what_excludes_a_couple_never_becomes_a_yes(understood: Callable[..., Any], text: str) -> None:
    couple = reading.situation(reading.read(understood(text), TODAY), TODAY)
    assert decide(couple, TODAY, assuming=set(RequirementId)).verdict is not Verdict.ELIGIBLE


# --- later words


def test_the_later_word_counts() -> None:
    assert reading.merge({"any_marriage": "no"}, {"any_marriage": "yes"})["any_marriage"] == "yes"


def test_an_age_said_of_one_person_keeps_the_others() -> None:
    assert reading.merge({"ages": [20]}, {"ages": [17]})["ages"] == [20, 17]
    assert reading.merge({"ages": [20, 25]}, {"ages": [17]})["ages"] == [20, 17]


def test_ages_and_adulthood_replace_each_other() -> None:
    assert "both_adults" not in reading.merge({"both_adults": "yes"}, {"ages": [17]})
    assert "ages" not in reading.merge({"ages": [17, 20]}, {"both_adults": "yes"})


def test_ties_add_up() -> None:
    assert reading.merge({"links": ["live"]}, {"links": ["work"]})["links"] == ["live", "work"]


def test_a_tie_takes_back_having_none() -> None:
    merged = reading.merge({"links": "none", "outside": True}, {"links": ["work"]})
    assert merged["links"] == ["work"] and "outside" not in merged


def test_a_planned_move_takes_back_having_no_tie() -> None:
    assert "links" not in reading.merge({"links": "none"}, {"move_in": ["2026-12-01", "2026-12-31"]})


def test_merging_leaves_the_old_facts_alone() -> None:
    old = {"ages": [20, 25], "links": ["live"]}
    reading.merge(old, {"ages": [17], "links": ["work"]})
    assert old == {"ages": [20, 25], "links": ["live"]}
