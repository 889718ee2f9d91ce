"""Reads what people say about themselves into the categories the rules know; names, genders and kinds are never kept.

The result is a plain dict that fits a Rasa slot: `people_count, has_sexual_minority, makes_oath, both_adults, ages,
turns_adult, any_marriage, any_other_partnership, relation, links, move_in, outside`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from bot.dialogue.kin import read_kin
from bot.dialogue.understanding import Understanding
from bot.nlu.normalise import for_features
from bot.rules.periods import Span, add_months, add_years
from bot.rules.situation import (
    Kinship,
    Links,
    Marriage,
    PeopleCount,
    Person,
    Relation,
    SexualMinority,
    Situation,
    YesNo,
)

Facts = dict[str, Any]

_BOTH = r"(?:二人とも|ふたりとも|2人とも|両方|両名|どっちも|どちらも|お互い|おたがい|互いに|私たち|わたしたち|うちら|僕ら|俺ら|双方|ともに|共に|\bboth\b|\bneither\b|\bwe(?:'re| are|'ve)?\b|\bus\b|futari ?tomo|futari)"
_BOTH_RE = re.compile(_BOTH)
_BOTH_AGED = re.compile(
    _BOTH
    + r".{0,7}(?:[1-9]\d|[一二三四五六七八九十]{1,3}|はたち|じゅう|にじゅう)|[1-9]\d歳?(?:同士|どうし)|we(?:'re| are) (?:both )?[1-9]\d"
)
_BORN = re.compile(
    r"(?P<y>(?:19|20)\d\d)年?(?:(?P<m>\d{1,2})月)?(?:(?P<d>\d{1,2})日)?(?:生まれ|うまれ|生れ)|born (?:in|on)\D{0,12}(?P<e>(?:19|20)\d\d)"
)
_PAST = re.compile(
    r"(?:年|か月|ヶ月|月|日|先週|先月|去年|昨年|以前|昔|前)(?:まで|前まで)|(?:住んで|働いて|勤めて|通って)(?:い)?(?:た|ました)|住んでた|働いてた|通ってた|卒業(?:し|生)|辞め(?:た|て|ま)|やめ(?:た|まし)|退職|無職|used to|\bquit\b|graduated|formerly|previously|no longer"
)
_NOT_YET = re.compile(
    r"(?:働き|勤め|通い|住み|入り)たい|内定|入社|入学|就職(?:する|予定|が決)|(?:働く|勤める|通う|住む)(?:予定|つもり|ことに)|\bwill (?:start|work|study|be)|going to (?:work|study|start)|start(?:ing)? (?:work|a job|school|my job|university)|plan(?:ning)? to (?:work|study)"
)
_FOREIGN = re.compile(
    r"(?:海外|国外|外国|ソウル|韓国|釜山|台湾|台北|上海|北京|中国|香港|ベルリン|ドイツ|パリ|フランス|ロンドン|イギリス|英国|ニューヨーク|アメリカ|米国|ハワイ|カナダ|トロント|オーストラリア|シドニー|バンコク|タイ|ベトナム|ハノイ|フィリピン|マニラ|シンガポール|ブラジル|母国|本国)(?:に|で)?(?:在住|住|すん|暮|働|いま|います|いて|留学|赴任)|overseas|abroad\b|\b(?:live|living|lives|based|stay(?:ing)?|reside)s?\s+in\s+(?P<place>[a-z]+)|ontario"
)
_ELSEWHERE = re.compile(r"勤務地|支社|支店|支所|工場|刑務所|拘置所|フルリモート")
_QUESTION_WORDS = re.compile(
    r"じゃないと|でないと|ないとだめ|ならんと|ならないと|なくちゃ|なければ|何歳|なんさい|いくつから|必要|以上.{0,6}(?:ですか|なの|必要|じゃない)|how old|do (?:we|you|i) (?:have|need) to|must (?:we|both|i)|年齢制限|条件(?:は|って)"
)

_ADULT_YES = re.compile(
    r"(?:二人|ふたり|両方|お互い)とも?(?:もう|とっくに)?(?:成人|成年|大人)|(?:どちら|どっち)も(?:もう|とっくに)?(?:成人|成年|大人)|成人(?:して|です|済)|(?:18|20)歳?(?:以上|をこえ|は超え|過ぎ|すぎ)|(?<!未)成年(?:です|に達|同士)|(?:二|2|三|3|四|4|五|5|六|6|七|7)十?0?代|大人(?:です|同士)|アラ(?:サー|フォー|フィフ)|(?:over|above|older than) (?:18|eighteen|20)|18 ?(?:or|and) (?:over|older|above)|adults?\b|(?:in (?:our|my|his|her|their) )(?:twenties|thirties|forties|fifties|sixties|20s|30s|40s|50s|60s)|[2-7]0s\b|社会人|定年|年金暮らし|おとな(?:です)?"
)
_ADULT_NO = re.compile(
    r"未成年|高校?(?:1|一|2|二)(?:年|なん|です|の|だ|と|で)|中学生|まだ(?:18|十八)(?:歳)?(?:じゃない|になって)|18歳未満|under 18|underage|minor\b|(?:not|isn'?t) (?:yet )?18|not 18 yet"
)
_DECADE = re.compile(r"([2-9])0代|([二三四五六七八])十代|\b([2-9])0s\b|(twenties|thirties|forties|fifties|sixties)")
_WILL_TURN = re.compile(
    r"(?:18|十八|じゅうはち)(?:歳|さい)?に(?:な(?:る|り(?!まし)|れば|ったら)|の誕)|(?:来年|来月|再来月|もうすぐ|次の?誕生日で?)(?:、)?(?:18|十八)歳?(?!以上)|turn(?:s|ing)? (?:18|eighteen)\b|(?:will be|hits?|reach(?:es)?) (?:18|eighteen)\b|(?:18th|eighteenth) birthday|\b(?:18|eighteen) (?:in|next|on|this)\b"
)
_INSTEAD = re.compile(
    r"(?<!\d)(?P<wrong>\d\d)(?:歳|さい)?(?:じゃ|では)(?:なくて|なく|ない)、?(?P<right>\d\d)(?!\d)|(?P<right2>\d\d),? not (?P<wrong2>\d\d)"
)
_NOT_NOW = re.compile(r"まだ|来週|今週|今度|もうすぐ|もう少し|soon|来月|来年|あと|yet|until|next")

_SINGLE = re.compile(
    r"divorces? (?:was |were |is |are |got |became |has been |have been |came |went )?(?:both )?(?:final|complete|granted|through)|(?:夫|妻|主人|旦那|配偶者|嫁|連れ合い)(?:を|に|が|は)(?:[^、。]{0,6})?(?:見送|亡く|先立|他界|死別)|(?:husband|wife) (?:died|passed away)|widow|(?:独身|どくしん|未婚|みこん)(?!(?:じゃ|では|で)な|(?:じゃ|では)あり)|シングル(?!マザー|ファザー)|結婚(?:は|も|を|とか)?(?:して(?:い)?(?:ない|ません|おらず|なく|なくて|ねえ|へん|いません|ないし|おりません|いない)|したこと(?:は|も|が)?(?:ない|ありません|なし)|歴(?:は|も)?(?:ない|なし|ありません)|なし)|けっこん(?:は|を|も)?して(?:い)?(?:ない|ません|いません)|婚姻(?:は|も|を)?して(?:い)?(?:ない|ません)|既婚じゃ|既婚では(?:ない|ありません)|バツイチ|バツ[12一二]|(?:離婚|りこん)(?:した(?!い|ら|くても)|しました|済|[がは]成立(?!して(?:い)?(?:な|ま?せん|おら)|しな|しま?せん)|は済|してい?ます|してる|してた|していた|経験)|死別|\b(?:single|unmarried|divorced|widowed)\b|never (?:been )?married|not married|(?:neither|none|no ?one|nobody|no one)(?: of us)?(?: is| are)? (?:is )?(?:legally )?married|aren'?t married|isn'?t married|dokushin"
)
_MARRIED = re.compile(
    r"(?:独身|未婚)(?:じゃ|では)(?:ない|あり)|離婚.{0,8}(?:けど|が、|ものの).{0,12}(?:まだ|これから)|既婚|結婚して(?:い)?(?:る|ます|て|いて)(?!ない|な(?:い|くても)|るわけ)|けっこん(?:を)?して(?:い)?(?:る|ます|いて)|婚姻(?:を|は)?(?:して|中|関係(?:が|に)(?:ある|あり|残))|(?:夫|妻|旦那|嫁|配偶者|奥さん|ダンナ|主人)(?:さん)?(?:が|は|も)?(?:い(?:る|ます|て|ん)|おり|おる)|妻子(?:が|持ち|ある)|(?:まだ)?離婚(?:が|は|を)?(?:まだ|して(?:い)?(?:ない|ません|なく)|成立して(?:い)?(?:な|ません|おら)|成立しな|できて(?:い)?な|調停|協議中|裁判中|話し合い中|手続き中|前)|まだ籍(?!(?:は|を|も)?入れ)|籍(?:が|は)(?:まだ)?(?:残|入った|抜けて(?:い)?な)|籍を抜いてな|別居中|婚姻届を出した(?:まま)?|still (?:legally )?married|(?:is|am|i'?m|he'?s|she'?s|are) (?:still |legally |already )*married(?! abroad| to each other| in)|married to (?:a|my|his|her|someone|another)\b|(?:has|have) a (?:husband|wife|spouse)\b|separated but|not (?:yet )?divorced|divorce (?:is )?(?:not|pending|isn'?t|in progress|ongoing|going)|in the middle of (?:a )?divorce|getting divorced|(?:waiting|wait) (?:for )?(?:my|his|her|the) divorce|divorce (?:to be|court|case|papers)|籍(?:を)?入れて(?:い)?(?:る|ます)|夫婦(?:です|なん|ですが|で、)|(?:ダンナ|旦那|夫|妻|嫁|主人)(?:が|は|も)?(?:お(?:る|って|ります)|いる)|婚姻中|(?:we|they) are (?:husband and wife|legally married in japan)"
)
_UNMARRIED_PLAINLY = re.compile(
    r"\b(?:neither|none|no ?one|nobody|not one)(?: of us)?(?: is| are| was)? .{0,12}married|(?:どちらも|二人とも|どっちも|お互い).{0,10}(?:独身(?!(?:じゃ|では)な)|未婚(?!(?:じゃ|では)な)|結婚して(?:い)?(?:ない|ません))"
)
_MARRIED_NOT = re.compile(
    r"結婚したい|結婚できな|結婚と(?:何が|は|の)|結婚式|同性婚|結婚制度|結婚(?:の|に)(?:代わり|かわり)|結婚して(?:い)?(?:ない|ません|なければ|なくて)|既婚(?:じゃ|では)な"
)
_ABROAD = re.compile(
    r"(?:海外|外国|国外|カナダ|アメリカ|米国|台湾|オランダ|ハワイ|ニューヨーク|イギリス|英国|フランス|ドイツ|スペイン|オーストラリア|ニュージーランド|タイ|ブラジル|メキシコ|アルゼンチン|ポルトガル|スウェーデン|デンマーク|ベルギー|がいこく|母国|彼の国|彼女の国|本国).{0,16}(?:結婚|入籍|けっこん|籍を入れ|婚姻)(?!式|できな|したい|ビザ)|married (?:each other )?(?:abroad|overseas|in (?:canada|america|the us|usa|the united states|new york|hawaii|taiwan|the netherlands|uk|england|france|germany|spain|australia|new zealand|brazil|portugal|mexico|argentina|sweden|thailand|california|our country|my country|another country))|(?:canadian|foreign|overseas|us|american|taiwanese) marriage|got married (?:abroad|overseas|in )"
)
_DE_FACTO_OTHER = re.compile(
    r"(?:事実婚|内縁)の(?:夫|妻|旦那|嫁|女性?|男性?|彼女?|人)(?:が|は)?(?:あり|い(?:る|ます|て))|(?:ほか|他|別)の?(?:人|ひと|相手|女|男).{0,4}と(?:も)?(?:の)?(?:事実婚|内縁|同棲して)|(?:事実婚|内縁)の(?:夫|妻|相手|パートナー)(?:が|も)(?:別に|ほかに|他に|い(?:る|ます|て))|de facto (?:marriage |relationship |partner )?(?:with (?:someone|another|a ))"
)
_DE_FACTO_NONE = re.compile(
    r"事実婚(?:も|は|じゃ|では|と(?:か|いう))?(?:も)?(?:して(?:い)?(?:ない|ません)|(?:じゃ|で)?(?:ない|ありません|なし)|の相手も(?:いない|いません))"
)

_OTHER_NO = re.compile(
    r"(?:パートナーシップ|宣誓|登録|届).{0,16}(?:返還|返納|解消|取り消し?|廃止).{0,10}(?:済|終わ|ました|した(?!い|ら)|出して)|(?:ほか|他|(?<![性区差個])別|べつ)の?(?:の人|に|人|相手|ひと|パートナー|パートナーシップ|方|誰)?.{0,14}(?:い(?:ない|ません|なく|ねえ|ぃひん)|おりません|居ない|居ません|なし|無し|ない(?:です|し|よ|$)|ありません|してな|していな|していません|してません|結んで(?:い)?(?:ない|ません))|(?:パートナーシップ|宣誓|登録|届出?).{0,10}(?:解消(?:した|済|しました|してい?ます)|(?:ほか|他)に(?:は)?(?:ない|していない))|解消済み?|no (?:other|others|one else)|nobody else|no ?one else|nor (?:any )?other|(?:not|aren'?t|isn'?t|never) (?:in|registered|been in) (?:a |any )?(?:other |another )?partnership|without other partner|only each other|どちらもほかに"
)
_OTHER_YES = re.compile(
    r"(?:ほか|他|別|べつ|前|元|以前|まえ|もと)の?(?:人|相手|パートナー|彼女|彼氏|カノ|カレ|恋人|ひと|方).{0,12}(?:と(?:の)?)?.{0,10}(?:パートナーシップ|宣誓|届出?|届け|登録|証明書|制度).{0,14}(?:して(?:い)?(?:る|ます)(?!が、?解消)|した(?:まま|まんま)|残(?:って|る|り)|解消して(?:い)?(?:ない|ません)|まだ|そのまま|続いて|中|結んで(?:い)?(?:る|ます)|出した|出して)|(?:元カノ|元カレ|元彼女?|元パートナー|前の相手|前のパートナー).{0,20}(?:解消(?:して|でき)て?(?:い)?(?:ない|ません)|まま|残って|まだ)|(?:still|already) (?:registered|in a (?:registered )?partnership|have a partnership|partnered) (?:with )?(?:my ex|someone|another|a previous|an ex|his ex|her ex|other)|partnership with (?:my|his|her) ex|registered with (?:my|his|her|an) ex|another partner(?:ship)?\b(?! (?:is|are) not)|previous partnership (?:is )?(?:not|still)|ほかの\s?パートナーが\s?い(?:ます|る)"
)

# 宣誓の内容（規則第2条）を、する気がないとはっきり言っている。
_NO_PLEDGE = re.compile(
    r"(?:支え合|助け合|人生のパートナー|宣誓|誓|約束).{0,14}?(?:(?:気|つもり)(?:は|も|が)?(?:ない|なし|なく|ゼロ|ねえ|ありません|さらさら)|(?<!と)しない(?:で|$|。|、|し|と(?:言|決))|しません|では?なく(?:て|、|た)|じゃなく(?:て|、|た)ただの)|"
    r"(?:not|never|nor) (?:together|a couple|life partners|going to be (?:a couple|partners))|never gonna be|no (?:intention|plan) (?:of|to) (?:be|being|support)"
)
_MINORITY_YES = re.compile(
    r"女(?:性|の子)?(?:が|を)好きな女|男(?:性)?(?:が|を)好きな男|(?:片方|一人|どちらか|どっちか|私|僕|俺|彼女?)(?:だけ|が|は)?(?:バイ(?![トクブオ])|トランス|ゲイ|ビアン)|同性(?:カップル|どうし|同士|の(?:パートナー|恋人|相手|彼|二人|連れ|カップル)|愛者|パートナー|婚)?(?=$|[^婚])|女(?:性)?(?:同士|どうし|ふたり|二人|2人)|男(?:性)?(?:同士|どうし|ふたり|二人|2人)|ゲイ|レズ|ビアン(?!カ)|バイ(?:セクシュアル|セクシャル|です|の(?:人|彼|彼女|私))|(?:俺|私|僕|彼|彼女|相手|わたし)(?:が|は)バイ(?!ト|ク)|トランス(?:ジェンダー|女性|男性|です)?|ノンバイナリー|エックスジェンダー|xジェンダー|ftm|mtf|lgbt|セクマイ|性的マイノリティ(?:です|に当てはま|で(?:、|す)|なん|だ)|せいてきマイノリティ(?:です)?|パンセク|アセク|アロマ(?:ンティック)|クィア|クエスチョニング|性同一性|(?:same[- ]sex|gay|lesbian|bisexual|\bbi\b|trans(?:gender)?\b|non-?binary|queer|asexual|pansexual|two women|two men|both (?:women|men|female|male)|my (?:girlfriend and i are both|wife and i)|sexual minorit)|sexual minority"
)
_MINORITY_NO = re.compile(
    r"(?:性的)?マイノリティ.{0,14}(?:当てはま(?:らない|りません)|該当し(?:ない|ません)|どちらでもない)|(?:二人とも|ふたりとも|どっちも|どちらも|両方).{0,10}(?:ノンケ|ストレート|異性愛|ヘテロ|シス(?:ジェンダー)?|性的マイノリティ(?:では|じゃ)(?:ない|ありません)|マイノリティ(?:では|じゃ)|当事者(?:では|じゃ)(?:ない|ありません)|lgbt(?:では|じゃ)|当てはまら|該当しな|ちがい)|性的マイノリティ(?:では|じゃ)(?:ない|ありません|なく|なくて)(?!.{0,3}(?:といけ|とだめ|と使))|(?:性的)?マイノリティ(?:じゃ|では)(?:ない|ありません)(?:男女|カップル|夫婦)|(?:neither|none)(?: of us)? (?:is|are) (?:a )?(?:sexual minorit|lgbt|gay|queer)|both (?:of us )?(?:are )?(?:straight|hetero|cis)|性的(?:少数者|マイノリティ)でもな|we(?:'re| are) (?:both )?(?:straight|hetero|a straight)|straight couple|cishet|not (?:a )?sexual minorit|hetero(?:sexual)? couple"
)
_DIFFERENT_SEX = re.compile(
    r"異性(?:カップル|どうし|同士|の(?:パートナー|二人|相手))|男女(?:の)?(?:カップル|二人|の事実婚|ですが|です|で)|戸籍上の?性別が(?:異な|違)|(?:opposite|different)[- ]sex|man and (?:a )?woman|woman and (?:a )?man"
)

_COUNT_OTHER = re.compile(
    r"(?:三人|3人|さんにん|四人|4人|三角|トリオ|ポリアモリー|複数)(?:で|の|では|でも|なん|とも|だけど|婚|人)|(?:一人|ひとり|1人|独り|単独)(?:だけ)?で(?:も)?(?:、)?(?:届|申請|登録|宣誓|でき|使え|出せ|手続)|three of us|three people|throuple|polyam|\balone\b.{0,20}(?:register|apply|file)|(?:register|apply|file) (?:alone|by myself|on my own)"
)
_COUNT_TWO = re.compile(
    r"(?:二人|2人|ふたり|ふたりで|お二人)(?:で(?:す|出|届|申)|です|だけ|とも|どうし|やで|や(?:けど)?$|$|。|、)|届け(?:る|出る)のは(?:二人|2人|ふたり)|two (?:of us|people)|the two of us|just us two|both of us|はい、二人"
)

_NO_MOVE = re.compile(
    r"(?:引っ?越(?:し|す)|ひっこ(?:し|す)|転入|転居|移る|越す)(?:の)?(?:予定|よてい|つもり|気)(?:も|は|とか)?(?:まったく|全然)?(?:ございません|ねえ|ねぇ|あらへん|ありゃせん)|(?:引っ?越(?:し|す)|ひっこ(?:し|す)|転入|移る)(?:の)?(?:予定|よてい)?(?:も|は|とか)?(?:ない|なし|ありません|しない|しません|ません|無い)|no plans? to move|not (?:planning to |going to )?mov(?:e|ing)|won'?t (?:be )?mov(?:e|ing)|aren'?t moving|no intention (?:of|to) mov"
)
_NO_TIE = re.compile(
    r"(?:都内|東京)(?:には|に|へは|へ|で|での|では|とは|と)?.{0,8}(?:通って(?:い)?(?:ない|ません|なく|おらず)|働いて(?:い)?(?:ない|ません)|勤めて(?:い)?(?:ない|ません)|住んで(?:い)?(?:ない|ません|なく)|つながり(?:は|が|も)?(?:ない|なし|ありません)|縁(?:は|が|も)?(?:ない|なし)|関係(?:は|が|も)?(?:ない|なし|ありません)|接点(?:は|が|も)?な|行(?:か|って(?:い)?)な|仕事も学校もな|通勤も通学も(?:して)?(?:い)?(?:ない|ません|なし))|通勤も通学も(?:して)?(?:い)?(?:ない|ません|なし)|(?:職場|会社|学校|仕事|勤務先|勤め先)(?:も|は).{0,8}(?:埼玉|千葉|神奈川|横浜|川崎|さいたま|地元|県内|都外|県外|大阪|茨城|栃木|群馬)|(?:no (?:one|body)? ?(?:work|job|school|tie|connection|link)s? (?:in|to|with) tokyo|neither (?:of us )?(?:lives?|works?|stud(?:y|ies)).{0,30}tokyo|(?:don'?t|do not|doesn'?t) (?:live|work|study|commute).{0,25}tokyo|(?:nothing|anything) to do with tokyo|no (?:job|work|school) in tokyo|work (?:and study )?there too|work there (?:as well|too)|and work(?:ing)? (?:there|in (?:saitama|chiba|kanagawa|yokohama|kawasaki|osaka)))"
)
_MORE_THAN_LIVING = re.compile(
    r"働|はたら|勤|仕事|しごと|通(?:っ|い|学|勤|う)|学校|がっこう|職場|会社|つながり|縁|関係|接点|行(?:か|って)|work|stud|job|school|commut|tie|connection|nothing|anything"
)
_OUT = r"(?:都外|県外|他県|埼玉|千葉|神奈川|横浜|川崎|大阪|茨城|群馬|高崎|栃木|名古屋|福岡|札幌|京都|兵庫|静岡|仙台|saitama|chiba|kanagawa|yokohama|kawasaki|osaka|nagoya|fukuoka|sendai|kyoto)"
_WORK_OUTSIDE = re.compile(
    rf"(?:live and work|住(?:んで|み).{{0,6}}働|暮らし.{{0,4}}働|在住.{{0,4}}(?:在勤|勤務)|しごとも|仕事も|職場も|学校も)|{_OUT}.{{0,6}}(?:勤務|在勤|で働|で仕事|通勤|の会社)|(?:仕事|職場|会社|勤務先|学校)(?:も|は).{{0,3}}{_OUT}|live and work in {_OUT}|work(?:ing|s)? in {_OUT}|{_OUT} kinmu"
)
_TWO_OUTSIDE = re.compile(
    r"(?:在住|住み|住まい)(?:同士|どうし|の(?:カップル|二人))|"
    + _BOTH
    + r".{0,14}(?:都外|県外|他県|埼玉|千葉|神奈川|横浜|川崎|大阪|茨城|群馬|栃木|名古屋|福岡|札幌|京都|兵庫|静岡|saitama|chiba|kanagawa|yokohama|kawasaki|osaka|nagoya|fukuoka|outside)"
)
_ONE_ONLY = re.compile(
    r"(?:片方|一人|ひとり|1人|どちらか|どっちか|一方|相手|片っぽ)(?:だけ|のみ)|(?:only )?one of us|只(?:一人|片方)|(?:片方|一人)(?:は|が)"
)
_REMOTE = re.compile(
    r"(?:フル|完全)?(?:リモート|テレワーク|在宅勤務)|(?:完全|フル|ずっと|毎日|ほぼ)在宅|在宅(?:で|だけ|のみ)|remote(?:ly)? (?:work|job|for)|work(?:ing)? (?:fully |completely |100% )?remote|from home for"
)
_VISITING = re.compile(
    r"観光|旅行(?:中|で来|で東京|者)|ホテル(?:に|で)(?:泊|滞在)|短期滞在|tourists?\b|on (?:vacation|holiday)|\bvisiting\b|visitor|at a hotel|sightseeing"
)
_IS_THAT_TOKYO = re.compile(
    r"(?:都内|東京)(?:に|で)?(?:の)?(?:勤務|在勤|通勤|在学|在住).{0,6}(?:になり|扱い|とみな|に当た|にあた|に入り|に入る|ってこと)|count(?:s)? as (?:working|work|living|studying) in tokyo"
)
_MAYBE_MOVE = re.compile(
    r"か(?:どうか)?(?:は)?(?:まだ)?(?:分から|わから|決め|決まって(?:い)?な|迷)|not sure (?:if|when|whether)|don't know (?:if|when)|may(?:be)? move|might move|いつか|そのうち|いずれ|将来|まだ(?:決|未定|わか|分か)|未定|someday|some day|one day|eventually|not decided|maybe (?:later|in the future)|in the future|考え中|検討中|迷って"
)


def read(u: Understanding, today: date) -> Facts:
    """Reads every fact a message states about the couple; an empty dict when it states none."""
    text, facts = u.plain, Facts()
    _read_ages(u, text, today, facts)
    _read_bonds(u, text, facts)
    read_kin(u, text, facts)
    _read_links(u, text, today, facts)
    if _COUNT_OTHER.search(text):
        facts["people_count"] = "other"
    elif _COUNT_TWO.search(text):
        facts["people_count"] = "two"
    if _NO_PLEDGE.search(text) and not re.search(
        r"(?:ないと|なきゃ|なければ|ないの(?:は|も))(?:だめ|いけ|なら|あり)", text
    ):
        facts["makes_oath"] = "no"
    if _MINORITY_NO.search(text):
        facts["has_sexual_minority"] = "no"
    elif _MINORITY_YES.search(text) and not re.search(
        r"(?:同性|lgbt).{0,8}(?:じゃなくても|でなくても|だけ|のみ|限定|婚)|(?:only|just) (?:for )?(?:same|lgbt|gay)|相談|電話|理解増進|条例|フレンドリー",
        text,
    ):
        facts["has_sexual_minority"] = "yes"
    elif _DIFFERENT_SEX.search(text) or re.search(
        r"(?:同性|どうせい).{0,8}(?:じゃなくても|でなくても|じゃないと)", text
    ):
        facts["open_minority"] = True
    return facts


def _read_ages(u: Understanding, text: str, today: date, facts: Facts) -> None:
    if _QUESTION_WORDS.search(text) and not re.search(r"私|彼|相手|パートナー|うち|僕|俺|i'?m|she|he\b|my ", text):
        return
    instead = _INSTEAD.search(text)
    if instead:
        facts["ages"], facts["age_instead_of"] = (
            [int(instead["right"] or instead["right2"])],
            int(instead["wrong"] or instead["wrong2"]),
        )
        return
    ages = u.values("age") or (_bare_ages(text) if u.top[0] == "faq/eligibility_age" else [])
    born = _BORN.search(text)
    if born:
        year = int(born["y"] or born["e"])
        birthday = (int(born["m"] or 12), int(born["d"] or 31))
        ages = [*ages, today.year - year - ((today.month, today.day) < birthday)]
    under = _ADULT_NO.search(text)
    if (
        under
        and re.search(
            r"(?:neither|not|nobody|no one|none)\b[^.]{0,20}$|(?:どちらも|二人とも).{0,4}$", text[: under.start()]
        )
        and re.search(r"neither|nobody|no one|none|(?:じゃ|では)(?:ない|あり)", text)
    ):
        facts["both_adults"] = "yes"
        return
    if under:
        facts["both_adults"] = "no"
        return
    threshold = re.search(r"(?:18|十八|20|二十)歳?(?:以上|or over|or older)|(?:over|above) (?:18|eighteen)", text)
    if (ages or _WILL_TURN.search(text)) and not threshold:
        decade = [int(m) for m in re.findall(r"(?<!\d)([2-9]0)代", text)]
        if _BOTH_AGED.search(text) and len(ages) == 1 and not decade:
            ages = ages * 2
        months = [d for d in u.values("date") if len(d) >= 7]
        later = [d for d in u.values("date") if d > today.isoformat()[: len(d)]]
        if _WILL_TURN.search(text) and (months or later or _NOT_NOW.search(text)):
            # 「3月で18になります」: seventeen today, whatever number was said
            if not any(a < 18 for a in ages):
                ages = [a for a in ages if a != 18] + [17]
            else:
                ages = [a for a in ages if a != 18]
            if months:
                facts["turns_adult"] = months[0]
        facts["ages"] = ages[:2]
        birthday = months and re.search(r"誕生日|birthday", text)
        if 17 in ages and birthday and "turns_adult" not in facts:
            facts["turns_adult"] = months[0]
        if len(ages) == 1 and re.search(r"高校生|高校(?:1|2|一|二)|high school", text):
            facts.setdefault("open", []).append("req-04-both-adults")
        return
    decades = _DECADE.findall(text)
    if decades or _ADULT_YES.search(text):
        if _BOTH_RE.search(text) or threshold or len(decades) >= 2 or "同士" in text:
            facts["both_adults"] = "yes"


_KANJI = {k: n for n, k in enumerate("一二三四五六七八九", 1)}
_BARE_KANJI = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)(?![一-龠]|歳)(?=に|で|、|。|と|です|$)")


def _bare_ages(text: str) -> list[int]:
    """「先月18なったばっか 彼女もタメで18」: where a message turns on age, a number of two digits alone is one."""
    kanji = [_KANJI.get(m[1], 1) * 10 + _KANJI.get(m[2], 0) for m in _BARE_KANJI.finditer(text)]
    return kanji + [
        int(n) for n in re.findall(r"(?<![\d年月:.,/-])([1-9]\d)(?![\d年月日時分円人名回か%:.,/-]|歳以上)", text)
    ]


_NOR_THE_OTHER = re.compile(
    r"\b(?:he|she|my \w+) (?:isn'?t|is not|'s not) either|nor is (?:he|she)|neither is (?:he|she)|(?:相手|彼女?|パートナー)も(?:同じ|そう|です|独身|未婚)"
)
_NEITHER_PARTNERSHIP = re.compile(
    r"\b(?:neither|none|no ?one|not) .{0,60}(?:another|other) (?:registered )?partner(?:ship)?s?\b"
)
# The registered domicile (本籍) says nothing of where somebody lives, works or studies.
_REGISTERED_ONLY = re.compile(
    r"本籍(?:地)?(?:だけ|のみ|しか)|本籍(?:地)?(?:は|が).{0,14}(?:けど|けれど|が、|ですが|ますが)|(?:only )?(?:registered domicile|honseki|family register) (?:is )?(?:only )?in\b"
)
_SPOUSE_OF_ONE = re.compile(
    r"(?:彼女?|相手|パートナー|彼氏|相方|恋人|あの人|あの子|私|僕|俺|自分|うち)(?:に|の方に|のほうに)は?(?:まだ|戸籍上)?(?:の)?(?:夫|妻|旦那|奥さん|奥様|嫁|主人|ダンナ|だんな|配偶者|女房|亭主)(?:さん)?が(?:い|お)(?:る|ます|り|って|て|はる)"
    r"|\b(?:each|both|one) of us (?:is|are|is still|are still),?\s?(?:married )?(?:to|with) (?:someone|somebody|other)|married to (?:someone|somebody|other people|another)(?! else'?s)"
)
_MARRIAGE_OF_OTHERS = re.compile(
    r"\b(?:brother|sister|sibling|cousin|father|mother|mom|mum|dad|parent|son|daughter|friend|uncle|aunt)s? (?:is|are|was|were|got) married|(?:兄|姉|弟|妹|兄弟|姉妹|きょうだい|親|友達|友人)(?:同士|どうし)?(?:が|は)(?:結婚|夫婦)"
)


def _read_bonds(u: Understanding, text: str, facts: Facts) -> None:
    text = _MARRIAGE_OF_OTHERS.sub(" ", text)
    if _SPOUSE_OF_ONE.search(text) and not re.search(r"離婚(?:が|は)?(?:成立|し(?:た|て)|済)|divorced", text):
        facts["any_marriage"] = "yes"
    elif _ABROAD.search(text) and not re.search(r"(?:結婚|けっこん)(?:は)?(?:して(?:い)?(?:ない|ません))", text):
        facts["any_marriage"] = "married_abroad_to_each_other"
    elif _DE_FACTO_OTHER.search(text):
        facts["any_marriage"] = "de_facto_with_other"
    elif _UNMARRIED_PLAINLY.search(text):
        facts["any_marriage"] = "no"
    elif (
        _MARRIED.search(text)
        and not _MARRIED_NOT.search(text)
        and not re.search(r"離婚(?:が)?(?:成立し(?:た|て(?:い)?ます)|しました|済)", text)
    ):
        facts["any_marriage"] = "yes"
    elif _SINGLE.search(text) or _DE_FACTO_NONE.search(text):
        one_only = re.search(
            r"(?<!別の)(?<!ほかの)(?<!他の)(?:私|僕|俺|わたし|自分|彼女?|相手|パートナー|相方|i'?m|i am|she(?:'s| is)|he(?:'s| is))(?:は|が|も|\s)",
            text,
        ) and not (_BOTH_RE.search(text) or _NOR_THE_OTHER.search(text))
        if not one_only or re.search(r"離婚|divorced|バツ|死別|widow", text):
            facts["any_marriage"] = "no"
    ended = r"解消(?:した|済|しました|してい?ます)(?!ない)|返(?:還|納)(?:届|済|した|しました|して(?!な|い?ま?せ)).{0,6}(?:出し(?:た|まし|て(?!な|い?ま?せ|い(?:な|ま)))|終わ|済|$)"
    if _NEITHER_PARTNERSHIP.search(text):
        facts["any_other_partnership"] = "no"
    elif _OTHER_YES.search(text) and not re.search(ended, text):
        facts["any_other_partnership"] = "yes"
    elif _OTHER_NO.search(text):
        facts["any_other_partnership"] = "no"


def _read_links(u: Understanding, text: str, today: date, facts: Facts) -> None:
    if re.search(r"住みた(?:い|く)|住んでみたい|want to live|would like to live", text):
        u = replace(u, links=tuple(link for link in u.links if link != "live") + ("move_in",))
    if re.search(r"転勤|赴任|転職|就職(?:が|で)|transfer|new job", text) and "move_in" not in u.links:
        u = replace(u, links=tuple(link for link in u.links if link != "work") + ("move_in",))
    if _REGISTERED_ONLY.search(text):
        u = replace(u, links=(), places=tuple(p for p in u.places if p[1] == "outside_tokyo"))
        facts["open_link"] = True  # 本籍 alone is no tie; where they live is told by the rest
    outside = [] if _put_right(u) else [p for p in u.places if p[1] == "outside_tokyo"]
    inside = [
        p for p in u.places if p[0] in ("municipality", "quarter") or p[1] in ("tokyo", "tama", "outside_23_wards")
    ]
    links = list(dict.fromkeys(u.links))
    away = bool(outside) and not inside and not re.search(r"から|より|from|今|いま|now", text)
    moving = "move_in" in links and not _NO_MOVE.search(text) and not away  # 「つくばに転勤」 is no move to Tokyo
    if _NO_TIE.search(text):
        if _NO_MOVE.search(text):
            facts["links"], facts["outside"] = "none", True
            return
        if not moving and not _MORE_THAN_LIVING.search(text):
            facts["outside"] = True  # where they live is said, work and school are not
            return
        if not moving:
            facts["links"], facts["outside"] = (
                (
                    "none"
                    if outside or _BOTH_RE.search(text) or "東京" in text or "都内" in text or "tokyo" in text
                    else "open"
                ),
                True,
            )
            return
    both_out = bool(
        outside
        and not (inside and [link for link in u.links if link != "move_in"])
        and not any(p[0] in ("municipality", "quarter") for p in inside)
        and (_BOTH_RE.search(text) or re.search(r"(?:在住|住み|住まい)(?:同士|どうし|の(?:カップル|二人))", text))
    )
    if (
        both_out
        and not moving
        and (
            _WORK_OUTSIDE.search(text)
            or (
                _NO_MOVE.search(text)
                and re.search(r"(?:職場|会社|仕事|学校|勤務|通勤|働|しごと|かいしゃ|work|job|study)", text)
            )
        )
    ):
        facts["links"], facts["outside"] = "none", True
        return
    if outside and not moving and _WORKS_THERE_TOO.search(text) and not _somewhere_here(inside):
        facts["links"], facts["outside"] = "none", True
        return
    named = _named_links(text, u)
    if named:
        facts["links"] = named
        return
    if _VISITING.search(text) or (outside and _IS_THAT_TOKYO.search(text)):
        facts["open_link"] = True
        return
    if _REMOTE.search(text) and outside:
        facts["outside"] = True
        facts["open_link"] = True
        facts["remote"] = bool(inside)
        return
    if _someone_there(u):
        facts["links"] = ["live"]
        return
    if moving:
        if _MAYBE_MOVE.search(text):
            facts["move_in"] = "yes"
        else:
            when = move_date(u, today)
            facts["move_in"] = when or "yes"
            within = not _MAYBE_MOVE.search(text) and re.search(
                r"(?:三|3)(?:か|ヶ|カ|ケ)月以内|within (?:three|3) months", text
            )
            if within:
                facts["move_in"] = [today.isoformat(), add_months(today, 3).isoformat()]
    ties = [link for link in links if link != "move_in"]
    foreign = _FOREIGN.search(text)
    named_here = ("tokyo", "japan", "the", "a", "an", "my", "his", "her", "different", "separate", "same")
    abroad = bool(foreign) and not (foreign["place"] and (foreign["place"] in named_here or bool(inside)))
    if ties and (_PAST.search(text) or _NOT_YET.search(text) or (_ELSEWHERE.search(text) and outside)):
        # A tie that is over, hoped for or really elsewhere is no tie on the day of filing.
        facts["open_link"] = True
        if outside:
            facts["outside"] = True
        return
    if abroad and not inside:
        facts["outside"] = True
        return
    if "ontario" in text:
        facts["outside"] = True
        return
    if ties and inside:
        far = {link for link in ties if outside and len(ties) > 1 and link == "live" and _lives_far(u)}
        facts["links"] = [link for link in ties if link not in far]
    elif (
        inside
        and not outside
        and not moving
        and _lives_here(text)
        or inside
        and outside
        and not moving
        and len(u.places) >= 2
        and re.search(
            r"(?:私|僕|俺|わたし|自分|うち|彼女?|相手|相方|パートナー|片方|i |i'?m|she|he|my ).*(?:私|僕|俺|わたし|自分|うち|彼女?|相手|相方|パートナー|片方|もう|i |i'?m|she|he|my )",
            text,
        )
    ):
        facts["links"] = ["live"]
    if outside and "links" not in facts and not _ONE_ONLY.search(text):
        facts["outside_named"] = True
    if outside and "links" not in facts:
        if both_out or _TWO_OUTSIDE.search(text) or re.match(r"(?:住まい|家|自宅|住所|同居先)は", text):
            facts["outside"] = True
        elif _ONE_ONLY.search(text):
            facts["one_outside"] = True
        elif re.search(r"住|在住|暮ら|すん|live|living|reside|sunde", text):
            facts["one_outside"] = (
                not re.search(r"(?:^|、|。)(?:私|僕|俺|わたし|自分|うち|i)(?:は|が|\s).{0,10}(?:住|live)", text) or None
            )
            if not facts["one_outside"]:
                facts.pop("one_outside")
                facts["outside"] = True


# Home and work in one breath, and the only place named is outside: 「住んでるのは川崎、勤めも川崎」, "live in Saitama and both work there".
_WORKS_THERE_TOO = re.compile(
    r"在住.{0,10}(?:勤務|勤め|職場|仕事|会社|学校)(?:先)?(?:も|は)|在住[・、](?:在勤|.{1,4}勤務)|さ?住んで.{0,10}で働(?:い|え)|(?:住まい|住んで|家|自宅|暮らし).{0,16}(?:勤め|職場|仕事|会社|学校|働)(?:先)?も|(?:住まいも|家も)(?:職場|勤め|仕事|会社)も|住み.{0,8}で働|\b(?:live|living)\b.{0,40}\bwork(?:ing)?\b.{0,8}\b(?:there|here|too|as well)\b|\b(?:live|living) (?:and|n|&|\+) work(?:ing)? (?:in|near|around)\b"
)


_NOT_THAT = re.compile(
    r"(?:じゃ|では|や)なく(?:て|、)|違った|ちがった|間違え|\bsorry,?\s?no\b|\bno,?\s?wait\b|\bi mean\b|\bi meant\b|\bnot\b.{0,20}\bbut\b"
)


def _put_right(u: Understanding) -> bool:
    """「広島じゃなくて東京の府中市」: every place outside stands before the correction, one in Tokyo behind it."""
    marks = [m.start() for m in _NOT_THAT.finditer(u.text.lower())]
    away = [e["start"] for e in u.entities if e["entity"] == "area" and e["value"] == "outside_tokyo"]
    here = [e["start"] for e in u.entities if e["entity"] == "municipality"]
    return any(away and here and max(away) < mark < max(here) for mark in marks)


def _somewhere_here(inside: list[Any]) -> bool:
    """A place within Tokyo, the word "Tokyo" of 「東京の届け」 aside."""
    return any(place[0] in ("municipality", "quarter") for place in inside)


_NAMED = (
    (
        r"(?:学校|大学|専門学校|専門|短大|大学院|キャンパス|がっこう|だいがく)(?:は|が|も)|(?:gakkou|gakko|daigaku) (?:wa|ga|mo) ",
        r"(?:の|にある)(?:大学|学校|専門|短大|大学院|がっこう|だいがく|キャンパス)",
        "study",
    ),
    (
        r"(?:職場|会社|勤務先|勤め先|仕事|バイト先?|オフィス|かいしゃ|しごと|店)(?:は|が|も)|(?:kaisha|shigoto|shokuba|baito) (?:wa|ga|mo) ",
        r"(?:の|にある|本社の)(?:会社|職場|オフィス|お店|役所|企業|かいしゃ)",
        "work",
    ),
    (
        r"(?:家|下宿|アパート|部屋|マンション|寮|住まい|自宅|住民票|いえ|実家)(?:は|が|も)|(?:ie|uchi|sumai) (?:wa|ga|mo) ",
        r"(?:の|に|にある)(?:家|アパート|部屋|マンション|下宿|自宅)",
        "live",
    ),
)


@lru_cache(maxsize=512)  # compiling takes a hundred times as long as searching
def _beside(before: str, name: str, after: str) -> re.Pattern[str]:
    return re.compile(f"{before}{re.escape(name)}|{re.escape(name)}(?:区|市)?{after}")


def _named_links(text: str, u: Understanding) -> list[str]:
    """「学校が新宿」「下宿は町田」「渋谷の会社」: the tie is named by a noun beside the place."""
    found = []
    for entity in u.entities:
        if entity["entity"] != "municipality" and not (
            entity["entity"] == "area" and entity["value"] != "outside_tokyo"
        ):
            continue
        name = for_features(u.text[entity["start"] : entity["end"]])
        for before, after, link in _NAMED:
            if _beside(before, name, after).search(text) and not _REMOTE.search(text):
                found.append(link)
    return list(dict.fromkeys(found))


_PERSON_IS = re.compile(
    r"(?:彼女?|相手|相方|パートナー|恋人|連れ|私|僕|俺|わたし|ぼく|自分)(?:は|が)(?:もう|今|いま|ずっと|すでに)?、?\s?$|(?:he|she|they|partner|girlfriend|boyfriend)(?:'s| is| lives?)(?: already| now)? in\s?$"
)
_IS_THERE = re.compile(
    r"(?:区|市)?(?:です|だ|で(?!働|はたら|勤|仕事|通|学|バイト|店)|に(?!引|移|転|通|勤)|在住|,|、|。|and\b|but\b|while\b|\.|$)"
)


def _lives_far(u: Understanding) -> bool:
    """「羽田空港で働いてます。住まいは川崎」: the home named is the one outside."""
    for entity in u.entities:
        if entity["entity"] == "area" and entity["value"] == "outside_tokyo":
            before, after = for_features(u.text[: entity["start"]]), for_features(u.text[entity["end"] :])
            if re.search(r"(?:住まい|家|自宅|住所|実家)(?:は|が)$|live in$", before) or re.match(
                r"(?:に|で)?(?:住|在住|暮|すん)", after
            ):
                return True
    return False


def _someone_there(u: Understanding) -> bool:
    """「彼は国分寺でわたしはまだ静岡」: one of them is in a municipality of Tokyo, wherever the other still is."""
    for entity in u.entities:
        if entity["entity"] != "municipality":
            continue
        before, after = for_features(u.text[: entity["start"]]), for_features(u.text[entity["end"] :])
        if _PERSON_IS.search(before) and _IS_THERE.match(after.lstrip()):
            return True
    return False


def _lives_here(text: str) -> bool:
    return bool(
        re.search(
            r"区民|市民|都民|(?:区|市|町|村|東京|都内)(?:の|に)?(?:家|マンション|アパート|実家|人間|もん)|(?:家|うち|いえ|住所|住民票)は|在|同棲|暮ら|すん|our (?:flat|place|apartment|home)|flat in|apartment in|from \w+ (?:ward|city)|based in",
            text,
        )
    ) and not re.search(r"使え|制度|独自|証明書|accept|scheme|certificate|住宅|では[?？]|は[?？]", text)


def move_date(u: Understanding, today: date) -> list[str] | None:
    """First and last day of the date or time a message names for a move, if it names one."""
    for value in u.values("date"):
        if len(value) == 10:
            return [value, value]
        if len(value) == 7:
            span = Span.month(int(value[:4]), int(value[5:]))
            return [span.first.isoformat(), span.last.isoformat()]
        if len(value) == 4:
            return [f"{value}-01-01", f"{value}-12-31"]
    for value in u.values("period"):
        match = re.fullmatch(r"P(\d+)([DWMY])", value)
        if match and not re.search(r"前", u.plain):
            n = int(match[1])
            days = {"D": n, "W": 7 * n}.get(match[2])
            end = (
                add_months(today, n * (12 if match[2] == "Y" else 1))
                if days is None
                else date.fromordinal(today.toordinal() + days)
            )
            return [end.isoformat(), end.isoformat()]
    if re.search(r"もうすぐ|近々|すぐに|soon|shortly|まもなく", u.plain):
        return None
    return None


def merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> Facts:
    """Adds newly stated facts; the later word counts, and an age said of one person keeps the other's."""
    merged = dict(old)
    for key, value in new.items():
        if key == "age_instead_of":
            continue
        if key == "ages" and merged.get("ages") and len(value) == 1:
            merged["ages"] = _one_age(merged["ages"], value[0], new.get("age_instead_of"))
        elif key == "links" and isinstance(value, list) and isinstance(merged.get("links"), list):
            merged["links"] = list(dict.fromkeys([*merged["links"], *value]))
        else:
            merged[key] = value
    if "ages" in new:
        merged.pop("both_adults", None)
    if "both_adults" in new:
        merged.pop("ages", None)
        merged.pop("turns_adult", None)
    if new.get("links") and new["links"] != "none":
        merged.pop("outside", None)
    if new.get("move_in") and merged.get("links") == "none":
        merged.pop("links")
        merged["outside"] = True
    return merged


def _one_age(before: list[int], age: int, instead_of: int | None) -> list[int]:
    """One of two ages said anew: in place of the one named wrong, else of a minor's, else of the second."""
    if len(before) == 1:
        return [age] if instead_of == before[0] else [before[0], age]
    wrong = instead_of if instead_of in before else next((a for a in before if a < 18), before[1])
    index = before.index(wrong)
    return [age if i == index else a for i, a in enumerate(before)]


def situation(facts: Mapping[str, Any], today: date, *, assume_two: bool = True) -> Situation:
    """Builds the value the rules decide on; oath and two people are taken for granted unless denied."""
    ages = list(facts.get("ages") or ())[:2] + [None, None]
    people = [Person(Span.born(a, today) if a is not None else None) for a in ages[:2]]
    if facts.get("turns_adult"):
        span = _adult_span(facts["turns_adult"])
        index = next((i for i, a in enumerate(ages[:2]) if a is not None and a < 18), 0)
        people[index] = Person(span)
    links = facts.get("links")
    move = facts.get("move_in")
    move_in: Span | YesNo | None = None
    if move == "yes":
        move_in = YesNo.YES
    elif move == "within":
        move_in = Span(today, add_months(today, 3))
    elif move:
        move_in = Span(date.fromisoformat(move[0]), date.fromisoformat(move[1]))
    if links == "none":
        tie = Links(YesNo.NO, YesNo.NO, YesNo.NO, move_in if move_in is not None else YesNo.NO)
    elif isinstance(links, list):
        tie = Links(
            YesNo.YES if "live" in links else None,
            YesNo.YES if "work" in links else None,
            YesNo.YES if "study" in links else None,
            move_in,
        )
    else:
        known_out = YesNo.NO if move_in is not None or facts.get("outside") else None
        # Someone who speaks only of moving in is asked about the move, not about work and school.
        tie = Links(
            known_out, YesNo.NO if move_in is not None else None, YesNo.NO if move_in is not None else None, move_in
        )
    relation = facts.get("relation")
    adults = facts.get("both_adults")
    return Situation(
        people_count=PeopleCount(facts["people_count"])
        if facts.get("people_count")
        else (PeopleCount.TWO if assume_two else None),
        has_sexual_minority=SexualMinority(facts["has_sexual_minority"]) if facts.get("has_sexual_minority") else None,
        makes_oath=None if "req-03-oath" in facts.get("open", ()) else YesNo(facts.get("makes_oath", "yes")),
        both_adults=YesNo(adults) if adults else None,
        people=(people[0], people[1]),
        any_marriage=Marriage(facts["any_marriage"]) if facts.get("any_marriage") else None,
        any_other_partnership=YesNo(facts["any_other_partnership"]) if facts.get("any_other_partnership") else None,
        relation=Relation(Kinship(relation[0]), relation[1]) if relation else None,
        links=tie,
    )


def _adult_span(turns: str) -> Span:
    if len(turns) == 10:
        return Span.day(add_years(date.fromisoformat(turns), -18))
    month = Span.month(int(turns[:4]), int(turns[5:7]))
    return Span(add_years(month.first, -18), add_years(month.last, -18))
