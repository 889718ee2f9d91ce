"""Short replies any dialogue of ours understands: yes, no, back, stop, again; each of a normalised message."""

from __future__ import annotations

import re

from bot.dialogue import check
from bot.dialogue.understanding import Understanding

_STOP = re.compile(
    r"^(?:もう)?(?:やめ(?:る|ます|たい|て|とく|ておく)|中止|終わり(?:にする)?|キャンセル|とりやめ|stop|cancel|quit|never ?mind|yameru)"
)
_AGAIN = re.compile(
    r"^(?:もう一度|もういちど|もう一回|もういっかい|再試行|リトライ|try again|again|retry|once more)(?!.{0,4}(?:言|い[いっ]|教|おし|聞|説明|話|見せ))"
)
_OVER = re.compile(r"(?:最初|さいしょ|はじめ|始め|一)から|start over|from (?:the )?(?:start|beginning)|begin again")
_EVEN_SO = re.compile(r"^(?:やっぱり?|あ|えっと|ごめん(?:なさい)?|actually|sorry)[、,.\s]*")
_NOT_NOW = re.compile(
    r"^(?:やっぱり?|もう)?(?:今は|いまは)?(?:いい|けっこう|結構|だいじょうぶ|大丈夫)(?:です|や|よ)?$|(?:今|いま)は(?:いい|やめ|しない|しません)|また(?:今度|こんど|あとで|後で)|変えなくて|このまま|そのまま|なんでもいい|何でもいい|どうでもいい|\bnot now\b|maybe later|^later$|another time|\bwhatever\b|leave it|keep it|as it is"
)
_FIX = re.compile(
    r"かえ(?:る|たい|ます)|直(?:す|し|そう|したい)|なおす|変え(?:る|たい)|変更|修正|訂正|違(?:う|います)|ちがう|間違|\bchange|\bedit|\bfix|\bcorrect|not right|wrong"
)


def says_yes(plain: str) -> bool:
    """Whether it says yes."""
    return check.says_yes(plain)


def says_no(plain: str) -> bool:
    """Whether it says no."""
    return check.says_no(_EVEN_SO.sub("", plain))


# 「取り下げません」「やっぱり消さないで」「間違えました」: what was about to be done is not wanted.
_LET_BE = re.compile(
    r"(?:取り下げ|とりさげ|消さ|けさ|消去し|削除し|届け?出|記録し|つなが|つなげ|始め|はじめ|送ら|出さ|作り直さ|作ら|変え|し)(?:ない|なく|ません|まへん|んといて|んで|ないで)|(?:取り下げ|消す|消去|削除|届け?出|つなぐ|始め)(?:る|た)?(?:の|こと)?(?:は|を)?(?:やめ|中止|待っ|もう少し)|"
    r"やっぱり?(?:、)?(?:いい|やめ|いらな|待っ|だめ)|^(?:あ、?)?(?:間違え|まちがえ|間違い|まちがい)|(?:消|け)(?:した|し)くな|待って|"
    r"\b(?:don'?t|do not|won'?t|will not|didn'?t|never|not)\b.{0,16}\b(?:delete|erase|withdraw|remove|want|link|connect|start|filed?|record)|\b(?:by )?mistake|wrong button|\bwait\b|never ?mind|keep (?:it|them|everything|my)"
)
_ASKS_BACK = re.compile(
    r"[?？]|(?:どう|何|なに)(?:なり|なる|変わ|が|か)|ですか|ますか|のかな|\bwhat (?:happens|if|does|will|is)\b|^(?:what|how|why|can|does|is|are)\b"
)


def lets_be(u: Understanding) -> bool:
    """Whether what we asked leave for is not wanted after all, in whatever words; never where life is at stake."""
    return bool(_LET_BE.search(u.plain)) and u.crisis is None and len(u.plain) <= 40


def asks_back(u: Understanding) -> bool:
    """Whether a reply to a question of ours is a question itself: then it is no leave to do anything."""
    return bool(_ASKS_BACK.search(u.plain))


def rather_not(u: Understanding) -> bool:
    """Whether somebody would rather not say."""
    return bool(check._RATHER_NOT.search(u.plain)) or u.sure("prefer_not_to_say")


def dont_know(u: Understanding) -> bool:
    """Whether somebody does not know."""
    return bool(check._DONT_KNOW.search(u.plain)) or u.sure("dont_know")


def back(u: Understanding) -> bool:
    """Whether the question before is asked for."""
    return bool(check._BACK.search(u.plain)) or u.sure("go_back")


def corrects(u: Understanding) -> bool:
    """Whether it takes back something said before."""
    return bool(check._CORRECT.search(u.plain)) or u.sure("correct")


def stops(u: Understanding) -> bool:
    """Whether it ends what is going on."""
    return says_stop(u) or u.sure("stop", 0.45)


def says_stop(u: Understanding) -> bool:
    """Whether it does so in so many words."""
    return bool(_STOP.search(u.plain))


def again(u: Understanding) -> bool:
    """Whether the same is to be tried once more."""
    return bool(_AGAIN.search(u.plain))


def fixes(u: Understanding) -> bool:
    """Whether something is to be changed."""
    return bool(_FIX.search(u.plain))


def asks(u: Understanding) -> bool:
    """Whether it asks something that has an answer in the knowledge base."""
    label, p = u.top
    if label == "faq/smalltalk_acknowledge":  # 「ふーん」 asks nothing
        return False
    return label.startswith("faq/") and (bool(check._QUESTION.search(u.plain)) and p > 0.2 or p > 0.5)


def questions(u: Understanding) -> bool:
    """Whether it is put as a question, however it bears on what we asked."""
    return u.top[0].startswith("faq/") and bool(check._QUESTION.search(u.plain)) and u.top[1] > 0.2


def not_now(u: Understanding) -> bool:
    """Whether what was begun is not wanted after all, or not at present."""
    return bool(_NOT_NOW.search(u.plain))


def starts_over(u: Understanding) -> bool:
    """Whether everything is to be asked anew."""
    return bool(_OVER.search(u.plain)) and len(u.plain) <= 24


def goes_on(u: Understanding) -> bool:
    """Whether it only says to carry on."""
    return u.top[0] == "resume" or bool(check._CONTINUE.match(u.plain))
