"""What can be shared of an answer: its public page, never the conversation; an address that is the same for everyone, so nobody is traced."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bot.guide.addresses import public_address
from bot.guide.contents import is_page
from bot.knowledge.loader import Knowledge
from bot.knowledge.wording import answer_for, phrase, spoken_date
from bot.rendering import qr
from bot.rendering.guide_text import without_readings


class Shares:
    """Public pages by answer; `public_url` is where the guide stands, without a slash at the end."""

    def __init__(self, knowledge: Knowledge, public_url: str) -> None:
        """Takes the knowledge base and the site's address; an empty one leaves the page's own origin to the browser."""
        self._knowledge, self._site = knowledge, public_url
        self.code = lru_cache(maxsize=256)(self._code)

    def of(self, answer_id: str | None, lang: str, day: date) -> dict[str, str] | None:
        """Title, a few words and the address; nothing for what is said to one person only."""
        entry = self._knowledge.entries.get(answer_id or "")
        if entry is None or not is_page(entry):
            return None
        answer = answer_for(self._knowledge, entry, lang, day)
        checked = phrase(self._knowledge, "checked", lang, day, date=spoken_date(entry.checked_on.isoformat(), lang))
        source = f"\n{answer.citations[0].url}" if answer.citations else ""
        return {
            "id": entry.id,
            "title": without_readings(answer.title),
            "text": without_readings(f"{answer.title}\n{answer.short}\n({checked}){source}"),
            "url": public_address(entry.id, lang, self._site),
        }

    def _code(self, answer_id: str, lang: str, site: str) -> str | None:
        """The address as a QR code, an SVG file; `site` is used when no public address is set."""
        entry = self._knowledge.entries.get(answer_id)
        if entry is None or not is_page(entry):
            return None
        drawn = str(qr.svg(public_address(entry.id, lang, self._site or site)))
        return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
