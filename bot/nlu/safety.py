"""A word gate before everything else: messages that must reach a human line in the first reply, whatever the classifier says.

Written for recall on danger and distress; phrases that are only informational (「亡くなったときの手続き」) or insults (「死ね」)
are kept out. Source of the requirement: reliability.md R37.
"""

from __future__ import annotations

import re

from bot.nlu.normalise import for_features, hiragana
from bot.nlu.romaji import is_romaji, sentence_to_hiragana

_SELF_HARM = re.compile(
    r"死にた(?!く(?:ない|は)|いわけ(?:じゃ|では)ない)|しにた(?:い|く(?!ない))|死のう|死んでしまいた|死んだほうが|死んだ方が|消えてしまいた|消えたい|きえたい|きえてしまいた|いなくなりた|生きて(?:い|る)?(?:た|い)?くない|生きていたくな|生きてたくな|いきていたくな|いきてたくな"
    r"|(?:後|あと)を(?:追(?:い(?:たい|ます)|おう|う(?:しか|つもり))|おいたい)|生きる意味|生きるの(?:が|も)?(?:つら|辛|しんど|やめ|嫌|いや)|自殺(?!者|率|対策|予防|の統計)|自死したい|首(?:を)?吊|リスカ|りすか|りすと?かっと|じさつ|くびつ|リストカット|手首(?:を)?切|飛び降り(?:たい|よう|る)|(?:薬|くすり|錠剤|睡眠薬).{0,10}(?:大量|全部|いっぱい|たく(?:さん|s?ん)|ぜんぶ|あるだけ|ありったけ|何十錠?|\d{2,}錠).{0,8}(?:飲(?:ん|み)|のん)|risuka|kusuri.{0,8}takusan|(?:薬|くすり)(?:たくさん|いっぱい|ぜんぶ|全部)(?:飲|のん)|オーバードーズ|(?<!届出を)(?<!届け出を)(?<!とどけでを)(?<!申請を)(?<!準備を)(?<!じゅんびを)(?<!手続きを)(?<!手続を)(?<!てつづきを)(?<!会話を)(?<!かいわを)(?<!話を)(?<!チャットを)(?<!ちゃっとを)(?<!相談を)(?<!質問を)(?<!確認を)(?<!記録を)(?<!登録を)終わりにしたい|終わらせたい(?:です)?(?:人生|命)|人生(?:を)?(?:終わ|やめ)"
    r"|この世から|遺書を(?:書い|のこ|残し)た|\bkill(?:ing)? my\s?self|\bkms\b|suicid|want(?:ed)? to die|wanna die|wish i (?:was|were) dead|end (?:it all|my life)|don'?t want to (?:live|be here|exist|be alive)|no reason to live|\b(?:follow|join|be with) (?:him|her|them) (?:in death|now that|soon)|better off dead|cut(?:ting)? myself|self[- ]?harm|hurt(?:ing)? myself|can'?t go on(?: living| anymore| any more| like this|\s*[.!…]|\s*$)|take my (?:own )?life|(?:took|taken|swallowed|ate) .{0,16}(?:pills|tablets|overdose)|overdos(?:ed|ing)|죽고 ?싶|자살|muốn chết|tự tử|quiero morir|suicid(?:ar|io)|quero morrer|me matar|อยากตาย|ingin mati|bunuh diri|想死|自杀|不想活|je veux mourir"
)
_OUTING = re.compile(
    r"アウティング(?:され|する(?:ぞ|って)|すると|をされ|の被害|されそう|で脅)|(?:ばら|バラ)(?:すぞ|すって|すと(?:言|い|脅)|されたくなければ|された(?!くない)|されそう|してやる)|勝手に(?:ばら|バラ|言いふら|広め|話され|言われ|カミングアウト)|言いふら(?:され(?:た|て(?!ない)|まし)|して(?:い|る|回)|す(?:ぞ|って))"
    r"|(?:会社|職場|学校|親|家族|上司|同僚|クラス|近所|友達|みんな)(?:中)?(?:に|の人に)(?:勝手に)?(?:ばれ|バレ)(?:た(?!く|ら)|て(?!も|ない)|ちゃ|まし)|あうてぃんぐ(?:され|した)|ばらされ(?!たくな|な|そう)|\bouted (?:me|us|him|her|them)|(?:been|was|got|being|getting) outed|\bout(?:ing)? me\b|threat\w* to (?:out|tell|expose)|told everyone (?:i|we|that i)|blackmail"
)
_VIOLENCE = re.compile(
    r"殴(?:ら|っ|る(?:ん|ので|の|から|と))|なぐ(?:ら|っ|り)(?:れ|て|ま)|なぐります|蹴られ|首を(?:し|絞)め|暴力(?:を)?(?:ふる|振る|受け|され)|(?:暴力|DV|dv|ＤＶ)(?:で困|が怖|がこわ|から逃|を受け|されて|が続)|叩かれ|殺され|殺す(?:ぞ|って)|刺され|家(?:を|から)?追い出(?:され|す)|追い出されまし|監禁|つきまと|ストーカー(?:に|され|が)|レイプ|襲われ|(?:無理やり|むりやり|無理矢理).{0,4}(?:さわ|触|性|され|キス|ヤら|やら)|性暴力(?:を|に|の被害)|痴漢(?:に|され)"
    r"|(?:he|she|they|partner|dad|father|mother|boyfriend|girlfriend|husband|wife|family)\b.{0,20}\b(?:hits?|beats?|beating|hitting|punch\w*|chok\w*|hurts?|abus\w+) me\b|kicked me out|thrown out of (?:the|my) house|threw me out|domestic violence|being abused|raped|sexually assault|stalking me|threat\w* to kill"
)
_HARASSMENT = re.compile(
    r"いじめられ(?:て|ま|た)|(?:いじめ|イジメ|嫌がらせ|いやがらせ|ハラスメント|セクハラ|パワハラ|差別)(?:に(?:あ|遭|合)|を?(?:受け|され)|されま|されて|がひど|がつら|が続|で(?:つら|苦し|困))|sogiハラ(?:を|に|で)|(?:ホモ|レズ|オカマ|おかま)(?:って|と)(?:呼ば|言わ|からか|いじ)|気持ち悪いと言われ|きもいって言われ|からかわれて"
    r"|(?:being|been|am|was|get|getting|i'?m) (?:bullied|harassed|discriminated|mocked|insulted)|bully(?:ing)? me|harass(?:ing|es)? me|(?:neighbou?rs?|people|kids|colleagues|they|someone|he|she)\b.{0,30}(?:shout|yell|scream|spit|throw)(?:s|ing|ed)?\b.{0,30}\b(?:at|on) (?:me|us|our (?:door|house|flat|window))|call(?:s|ed|ing)? me (?:slurs|names|faggot|homo|dyke)|slurs at (?:me|us)"
)
_BEREAVED = re.compile(
    r"(?:パートナー|彼|彼女|彼氏|相方|恋人|妻|夫|連れ|相手|大切な人|大事な人|あの人)(?:が|は|を)?(?:昨日|先週|今日|先月|急に|突然|病気で|事故で|この前|ゆうべ|けさ|今朝|もう)?(?:亡くなりました|亡くなってしま|亡くなった(?!とき|時|ら|後|場合|あと|際|パートナー)|亡くして|亡くしました|死にました|死んでしま|死んじゃ|死んだ(?!とき|時|ら|後|場合|あと|際)|なくなりました|なくなっちゃ|しにました|しんでしま|なくしました|先立たれ|いなくなってしまいました)|葬儀に(?:出|参列|呼ば).{0,8}(?:ない|なか|もらえ|断)|お葬式に(?:出|行).{0,6}(?:ない|なか|もらえ)"
    r"|(?:my|our) (?:partner|boyfriend|girlfriend|wife|husband|love|fianc\w+)(?: just| suddenly| has| passed)? (?:died|passed away|is dead|is gone)|lost my (?:partner|boyfriend|girlfriend|wife|husband)|i'?m (?:grieving|mourning)|not allowed at (?:the|his|her|their) funeral"
)
_EMERGENCY = re.compile(
    r"(?:倒れ(?:た(?!とき|時|ら|場合|際)|て(?!い(?:た|な)ら))|意識(?:が|は)?(?:ない|なく|無)|息(?:を)?して(?:い)?ない|血が止まら|呼吸(?:が|して)?(?:ない|止)|けいれん|心臓が止).{0,20}(?:いま|今|助けて|どうしたら|どうすれば|動かない|返事|です|$)|(?:unconscious|not breathing|collapsed|bleeding badly|having a seizure|heart attack right now)"
)
_DISTRESS = re.compile(
    r"もう(?:むり|無理|ムリ|限界|げんかい|だめ(?:です(?!か)|だ|かも)|ダメ(?:です(?!か)|だ|かも)|耐えられ|たえられ|どうしたらいいか(?:わから|分から)|生きて)(?!なら|ですか|かな|でしょ)|助けて(?:ください|下さい)?(?:[。!！…]|$)|たすけて(?:[。!！…]|$)|誰にも(?:言え|話せ|相談でき)な|だれにも(?:いえ|言え|話せ|はなせ|そうだんでき)|孤独(?:で|です|死)|ひとりぼっち|一人ぼっち|涙が止まら|つらくて(?:眠|ねむ|寝|死|しに|たまら|どうし)|辛くて(?:眠|寝|死|たまら|どうし)|しんどくて(?:眠|寝|死|たまら|限界)"
    r"|i can'?t take (?:it|this)(?: anymore| any more|\s*[.!…]|\s*$)|i'?m (?:falling apart|so alone|desperate|at my limit|breaking down)|nobody (?:i can|to) talk|no ?one (?:i can|to) talk to|please help me\s*[.!…]*$|i feel hopeless"
)
# A question about procedure that only mentions such a word is not a cry for help.
_INFORMATIONAL = re.compile(
    r"(?:意識|判断).{0,8}(?:とき|時|場合|前に)|\bif (?:i'?m|i am|she|he|they|my)\b|(?:場合|とき|時|際|後|あと)(?:の|は|に)?.{0,8}(?:手続|届|書類|証明書|返|必要|相続|どうな|名義)|what (?:happens|if).{0,30}(?:dies|died)|if (?:my|one|a|the) \w+ dies|件数|統計|とは(?:何|なん)|定義|条例|禁止され|防ぐため|防止|守ってもら|心配"
)

_GATES = (
    (_EMERGENCY, "crisis_medical_emergency"),
    (_SELF_HARM, "crisis_suicide"),
    (_VIOLENCE, "crisis_violence"),
    (_OUTING, "crisis_outing"),
    (_BEREAVED, "crisis_bereavement"),
    (_HARASSMENT, "crisis_harassment"),
    (_DISTRESS, "support_crisis"),
)
# Asking for a desk is asking for help when something was done to them; after a death it is about papers.
_DESK = re.compile(r"窓口(?:は|を|って)(?:どこ|教え|あり)")
_DESK_OF_PAPERS = frozenset({"crisis_bereavement", "crisis_medical_emergency", "support_crisis"})
_ALWAYS = frozenset({"crisis_suicide"})


def crisis_in(text: str) -> str | None:
    """Returns the id of the crisis entry a message calls for, or None."""
    plain = for_features(text)
    candidates = [plain, hiragana(plain)]
    if is_romaji(plain):
        candidates.append(sentence_to_hiragana(plain))
    for pattern, entry_id in _GATES:
        if not any(pattern.search(c) for c in candidates):
            continue
        papers = entry_id in _DESK_OF_PAPERS and _DESK.search(plain)
        if entry_id in _ALWAYS or not (papers or _INFORMATIONAL.search(plain)):
            return entry_id
    return None
