"""Which language a message is in: `ja`, `en`, `ja-easy` (やさしい日本語), or another one we cannot answer in."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from bot.nlu.normalise import with_offsets
from bot.nlu.romaji import is_romaji


class Language(str, Enum):
    """Languages of the answers; the values are the keys used in `data/knowledge/`."""

    JA = "ja"
    EN = "en"
    JA_EASY = "ja-easy"


_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_KATAKANA = re.compile(r"[ァ-ヺー]")
_HAN = re.compile(r"[一-龠々]")
_MASKED_RECEIPT = re.compile(r"[tTｔＴ][pPｐＰ][^\w●]*●[●\W_ー]*")
_LATIN = re.compile(r"[a-z]")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎ]")
_OTHER_SCRIPT = re.compile(r"[Ѐ-ӿ\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f\u0590-\u05ff\u1000-\u109f]")
# Characters that Chinese uses and Japanese does not.
_CHINESE_ONLY = re.compile(r"[们吗你这说么为东请办谁对时问题难过还咨询嗎們妳這說會辦證甚]")
_FURIGANA = re.compile(r"[一-龠々][(（][ぁ-ゖ]+[)）]")
_SPACED = re.compile(r"[ぁ-ゖァ-ヺー一-龠、。]\s+(?=[ぁ-ゖァ-ヺ一-龠])")
_FOREIGN_WORDS = {
    "es": "que como para puedo pareja quiero necesito gracias hola cuando donde estoy tengo ayuda certificado",
    "pt": "que como para posso parceiro quero preciso obrigado obrigada ola quando onde estou tenho ajuda certidao nao você",
    "fr": "que comment pour puis je nous partenaire besoin merci bonjour quand est-ce certificat avec suis",
    "vi": "tôi chúng bạn có không là được giấy chứng nhận làm ở",
    "tl": "ako kami paano saan kailangan po ang mga namin salamat",
    "id": "saya kami bagaimana apakah bisa pasangan terima kasih dimana untuk",
    "de": "ich wir kann können wie partnerschaft brauchen danke hallo wo wann nicht",
}
_FOREIGN = {code: frozenset(words.split()) for code, words in _FOREIGN_WORDS.items()}
_EN_COMMON = frozenset(
    "the is are do does can i we you my our to of and for in on what how when where who why it if not have with need".split()
)


@lru_cache(maxsize=64)  # the gate asks, and then the reader of entities
def detect(text: str) -> Language | None:
    """Detects the language of one message; None when the text does not tell (digits, emoji) or is in another language.

    See `is_other_language` for telling these two apart. A receipt the gate has masked tells nothing.
    """
    text = _MASKED_RECEIPT.sub("", text)
    plain = with_offsets(text).text
    kana, han, latin = len(_KANA.findall(plain)), len(_HAN.findall(plain)), len(_LATIN.findall(plain))
    if is_other_language(text):
        return None
    if latin and han and not kana and any(w in _EN_COMMON for w in re.findall(r"[a-z']+", plain)):
        return Language.EN  # "and 目黒区?"
    if kana or han:
        # A Japanese name inside an English sentence ("does 世田谷区 accept it?") leaves the sentence English.
        words = re.findall(r"[a-z']+", plain)
        if latin > 2 * (kana + han) and sum(w in _EN_COMMON for w in words) >= 2:
            return Language.EN
        return Language.JA_EASY if _is_easy(plain, kana, han) else Language.JA
    if latin:
        return Language.JA if is_romaji(plain) else Language.EN
    return None


@lru_cache(maxsize=64)
def is_other_language(text: str) -> bool:
    """Tells whether the message is in a language none of our answers is written in."""
    plain = with_offsets(text).text
    if len(_HANGUL.findall(plain)) >= 2 or len(_OTHER_SCRIPT.findall(plain)) >= 3:
        return True
    if not _KANA.search(plain):
        if _CHINESE_ONLY.search(plain) and len(_HAN.findall(plain)) >= 3:
            return True
        words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", plain)
        english = sum(w in _EN_COMMON for w in words)
        return any(
            sum(w in known for w in words) >= 2 and sum(w in known for w in words) > english
            for known in _FOREIGN.values()
        ) and not is_romaji(plain)
    return False


def _is_easy(plain: str, kana: int, han: int) -> bool:
    """Furigana in brackets, or phrases set apart by spaces with few kanji: written by or for someone learning Japanese."""
    if _FURIGANA.search(plain):
        return True
    spaced = len(_SPACED.findall(plain))
    hira = len(_HIRAGANA.findall(plain))
    if spaced >= 2 and han <= kana * 0.6:
        return True
    if spaced >= 1 and han == 0 and hira >= 6:
        return True
    return han == 0 and hira >= 14 and hira >= 3 * len(_KATAKANA.findall(plain))
