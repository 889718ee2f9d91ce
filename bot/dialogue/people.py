"""How many people file: 「三人で暮らしていますが届け出るのは二人」 is two, "my two boyfriends and I" is three."""

from __future__ import annotations

import re

from bot.dialogue.facts import Facts

_FILES = r"届|とどけ|宣誓|せんせい|申請|登録|申し?込|出せ|出し(?:たい|ても)|パートナー|付き合|つきあ|恋|婚|家族(?:に|として)|認め|対象|regist|appl|file|filing|oath|sign up|partner|couple|dating|recogni[sz]|marr"
_MORE = r"(?:三|3|四|4|五|5|複数|何)(?:人|名)|(?:さん|よ)にん|トリオ|三角|ポリアモリー|\b(?:three|four|3|4) (?:of us|people|persons|partners|adults|men|women|guys|girls)\b|\btrio\b|\btriad\b|throuple|polyam\w*|\bpolycule\b"
_MANY = re.compile(_MORE)
_MANY_LOVES = re.compile(
    r"(?:彼氏|彼女|恋人|パートナー|相手|夫|妻)(?:が|は|も)(?:ほかに|他に)?(?:二|三|2|3|ふた|複数)(?:人|名)?(?:い|おり|おる|とも)|(?:二|三|2|3|複数)人の(?:彼氏|彼女|恋人|パートナー)|\b(?:two|three|both(?: my)?|2|3) (?:boyfriends|girlfriends|partners|wives|husbands|lovers)\b|\bher (?:gf|bf|girlfriend|boyfriend)\b.{0,12}\b(?:plus|and) me\b|\bthroupl|polyam|\btriad\b|\btrio\b|\bポリアモリー|トリオ"
)
# A household of three is no filing of three.
_LIVE = re.compile(
    r"暮ら|住|すん|同居|家(?:を|に|で|族)|部屋|借り|シェア|同じ屋根|家族|旅行|子(?:ども|供|連れ)|息子|娘|\b(?:live|living|share|sharing|household|house|flat|apartment|kids?|child(?:ren)?|son|daughter|roommates?|flatmates?)\b"
)
_FILING = re.compile(_FILES)
_TWO_FILE = re.compile(
    r"(?:届け?(?:出)?|宣誓|申請|登録|申し?込)[^。、]{0,8}(?:のは|は|する|する大人は)[^。?？]{0,14}(?:二人|2人|ふたり)|(?:大人|おとな)(?:は)?(?:二人|2人|ふたり)|(?:二人|2人|ふたり)(?:だけ|分|の届)|(?:二人|2人|ふたり)(?:だけ)?で(?:届|宣誓|申請|登録|申し)|\b(?:only|just)\b.{0,16}\b(?:the )?two(?: of us)?\b|\bthe two of us (?:would|want|are the ones|file|apply|register|take)"
)
_ALONE = re.compile(
    r"(?:私|僕|俺|わたし|自分|片方|一方)(?:一人|ひとり)?(?:だけ)?の(?:気持ち|意思|希望|名前)(?:だけ)?で|(?<!ほかの)(?<!ほかに)(?<!他の)(?<!他に)(?<!別の)(?<!の)(?:相手|パートナー|恋人)(?:は|が|も)?(?:まだ|今は?|いまは?)?(?:おらん|いない|いません|おりません|いなくて|なし)[^。]{0,24}(?:届|申請|登録|宣誓|先に)|一人もん(?:で|でも)|(?:一人|ひとり|1人|独り|単独)(?:だけ)?で(?:も)?(?:、)?(?:届|申請|登録|宣誓|でき|使え|出せ|手続)|\balone\b.{0,20}(?:register|apply|file)|(?:register|apply|file) (?:alone|by myself|on my own)"
)
_TWO = re.compile(
    r"(?:二人|2人|ふたり|ふたりで|お二人)(?:で(?:す|出|届|申)|です|だけ|とも|どうし|やで|や(?:けど)?$|$|。|、)|届け(?:る|出る)のは(?:二人|2人|ふたり)|two (?:of us|people)|the two of us|just us two|both of us|はい、二人"
)
_CLAUSES = re.compile(r"[。、!?！？\n;,]|[.](?=\s|$)|けど|が、|\bbut\b")


def read_people(text: str, facts: Facts) -> None:
    """Adds `people_count` where the message says how many file."""
    if _ALONE.search(text) or (_more_file(text) and not _TWO_FILE.search(text)):
        facts["people_count"] = "other"
    elif _TWO.search(text) or _TWO_FILE.search(text):
        facts["people_count"] = "two"


def _more_file(text: str) -> bool:
    if _MANY_LOVES.search(text):
        return True
    for clause in _CLAUSES.split(text):
        if _MANY.search(clause) and (_FILING.search(clause) or len(text) <= 16) and not _LIVE.search(clause):
            return True
    return False
