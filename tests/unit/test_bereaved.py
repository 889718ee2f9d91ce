"""A new partner after a death: neither a plain no nor a yes, since what death does to a partnership is not confirmed."""

from __future__ import annotations

import pytest

from bot.dialogue.bereaved import starts_anew


@pytest.mark.parametrize(
    "plain",
    [
        "彼を看取って三年、いま新しい人と。また届けられますか",
        "パートナーを亡くしました。今の彼女と新しく宣誓できますか",
        "前の人は3年前に亡くなりました。前は世田谷区の証明書を持ってました。新しいパートナーと宣誓したいです",
        "my partner died two years ago, we had the tokyo certificate. can i register with my new partner?",
    ],
)
def test_a_new_partner_after_the_death_of_a_registered_one(plain: str) -> None:
    assert starts_anew(plain)


@pytest.mark.parametrize(
    "plain",
    [
        "夫を亡くして十二年、今は女性のパートナーと杉並で暮らしてます。宣誓できますか",
        "パートナーが亡くなりました。証明書はどうすればいいですか",
        "前のパートナーとは別れました。新しい相手と宣誓できますか",
        "my husband died ten years ago. can i register with my new partner?",
        "新しい家に引っ越しました。届け出が必要ですか",
    ],
)
def test_a_widow_a_death_alone_and_a_parting_are_something_else(plain: str) -> None:
    assert not starts_anew(plain)
