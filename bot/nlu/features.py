"""What the classifier sees of a message: character and word n-grams of its writing, its dictionary forms and its reading.

The reading (かな from UniDic, or from Latin letters for romaji) lets 同性, どうせい, 同棲 (a slip of the converter) and
`dousei` meet; the surface keeps them apart where that matters.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu import morphology
from bot.nlu.normalise import for_features, hiragana
from bot.nlu.romaji import is_romaji, sentence_to_hiragana

_ASCII_WORD = re.compile(r"[a-z][a-z']*|\d+")
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー一-龠々]")
_PUNCTUATION = re.compile(r"[\s、。,.!?…・「」『』()（）~〜ー\-]+")

# Words that mean the same thing to someone asking; the concept is added beside the word, never instead of it.
_CONCEPTS = {
    "partner": "パートナー ぱーとなー 相方 相手 連れ 連れ合い つれあい 恋人 彼女 彼氏 カノジョ カレシ 旦那 嫁 配偶者 同性パートナー partner girlfriend boyfriend gf bf spouse wife husband fiance lover",
    "file": "届出 届け出 届け出る 届ける 申請 申込 申し込み 申し込む 登録 手続き 手続 宣誓 提出 出す apply applying application file filing register registration sign submit submitting",
    "certificate": "証明書 証明 受理証明書 カード 証書 certificate certificates proof paper",
    "scheme": "制度 仕組み しくみ パートナーシップ パートナーシップ制度 scheme system program programme partnership",
    "office": "役所 区役所 市役所 都庁 窓口 役場 office counter",
    "money": "費用 料金 お金 手数料 いくら 値段 有料 無料 fee fees cost costs price free charge pay",
    "live": "住む 住まい 在住 居住 暮らす 住民 住所 live lives living resident residing",
    "work": "働く 勤務 通勤 職場 在勤 会社 仕事 work works working job workplace employed commute",
    "study": "通学 在学 学生 学校 大学 通う study student school university studying",
    "document": "書類 必要書類 持ち物 住民票 戸籍 謄本 抄本 documents document papers paperwork",
    "time": "何日 いつ 期間 日数 どのくらい どれくらい 時間 何週間 long days when wait",
}
_CONCEPT_OF = {word: concept for concept, forms in _CONCEPTS.items() for word in forms.split()}


@lru_cache(maxsize=128)
def features(text: str) -> tuple[str, ...]:
    """Names of the features present in one message, each once."""
    plain = for_features(text)
    found: set[str] = set()
    japanese = bool(_JAPANESE.search(plain))
    romaji = not japanese and is_romaji(plain)
    if japanese or romaji:
        found.update(_japanese(sentence_to_hiragana(plain) if romaji else plain, surface=not romaji))
    if not japanese or len(_ASCII_WORD.findall(plain)) >= 2:
        found.update(_latin(plain))
    return tuple(sorted(found))


def _japanese(plain: str, surface: bool) -> set[str]:
    found: set[str] = set()
    squeezed = _PUNCTUATION.sub("_", plain)
    if surface:
        found.update(_ngrams("c", f"_{squeezed}_", 2, 4))
    words = [w for w in morphology.words(plain) if not _PUNCTUATION.fullmatch(w.surface)]
    reading = "".join(w.reading for w in words)
    found.update(_ngrams("r", f"_{_PUNCTUATION.sub('', hiragana(reading))}_", 2, 4))
    lemmas = [w.lemma for w in words]
    found.update(f"w:{lemma}" for lemma in lemmas)
    found.update(f"b:{a}_{b}" for a, b in zip(lemmas, lemmas[1:], strict=False))
    for word in words:
        concept = _CONCEPT_OF.get(word.surface) or _CONCEPT_OF.get(word.lemma)
        if concept:
            found.add(f"k:{concept}")
    return found


def _latin(plain: str) -> set[str]:
    words = [w.strip("'") for w in _ASCII_WORD.findall(plain.replace("’", "'"))]
    found = {f"w:{w}" for w in words}
    found.update(f"b:{a}_{b}" for a, b in zip(words, words[1:], strict=False))
    for word in words:
        found.update(_ngrams("e", f"<{word}>", 3, 5))
        if word in _CONCEPT_OF:
            found.add(f"k:{_CONCEPT_OF[word]}")
    return found


def _ngrams(kind: str, text: str, shortest: int, longest: int) -> set[str]:
    return {f"{kind}{text[i:i + n]}" for n in range(shortest, longest + 1) for i in range(len(text) - n + 1)}
