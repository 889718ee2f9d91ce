"""Japanese typed in Latin letters (「todokede wa doko de」): recognising it and writing it in hiragana."""

from __future__ import annotations

import re

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ",
    "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}  # fmt: skip
_TABLE = {c + v: row["aiueo".index(v)] for c, row in _ROWS.items() for v in "aiueo"}
_TABLE |= {"ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を", "shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ",
           "sha": "しゃ", "shu": "しゅ", "sho": "しょ", "she": "しぇ", "cha": "ちゃ", "chu": "ちゅ", "cho": "ちょ", "che": "ちぇ",
           "ja": "じゃ", "ju": "じゅ", "jo": "じょ", "je": "じぇ", "jya": "じゃ", "jyu": "じゅ", "jyo": "じょ",
           "fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ", "va": "ば", "vi": "び", "vu": "ぶ", "ve": "べ", "vo": "ぼ",
           "ti": "てぃ", "di": "でぃ", "hu": "ふ", "si": "し", "zi": "じ", "tu": "つ"}  # fmt: skip
_TABLE |= {f"{c}y{v}": row[1] + small for c, row in _ROWS.items() if c and c not in "d"
           for v, small in zip("auo", "ゃゅょ", strict=False)}  # fmt: skip
_LONGEST = max(map(len, _TABLE))

# Words that show a Latin-letter sentence is Japanese: particles, copulas, question words and endings, none of them English.
_MARKERS = frozenset(
    """wa ga wo ni de no mo ka desu desuka masu masuka masen dekimasu dekimasuka dekiru tsukaemasu tsukaeru ikura doko
    itsu dare nani nan nansai ikutsu dou dousureba suru shimasu shitai kudasai onegai onegaishimasu arimasu arimasuka
    imasu iru aru watashi watashitachi futari kanojo kareshi paatonaa pa-tona- to kara made demo kedo dake jya ja nai
    hitsuyou shorui shoumeisho todokede seido sumu sunde sundemasu hataraku hataraite toukyou tokyo ku shi toritai
    moraeru moraemasu hoshii oshiete wakaranai wakarimasen naze doushite donna dono kore sore yo ne nanka kana ii desyou
    deshou hima arigatou arigato konnichiwa konbanwa ohayou gomen tasukete shinitai tsurai""".split()
)
_ENGLISH = frozenset(
    """the is are do does can i we you my our to of and for in on what how when where who why it if not have has with
    need apply live work am be me a an or this that your partner please help at from about get use will would should
    could they there any""".split()
)
_WORD = re.compile(r"[a-z]+(?:-[a-z]*)*")


def is_romaji(text: str) -> bool:
    """Tells whether Latin-letter text is Japanese rather than English: its words, and whether they can be kana at all."""
    words = _WORD.findall(text.lower())
    if not words or words in (["no"], ["to"], ["de"], ["no", "one"], ["a"], ["so"]):
        return False
    markers = sum(w in _MARKERS for w in words)
    english = sum(w in _ENGLISH for w in words) - sum(w in ("to", "de", "no") for w in words if w in _ENGLISH)
    kana = sum(to_hiragana(w) is not None for w in words)
    if english >= markers or markers == 0:
        return len(words) == 1 and words[0] in _MARKERS and len(words[0]) > 4
    return kana / len(words) >= 0.6 and (markers >= 2 or len(words) <= 3)


def to_hiragana(word: str) -> str | None:
    """Writes one Latin-letter word in hiragana, or returns None when it cannot be Japanese."""
    word = word.lower().replace("ā", "aa").replace("ū", "uu").replace("ō", "ou").replace("ē", "ee")
    out, i = [], 0
    while i < len(word):
        for length in range(min(_LONGEST, len(word) - i), 0, -1):
            kana = _TABLE.get(word[i : i + length])
            if kana:
                out.append(kana)
                i += length
                break
        else:
            char, following = word[i], word[i + 1 : i + 2]
            if char == "n" or (char == "m" and following in ("b", "p", "m")):
                out.append("ん")
            elif char == following and char in "kstpcgdbjfhrz" or (char == "t" and word[i + 1 : i + 3] == "ch"):
                out.append("っ")
            elif char in "-'":
                out.append("ー" if char == "-" else "")
            else:
                return None
            i += 1
    return "".join(out)


def sentence_to_hiragana(text: str) -> str:
    """Writes every word that can be Japanese in hiragana and keeps the others."""
    return _WORD.sub(lambda m: to_hiragana(m.group()) or m.group(), text.lower()).replace(" ", "")
