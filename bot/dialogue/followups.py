"""What only the last turn explains: a number picked from an offer, a short question about what was just said."""

from __future__ import annotations

import re

from bot.dialogue import supposing
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import Spec
from bot.dialogue.turn import Turn, entry

_NUMBER = re.compile(
    r"^(?:no\.? ?|その|the )?(?P<n>[1-4一二三四]|first|second|third|fourth|最初|一番目|二番目|三番目|1つ目|2つ目|3つ目)(?:番|つ目|番目|です|のやつ|を|でお願い(?:します)?|\s?one|。|\.)*$"
)
_ORDINAL = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "最初": 1,
    "一番目": 1,
    "二番目": 2,
    "三番目": 3,
    "1つ目": 1,
    "2つ目": 2,
    "3つ目": 3,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
}
_COMES_OF_AGE = re.compile(r"誕生日|18(?:歳)?に(?:なっ|なれ|なる)|十八歳になっ|birthday|turns? 18")
_PUT_RIGHT = re.compile(r"やっぱ|間違|まちが|訂正|だったって|じゃなくて|\b(?:actually|i meant|sorry)\b")
_CONSENT = re.compile(
    r"(?:親|おや|保護者|母|父)[^。]{0,6}(?:同意|許可|承諾|サイン|署名|ゆるし|許し)|parent\w*'? (?:consent|permission|signature)"
)
_SINCE_WHEN = re.compile(r"いつ(?:から|なら|に|になったら)|何歳になれば|\bwhen\b")
_NO_REGISTER = re.compile(
    r"戸籍(?:が|は|も)?(?:ない|無い|ありません|持って)|no (?:koseki|family register)|without a (?:koseki|family register)"
)
_OF_FILING = re.compile(
    r"届け?出(?:られ|でき|可)|申請(?:でき|可)|使え|対象|資格|eligible|qualify|can (?:we|i) (?:apply|file)"
)
_IDENTITY = re.compile(
    r"パスポート|旅券|免許|マイナンバーカード|在留カード|本人確認|身分証|passport|residence card|driver'?s licen[cs]e|my number card|\bid\b"
)
_FETCHES_A_REGISTER = re.compile(
    r"(?:戸籍|本籍)[^。]{0,16}(?:取り|取る|取れ|取得|もらい|郵送)|本籍.{0,30}(?:行く|取りに)"
)
_WHAT_TO_SHOW = re.compile(
    r"何を(?:出|見せ|用意|持)|何が(?:いる|要る|必要)|どれを(?:出|見せ)|どの書類|何で(?:証明|示)|どう(?:やって)?(?:証明|示)|証明(?:は|って)?(?:どう|何)|what (?:do|does|should|must|would|can) (?:i|we|she|he|they) (?:show|submit|bring|need|send|hand in)|which (?:paper|document)|how (?:do|can|should|would|will) (?:i|we|he|she|they) (?:show|prove)"
)
_PLACE_OF = (
    ("work", re.compile(r"職場|会社|勤め|勤務|仕事|しごと|働|はたら|店|\b(?:work\w*|job|office|employ\w*)\b")),
    ("study", re.compile(r"学校|がっこう|大学|だいがく|通学|在学|学生|\b(?:school|stud\w+|univ\w*|college)\b")),
)
_PAPER_OF = {
    "work": "documents_work_study",
    "study": "documents_work_study",
    "live": "documents_address",
    "move_in": "documents_move_in",
}
# What the papers are for was told by the answer before: 「その書類は何がいる?」 after one on children's names.
_PAPERS_FOR = {
    "certificate_children": "documents_child",
    "certificate_common_name": "documents_common_name",
    "eligibility_nationality": "documents_foreign",
    "eligibility_move_in": "documents_move_in",
}
_PAPERS = re.compile(
    r"書類|しょるい|用意|準備|証明する(?:もの|書類)|何がいる|何が必要|\b(?:papers?|documents?|paperwork|prove|proof)\b|what (?:do|should) (?:i|we) (?:need|bring|prepare)"
)
_PAPERS_OF_ONE_THING = ("documents_common_name", "documents_child", "documents_move_in", "documents_work_study")
_ITS_PAPERS = re.compile(
    r"^(?:その|それ|そっち)[^。]{0,10}(?:書類|しょるい)[^。]{0,8}$|^(?:and )?(?:what|which) papers (?:for|does) that"
)
_IN_THAT_CASE = re.compile(r"(?:場合|ときは?|なら)(?:は|だと)?[?？]?$|^(?:and )?(?:what )?if\b|^what about")
_BY_LINE = re.compile(r"(?<![a-z])line(?![a-z])|ライン|らいん|チャットで|文字で", re.IGNORECASE)
_TALK = re.compile(r"話|はな(?:せ|し)|相談|そうだん|聞いて|でき|ある|あり|いい|\b(?:talk|chat|write|text|reach)\b")
_TALK_BY_PHONE = re.compile(
    r"^(?:じゃあ|では|あと)?、?(?:電話|でんわ)で(?:も|は)?[ 、]?(?:誰か|だれか)?(?:に|と)?[ 、]?(?:相談|そうだん|話|はな)(?:は|を|が|も|に|し|せ|の)*[ ]?(?:でき|もら|のっ|乗っ|る|ます|たい)[^。]{0,10}$|"
    r"^(?:and |so )?(?:can|could|may) (?:i|we) (?:talk|speak)(?: to (?:someone|somebody|anyone))? (?:by|on|over) (?:the )?phone\??$"
)
_OF_A_TOWN = re.compile(
    r"(?:区|市|町|自治体)[^。]{0,12}(?:あり|ある|ない|使え|つかえ|制度|どう|でき)|(?:使え|つかえ|でき|いけ)る?(?:区|市|町|自治体)|\b(?:wards?|cit(?:y|ies)|towns?|municipalit\w+)\b"
)
_ASKS = re.compile(r"[?？]|か(?:$|[。、])|\b(?:any|which|does|do|is|are|can)\b")
_ALWAYS_OPEN = ("crisis_suicide", "support_crisis")  # what these name answers day and night
_PROMISED = "faq/advice_will_we_be_accepted"
_OF_COMPANIES = (
    "coverage_mobile",
    "coverage_mortgage",
    "coverage_miles",
    "coverage_life_insurance",
    "coverage_private_overview",
    "coverage_provider",
    "coverage_rental",
)
_LIST = re.compile(
    r"(?:書類|チェック|しょるい).{0,4}(?:リスト|一覧|りすと)|チェックリスト|checklist|list of (?:papers|documents)",
    re.IGNORECASE,
)
_WHAT_IF = re.compile(
    r"^(?:じゃあ|では|それなら|で)?、?(?:まず|先に)?(?:何|なに|どう)(?:を|から)?(?:先に|まず)?(?:すれば|したら)(?:いい|よい)|(?:どう|何を)(?:すれば|したら).{0,8}(?:できる|なれ|届け出|出せ|対象)|何が変われば|what (?:would|has|needs?) (?:have )?to (?:change|happen)|what (?:can|should|must) (?:we|i) (?:do|change)(?: first)?\??$"
)
_LANGUAGE_OF_OFFICE = re.compile(r"話せ|しゃべ|ここ|このチャット|ボット|答え|\byou\b|\bchat\b|\bbot\b")
_OPENING_HOURS = re.compile(
    r"何曜日|何時|今日(?:は|も)?(?:やって|開い|あい)|営業時間|受付時間|時間は|いつ(?:やって|開|あい)|what time|which days?|opening hours|when.{0,10}open|夜(?:中)?(?:でも|も|は)|よる(?:でも|も|は)|よなか|いつでも|24時間|今(?:から)?(?:かけ|電話)|at night|right now|何時まで"
)
_SINGLE_PAPERS = ("documents_single_status", "documents_single_cert_how", "documents_overview")
_WHERE_TO_GET = re.compile(
    r"どこで.{0,6}(?:取れ|取る|とれ|もらえ|もらう|手に入|取り寄せ|発行|出して)|(?:取り方|もらい方|入手)|where (?:do|can|would|should) (?:i|we|you) get (?:it|that|this|them|one|those)"
)
_WHOM_TO_ASK = re.compile(
    r"(?:誰|だれ|どこ|何処)(?:に|へ|で)\s?(?:聞|きく|きけ|きき|きい|問い?合わ|といあわ|確認|たずね|尋ね|電話|でんわ|連絡)|^(?:ok,? |and |so )*(?:who|where|whom) (?:can|should|do|would|could) (?:i|we) (?:ask|call|contact|phone|check)"
)
_PHONE_NUMBER = re.compile(
    r"(?:電話|でんわ)(?:の)?(?:番号|ばんごう)|何番|(?:phone|telephone) number|which number|what number"
)
_OF_IT = re.compile(r"^(?:その|そこ|そちら|そっち|それ|that|its?\b|their|what'?s (?:the|its|their))")
_OF_OUR_FILING = ("eligibility", "documents")
_ITS_LINE = re.compile(r"電話|でんわ|番号|ばんごう|\b(?:number|phone|call)\b")
_BY_PHONE = re.compile(
    r"^(?:じゃあ|で、|あと)?(?:電話|でんわ)(?:なら|だと|では|でも?|は)|^(?:and |what about )?by phone|^over the phone"
)
_ADDED_LATER = re.compile(
    r"(?:あとから|後から|あとで|後で|のちに|途中で).{0,8}(?:足|追加|加え|入れ|載せ|書き足)|\b(?:add(?:ed)?|include)\b.{0,24}\b(?:later|afterwards|after)\b"
)
_CONDITIONS_OF_ITS_OWN = "faq/eligibility_income_residence_length"
_OF_CHILDREN = ("certificate_children", "documents_child", "scheme_children_no_separate")
_CHANNELS = ("support_tokyo_lgbt_line", "support_tsunaniji", "support_youth")
_VAGUE = 0.45
_SURELY = 0.8
_CONTENT_WORD = re.compile(r"[一-龠々]{2,}|[ァ-ヴー]{3,}")


def _names_a_word_of(plain: str, text: str) -> bool:
    return any(word in text for word in _CONTENT_WORD.findall(plain))


def picked(moment: Moment) -> Turn | None:
    """「2番」: the answer offered under that number."""
    match, offered = _NUMBER.match(moment.u.plain), moment.memory.offered
    if not match:
        return None
    word = match["n"]
    number = int(word) if word.isdigit() else _ORDINAL[word]
    return moment.turn(entry(offered[number - 1])) if number <= len(offered) else None


def asked_again(moment: Moment) -> Turn | None:
    """A short question that only the last answer can explain: opening hours of the line just named, 18 after an age verdict."""
    specs = _by_line(moment) or _by_phone(moment) or _schemes_of_others(moment)
    if specs:
        return moment.turn(*specs)
    spec = _on_their_case(moment) or _of_the_company(moment)
    if spec is None:
        spec = _whom_to_ask(moment) or _what_to_show(moment)
    if spec is None:
        spec = _on_a_verdict(moment) if moment.last.get("say") == "verdict" else _on_an_entry(moment)
    return moment.turn(spec) if spec else None


def _in_need(moment: Moment) -> bool:
    """Whether a line for who is in need was named in the last turn, whatever else was said with it."""
    said = (moment.knowledge.entries.get(spec.get("id", "")) for spec in moment.memory.said if spec["say"] == "entry")
    return any(found is not None and found.topic == "crisis" for found in said)


def _by_line(moment: Moment) -> list[Spec]:
    """「ラインでも はなせますか」 after a line to call: the ones where one writes, not what is kept of a chat."""
    plain = moment.u.plain
    asked = _in_need(moment) and len(plain) <= 20 and _BY_LINE.search(plain) and _TALK.search(plain)
    return [entry("support_tokyo_lgbt_line"), _also("support_tsunaniji")] if asked and not moment.u.crisis else []


def _by_phone(moment: Moment) -> list[Spec]:
    """「でんわで そうだん できますか」: who is in need gets the line that is always open, others the lines for people and the office."""
    found = moment.latest_entry
    if found is None or moment.checking or moment.u.crisis or not _TALK_BY_PHONE.search(moment.u.plain):
        return []
    if _in_need(moment):
        return [entry("support_yorisoi")]
    lines = [entry("support_tokyo_lgbt_phone")]
    return lines if found.topic == "support" else [*lines, _also("support_office")]


def _schemes_of_others(moment: Moment) -> list[Spec]:
    """「国立市にもありますか、そういうの」 of two people for whom Tokyo's scheme is not meant: what wards and cities have."""
    u, facts = moment.u, moment.check.get("facts", {})
    if moment.checking or facts.get("has_sexual_minority") != "no" or not moment.is_short(characters=36, words=14):
        return []
    if not (_OF_A_TOWN.search(u.plain) and _ASKS.search(u.plain)) or u.links:
        return []
    towns = dict.fromkeys(value for kind, value, _ in u.places if kind == "municipality")
    if towns:
        return [*({"say": "place", "name": town} for town in list(towns)[:2]), _also("eligibility_no_minority")]
    return [entry("eligibility_no_minority"), _also("coverage_own_schemes")]


def _also(entry_id: str) -> Spec:
    return {**entry(entry_id), "lead": "also"}


def _of_the_company(moment: Moment) -> Spec | None:
    """「必ず通るってことですか」 after an answer on a company is about the company, not about the filing."""
    of_companies = any(spec.get("say") == "providers" for spec in moment.memory.said) or (
        moment.last_entry is not None and moment.last_entry.id in _OF_COMPANIES
    )
    asked = of_companies and moment.is_short(characters=20, words=8) and moment.u.sure(_PROMISED)
    return entry("coverage_private_not_guaranteed") if asked else None


def _on_their_case(moment: Moment) -> Spec | None:
    """「誕生日、わたしが1月で彼女が3月。いつから出せる?」"""
    case = supposing.judged(moment)
    plain = moment.u.plain
    if case is None or not case["facts"].get("ages") or moment.u.sure("correct") or _PUT_RIGHT.search(plain):
        return None
    return entry("eligibility_age") if _COMES_OF_AGE.search(plain) or _CONSENT.search(plain) else None


def _whom_to_ask(moment: Moment) -> Spec | None:
    """「誰に聞けば確実?」「予約の電話番号は?」: the line just named, else the office that decides."""
    plain, found = moment.u.plain, moment.latest_entry
    if not moment.memory.said or not moment.is_short(characters=26, words=9):
        return None
    if found is not None and found.id.startswith("support_") and moment.last_entry is found:
        of_it = _ITS_LINE.search(plain) and _OF_IT.search(plain)
        return entry(found.id) if of_it or _PHONE_NUMBER.search(plain) else None
    if found is not None and found.topic == "crisis":
        return None
    return entry("support_office") if _WHOM_TO_ASK.search(plain) or _PHONE_NUMBER.search(plain) else None


def _what_to_show(moment: Moment) -> Spec | None:
    """「そのとき職場の何を出せばいい?」 after a verdict or an answer on who may file."""
    plain, found = moment.u.plain, moment.latest_entry
    of_filing = moment.last.get("say") == "verdict" or (found is not None and found.topic in _OF_OUR_FILING)
    if not of_filing or len(plain) > 60 or not _WHAT_TO_SHOW.search(plain) or moment.u.mass("faq/changes") > _SURELY:
        return None
    if "move_in" in moment.u.links:
        return entry("documents_move_in")
    link = next((link for link, words in _PLACE_OF if words.search(plain)), None)
    return entry(_PAPER_OF[link]) if link else None


def _on_a_verdict(moment: Moment) -> Spec | None:
    plain = moment.u.plain
    if _LIST.search(plain):
        return {"say": "papers", "facts": moment.last["facts"]}
    if _WHAT_IF.search(plain):
        return dict(moment.last)
    return dict(moment.last) if len(plain) <= 24 and _SINCE_WHEN.search(plain) else None


def _on_an_entry(moment: Moment) -> Spec | None:
    asked = moment.last.get("say") == "question"  # the check went on after the entry
    plain, found = moment.u.plain, moment.latest_entry if asked else moment.last_entry
    if found is None:
        return None
    if moment.u.sure("faq/smalltalk_languages", 0.5) and found.topic in ("application", "documents"):
        return None if _LANGUAGE_OF_OFFICE.search(plain) else entry("application_language")
    if found.id in _PAPERS_OF_ONE_THING and _ITS_PAPERS.search(plain):
        return entry(found.id)  # 「それの書類は?」
    if found.id in _PAPERS_FOR and len(plain) <= 40 and _PAPERS.search(plain):
        return entry(_PAPERS_FOR[found.id])
    about_english = moment.u.mass("faq/application_language", "change_language", "faq/smalltalk_languages") > 0.5
    if about_english and found.topic == "certificate" and moment.memory.language == "en":
        return entry(
            "certificate_english"
        )  # spoken to in English already, so "and in English?" is about the certificate
    if (
        found.topic == "documents"
        and len(plain) <= 40
        and (
            _NO_REGISTER.search(plain)
            or (moment.u.sure("faq/eligibility_nationality", 0.3) and not _OF_FILING.search(plain))
        )
    ):
        return entry("documents_foreign")
    if found.topic == "documents" and _IDENTITY.search(plain) and len(plain) <= 40:
        return entry("documents_identity")
    if found.topic == "documents" and _FETCHES_A_REGISTER.search(plain):
        return entry("documents_single_cert_how")
    if found.topic == "documents" and moment.u.links and _WHAT_TO_SHOW.search(plain):
        links = [link for link in ("work", "study", "move_in", "live") if link in moment.u.links]
        return entry(_PAPER_OF[links[0]])  # "I only work in Tokyo, I live in Kanagawa. What do I show?"
    if found.topic == "documents" and _WHERE_TO_GET.search(plain) and len(plain) <= 34:
        return entry("documents_single_cert_how" if found.id in _SINGLE_PAPERS else found.id)
    if (
        len(plain) <= 16
        and moment.u.top[1] < _VAGUE
        and _names_a_word_of(plain, found.short["ja"] + found.body.get("ja", ""))
    ):
        return entry(found.id)  # 「郵送でもいける?」 after an answer that speaks of post
    if found.topic == "documents" and moment.u.links and len(plain) <= 26 and _IN_THAT_CASE.search(plain):
        return entry(_PAPER_OF[next(link for link in ("work", "study", "move_in", "live") if link in moment.u.links)])
    if found.topic == "support" and len(plain) <= 20 and _BY_LINE.search(plain):
        return entry("support_tokyo_lgbt_line")
    if found.id in _CHANNELS and len(plain) <= 20 and _BY_PHONE.search(plain):
        return entry("support_tokyo_lgbt_phone")
    if found.id in _OF_CHILDREN and _ADDED_LATER.search(plain):
        return entry("changes_add_child_later")
    if found.topic == "coverage" and moment.u.sure(_CONDITIONS_OF_ITS_OWN) and not _OF_FILING.search(plain):
        return entry(found.id)  # 「何年住んでればいいの」 「収入の条件はある?」: of the service just named
    reachable = found.topic in ("support", "crisis", "handoff")
    if not (reachable and len(plain) <= 16 and _OPENING_HOURS.search(plain)):
        return None
    return entry("support_yorisoi" if found.id in _ALWAYS_OPEN else found.id)
