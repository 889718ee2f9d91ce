"""Whose life a clause tells: 「弟は結婚してるけど俺は独身」, "my sister works in Shibuya, we both live in Mito".

What is said of a relative, a friend or somebody's ex is no fact about the couple, so such clauses are left out before facts are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.nlu.normalise import with_offsets

_RELATIVE = (
    r"(?:お|ご)?(?:両親|父|母|父さん|母さん|親父|おやじ|おかん|おとん|親|兄|姉|弟|妹|兄貴|姉貴|きょうだい|息子|娘|長男|長女|祖父|祖母|おじいちゃん|おばあちゃん|じいちゃん|ばあちゃん|叔父|叔母|伯父|伯母|いとこ|従兄弟|従姉妹|甥|姪|父ちゃん母ちゃん|父ちゃん|母ちゃん|姉ちゃん|兄ちゃん)"
    r"|(?<![ぁ-ゖ])(?:あね|あに|おとうと|いもうと|りょうしん|おとうさん|おかあさん|むすこ|むすめ)(?=[はがも])|友達|友人|ともだち|知人|知り合い|先輩|後輩|同僚|同級生|幼なじみ|上司|社長|大家|隣の人|仲人"
)
_EX = r"(?:元|もと|前の|昔の)(?:夫|妻|旦那|嫁|彼女?|彼氏|カノ|カレ|パートナー|恋人|相手|人)"
_OTHER_SUBJECT = re.compile(
    rf"^(?:でも|ただ|あと|で|ちなみに|実は|あの|えっと|えーと|なので|だから|確かに|先日|去年|昨年|先月)?[、 ]?"
    rf"(?:(?:うち|私|わたし|僕|俺|おれ|彼女?|彼氏|相手|相方|恋人|パートナー|職場|会社|大学|高校|地元|ゲイ|レズビアン)の)?(?:{_RELATIVE}|{_EX})"
    r"(?:さん|ちゃん|くん)?(?:の?カップル|夫婦|一家|たち|ら|同士)?(?:だけ|んとこ|のところ|んち)?(?:は|が(?!同じ)|も(?![ぁ-ゖ一-龠]{0,3}も)|なら|って)"
)
_OTHER_SUBJECT_EN = re.compile(
    r"^(?:but |and |so |while |although |though |also |now |well,? |ok,? |then )*(?:(?:my|his|her|our|their) (?:\w+[ -])?(?:sister|brother|siblings?|mother|father|mum|mom|dad|parents?|uncle|aunt|niece|nephew|son|daughter|kids?|friends?|boss|colleagues?|coworkers?|landlord|flatmate|roommate)|(?:a|some) (?:gay |lesbian )?friends?(?: of (?:mine|ours))?|(?:my|his|her) ex(?:[- ](?:husband|wife|girlfriend|boyfriend|partner))?)"
    r"(?:(?: all| both| already| once)? (?:is(?! my\b)|are|was|were|has|have|had|lives?|lived|works?|worked|got|gets|moved|moves|married|divorced|stud(?:y|ies)|goes|went|can|will|don't|doesn't|didn't|never|just|keeps?|thinks?|knows?|wants?|in \w+ (?:is|are))\b"
    r"|(?:'s|'re) (?:all|at|in|the|already|still|not|been|moved|married|divorced|single|gay|straight|trans|lesbian|fifteen|sixteen|seventeen|1[0-7])\b)"
)
_OWN_SUBJECT = re.compile(
    r"^(?:でも|けど|ただ|で|そして|今は|いまは)?[、 ]?(?:私|わたし|あたし|わたくし|僕|ぼく|俺|おれ|うち(?!の)|うちら|わし|自分|彼女?|彼氏|相手|相方|恋人|パートナー|連れ合い|二人|ふたり|お互い|どちらも|どっちも|その(?:人|子)|わたしら|私ら)"
    r"|\b(?:i|i'm|we|we're|us|me|my (?:partner|girlfriend|boyfriend|gf|bf|fianc\w+)|he|she|both of us|neither)\b"
)
_FIRST_PERSON = re.compile(
    r"(?:私|わたし|あたし|わたくし|僕|ぼく|俺|おれ|うち|わし|自分)(?:たち|ら|自身)?(?:は|も(?!ら)|が|んとこ|と(?:は)?(?:彼|相手|相方|恋人|パートナー|今の)|の(?:彼|相手|相方|恋人|パートナー|ほう|席|こと)|二人|ふたり|だけ|、|[ 　]|男|女)|(?:私|僕|俺|わたし)?(?:たち|ら)二人|今の(?:彼|相手|人|恋人|相方)|\b(?:i|i'm|we|we're|us)\b"
)
# The person told of may be one of the couple, or the couple is theirs.
_OF_A_COUPLE = re.compile(
    r"(?:私|わたし|僕|俺|うち)の(?:彼|恋|相)|決めた|勧め|すすめ|産ん|連れて|紹介|二度目|付き合|つきあ|交際|恋人|恋仲|愛し|パートナー|相方|(?:と|に)(?:は)?(?:私|僕|俺|わたし)|(?:私|僕|俺|わたし)と|届け|届出|宣誓|出せ|申し?込|縁組|養子|養女|血|連れ子|再婚(?!し)|結婚してい?る?人|後妻|だった人|brothers|sisters|siblings|dating|in love|couple|partner|apply|register|adopt|related|stepdad|stepmom|married (?:my|his|her|our)|whom?\b"
)
_WITH_ME = re.compile(r"付き合|恋人|(?:と|に)(?:は)?(?:私|僕|俺|わたし)|(?:私|僕|俺|わたし)と|dating|in love|couple")
_SUBJECT = re.compile(rf"^(?:(?:うち|私|俺|僕|彼女?|相手)の)?({_RELATIVE})")
_ON_BEHALF = re.compile(
    r"代わり|代理|頼まれ|代筆|たい(?:んだ)?と(?:言|申|話|か言)|たい(?:らしい|そう)|っぽくて|(?:妹|弟|兄|姉|母|父|息子|娘|友人|友達|叔父|叔母|祖父|祖母)(?:さん|ちゃん)?(?:と[^。、]{0,10})?(?:の(?:件|こと|相談|場合|話|カップル)|について)|(?:asking|question|writing|this is|here) (?:for|about|on behalf of)|on behalf|\bfor (?:my|a) (?:friend|sister|brother|mother|mum|mom|dad|father|son|daughter|client)"
)
# A word of their bond with one of the two: what an ex does with the papers is the couple's matter.
_THEIR_PAPERS = re.compile(
    r"離婚|籍|届|判(?:を|が)|ハンコ|応じ|解消|返(?:し|却|納|還)|証明|登録|宣誓|残って|divorc|sign|paper|regist|oath|certificate|cancel|dissol|return|file[ds]?\b|same"
)
_THEIR_LIFE = re.compile(
    r"再婚|結婚|住|暮ら|の人|働|帰|越し|出ていっ|出て行っ|高校|\d歳|海外|子ども|\b(?:liv|work|mov|re?marri|stud)\w*|\bis (?:in|at)\b"
)
_NAMES_AN_EX = re.compile(rf"{_EX}|\bex\b|\bex-")
_SPLIT = re.compile(
    r"[。！!？?\n]+|[、,;]|(?:けれども|けれど|けど|だけど|ですが|ますが|ものの)|(?<=[るたいすんだ])が(?=[、 ])|(?<=[てで])(?=[、 ])|[.](?=\s|$)|\b(?:but|while|whereas|although|though)\b|(?<!\bme )(?<!\bi )(?<!\bus )\band (?=(?:i|we|he|she|my|both)\b)"
)
# 「わたしの相手というのはその甥です」: the relative told of is one of the two.
_THE_OTHER_IS = re.compile(
    rf"(?:{_RELATIVE})(?:さん|ちゃん)?(?:です|だ(?!け|と|から)|や(?!け)|なん|なのに|と(?:は)?(?:付|恋|交|届|宣|一緒|暮|で|の|[。、]|$)|[。]|$)"
)
_THERE_TOO = re.compile(r"[、 ]?(?:その(?:家|部屋|近)|そこ|一緒に|同じ)")
_CARRIES_ON = re.compile(r"(?<!亡くなっ)(?:て|で|し|り|ており|いて|たり)[、 ]?$|,\s*$|and\s*$")
_SENTENCE_ENDS = re.compile(r"[。！!？?\n]|[.](?:\s|$)")
# 「川崎で元カノと登録」, "my Osaka oath with an ex": where a paper of another bond was made is not where the two are.
_ANOTHER_BOND = re.compile(
    rf"{_EX}|別れた(?:人|相手|彼|彼女)|(?:前|以前)(?:の(?:宣誓|登録|届|パートナーシップ)|に(?:別の|ほかの|誰か))|(?:別|他|ほか)の(?:人|女|男|相手)|一回目|誰か|\bex\b|\bexes\b|somebody|someone|old (?:boyfriend|girlfriend|partner|oath)|previous (?:one|partner)|anyone|moto ?(?:kare|kano)"
)
_A_PAPER = re.compile(
    r"宣誓|登録|届け?|証明|パートナーシップ|ファミリーシップ|受領|返納|のやつ|oath|sworn|regist|certificate|card|partnership|scheme|familyship|paper|cert\b|one with"
)
_BEING_THERE = re.compile(
    r"住|暮ら|すん|働|勤|通(?:学|勤|っ)|在(?:住|勤|学)|\bliv(?:e|es|ing)\b|\bwork|\bstud(?:y|ies)|based"
)
# The seat of the company is no place of work for somebody whose own desk is elsewhere.
_HEAD_OFFICE = re.compile(r"本社|本店|本部|head ?(?:office|quarters)|\bhq\b")
_OWN_DESK = re.compile(r"支店|支社|営業所|工場|配属|事業所|(?:席|勤務地|職場)は|\bbranch\b|my desk|stationed|posted")


_MAY_TELL = re.compile(
    rf"{_RELATIVE}|{_ANOTHER_BOND.pattern}|{_HEAD_OFFICE.pattern}|sister|brother|sibling|mother|father|mum|mom|dad|parent|uncle|aunt|niece|nephew|son\b|daughter|kid|friend|boss|colleague|coworker|landlord|mate\b|\bex"
)


_OF_SOMEBODY = re.compile(
    rf"(?:都|県|区|市|町|村)?(?:の|に(?:いる|住む|住んで(?:い)?る)|在住の|から(?:来た|きた))(?:{_RELATIVE})(?!と(?:付|二人|暮))"
)
_NOW_AND_THEN = re.compile(
    r"(?:で|に)(?:は)?(?:働|勤務|住|在勤|在住|通)[^。、]{0,8}(?:こと(?:に|と)な|扱い|とみな|と言え)|(?:に|へ)(?:は|も)?(?:遊び|観光|旅行|行く(?:の(?:は|も)|とき)|出(?:る|かける)の(?:は|も)|年に?[0-9一二]|月に?[0-9一二])"
)
# What is over, of a place or a job; 「先月まで」 and 「今は」 part the message in two.
_OVER = re.compile(
    r"^(?:前は|まえは|前に|まえに|以前は?|昔は|むかしは|もとは|もともと(?:は)?|元々(?:は)?|かつて|学生(?:のとき|時代)(?:は)?|若いころ)(?!は?(?:別|ほか|誰|結婚|元|宣誓|パートナー))"
    r"|(?:先週|先月|去年|昨年|春|夏|秋|冬|\d(?:年|月)|末)まで(?:は)?[^。、]{0,16}(?:た|まし|て|、|$)"
    r"|(?:職場|会社|勤め|仕事|店|学校|大学|勤務|席|部屋|寮|家|マンション|アパート|東京|都内|バイト|[区市町])[^。、]{0,10}?(?:辞め|やめ|退職し|終え|離れ|引き払|引き揚げ|中退し|卒業し|クビに|解任さ|解雇さ|閉じ|畳ん|たたん|つぶれ|手放し)(?:ちゃい)?(?:た(?!い)|まし|て(?!いない)|、|$)"
    r"|\b(?:used to|previously|formerly) \w+|\b(?:quit|left|graduated from|retired from|moved (?:away|out) (?:from|of))\b|\buntil (?:last|\d{4}|spring|summer|autumn|fall)"
)
_MAY_BE_OVER = re.compile(
    r"前|まえ|昔|むかし|もと|元々|かつて|時代|若い|まで|辞|やめ|退|終え|離れ|引き払|引き揚|卒業|クビ|解任|解雇|閉じ|畳|たた|つぶれ|手放|used to|previously|formerly|quit|left|graduated|retired|moved|until"
)


@dataclass(frozen=True)
class Clause:
    """A stretch of text said of one thing, and the number of its sentence."""

    start: int
    end: int
    sentence: int


def clauses(text: str) -> list[Clause]:
    """The clauses of a normalised text; together they are all of it."""
    found, start, sentence = [], 0, 0
    for match in _SPLIT.finditer(text):
        if match.end() > start:
            found.append(Clause(start, match.end(), sentence))
            start = match.end()
        if _SENTENCE_ENDS.search(match[0]):
            sentence += 1
    return [*found, Clause(start, len(text), sentence)] if start < len(text) else found


@lru_cache(maxsize=64)
def others(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of the clauses of normalised text that tell of somebody who is not one of the couple."""
    if not _MAY_TELL.search(text) or _ON_BEHALF.search(text):
        return ()
    spans: list[tuple[int, int]] = []
    told: set[str] = set()  # relatives who are no part of the couple: 「で、弟が既婚なのは俺らの宣誓に関係ある？」
    before: Clause | None = None  # the clause of somebody else's that this one may carry on
    for clause in clauses(text):
        words = text[clause.start : clause.end].lstrip()
        after = text[clause.end : clause.end + 8]
        named = _SUBJECT.match(words)
        theirs = (
            not _THERE_TOO.match(after)
            and (_OTHER_SUBJECT.search(words) or _OTHER_SUBJECT_EN.search(words))
            and not (_WITH_ME if named and named[1] in told else _OF_A_COUPLE).search(words)
            and not (_NAMES_AN_EX.search(words) and (_THEIR_PAPERS.search(words) or not _THEIR_LIFE.search(words)))
        )
        carried = (
            before
            and before.sentence == clause.sentence
            and _CARRIES_ON.search(text[before.start : before.end])
            and not _OWN_SUBJECT.search(words)
            and not _OF_A_COUPLE.search(words)
        )
        if theirs or carried:
            spans.append((clause.start, clause.end))
            before = clause
            told.update([named[1]] if named else [])
        else:
            before = None
    rest = _without(text, spans)
    return tuple(spans) if spans and _FIRST_PERSON.search(rest) and not _THE_OTHER_IS.search(rest) else ()


@lru_cache(maxsize=64)
def not_places(text: str) -> tuple[tuple[int, int], ...]:
    """Clauses whose places are not where the couple is: another person's, another bond's papers, the seat of a company."""
    if not _MAY_TELL.search(text):
        return ()
    spans = list(others(text))
    desk = _OWN_DESK.search(text)
    for clause in clauses(text):
        words = text[clause.start : clause.end]
        if (
            _ANOTHER_BOND.search(words)
            and _A_PAPER.search(words)
            and not _BEING_THERE.search(words)
            or desk
            and _HEAD_OFFICE.search(words)
            and not _OWN_DESK.search(words)
        ):
            spans.append((clause.start, clause.end))
    return tuple(spans)


@lru_cache(maxsize=64)
def past(text: str) -> tuple[tuple[int, int], ...]:
    """Clauses that tell where somebody lived or worked before: 「銀座の店は先月やめました」, "I used to work in Shibuya"."""
    if not _MAY_BE_OVER.search(text):
        return ()
    return tuple((c.start, c.end) for c in clauses(text) if _OVER.search(text[c.start : c.end].lstrip()))


def in_passing(text: str, end: int) -> bool:
    """Whether a place that ends there is only somebody else's, or where they go now and then: 「町田の友達に聞いた」「東京に行くのは年一回」."""
    return bool(_OF_SOMEBODY.match(text, end) or _NOW_AND_THEN.match(text, end))


def own_words(text: str) -> str:
    """A message without what it tells of others; the very same when it tells nothing of them."""
    normal = with_offsets(text).text
    spans = others(normal)
    return _without(normal, spans) if spans else text


def _without(text: str, spans: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> str:
    out, at = [], 0
    for start, end in spans:
        out.append(text[at:start])
        at = end
    return "".join([*out, text[at:]])
