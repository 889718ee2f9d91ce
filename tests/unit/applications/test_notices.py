"""Notices say nothing a bystander may not read, and reach a mail server as they should."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from bot.applications.errors import ApplicationsError
from bot.applications.model import LANGUAGES, State
from bot.applications.notices import worded
from bot.applications.outbox import FIRST_WAIT, LONGEST_WAIT, DeliveryFailed, wait_after
from bot.applications.senders import MailFolder, Smtp, message
from bot.knowledge.loader import DIRECTORY, read_yaml
from bot.settings import SettingsError

ID = UUID("00000000-0000-4000-8000-000000000001")
PAGE = "https://tomoni.example/a"
OUTING = re.compile(
    r"partner|oath|couple|lgbt|sexual|gender|gay|lesbian|queer|same.?sex|marri|certificate|receipt|application|tokyo|status|"
    r"パートナ|宣誓|ふうふ|夫婦|カップル|二人|ふたり|同性|性的|性自認|結婚|婚|証明|届|受付|受理|申請|東京|状態|ともに|tomoni",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(read_yaml(DIRECTORY / "notices.yml")))
def test_no_word_of_a_notice_outs_anybody_or_tells_the_state(name: str, language: str) -> None:
    notice = worded(name, language, "")
    said = f"{notice.subject}\n{notice.body}"
    assert not OUTING.search(said)
    assert not any(state.value.replace("_", " ") in said.lower() for state in State)
    assert len(notice.subject) <= 40
    assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_mail_is_neutral_but_for_the_address_of_the_page(language: str) -> None:
    mail = message(ID, "news@mail.example", "a@example.org", worded("news", language, PAGE))
    parsed = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    shown = "\n".join(f"{k}: {v}" for k, v in parsed.items()) + parsed.get_content()
    assert PAGE in shown
    assert not OUTING.search(shown.replace(PAGE, ""))
    assert parsed["Message-ID"] == f"<{ID}@mail.example>"


def test_a_mail_written_twice_is_one_file_with_a_neutral_name_only_the_owner_reads(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail", "news@mail.example")
    for _ in range(2):
        folder.send(ID, "a@example.org", worded("news", "en", PAGE))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"{ID}.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_a_failed_delivery(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(DeliveryFailed):
        MailFolder(tmp_path / "mail", "x@y.z").send(ID, "a@example.org", worded("news", "en", PAGE))


def test_waits_double_up_to_a_cap() -> None:
    waits = [wait_after(n) for n in range(1, 40)]
    assert waits[0] == FIRST_WAIT
    assert waits[1] == 2 * FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_no_error_carries_what_it_was_about() -> None:
    for error in (ApplicationsError("x"), DeliveryFailed("SMTPServerDisconnected")):
        assert "@" not in str(error)


# --- SMTP


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server of a few words; `refuses` is what it answers to RCPT."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.refuses: str | None = None
        self.silent = False
        self.mails: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Talk)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.silent:
            return
        self._say("220 ready")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                self._say("250-hello\r\n250 8BITMIME")
            elif word == b"RCPT" and self.server.refuses:
                self._say(self.server.refuses)
            elif word == b"DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def send(url: str) -> None:
    Smtp(url, "news@mail.example").send(ID, "a..b@docomo.ne.jp", worded("news", "ja", PAGE))


def test_a_mail_server_gets_the_mail(mail_server: MailServer) -> None:
    send(mail_server.url)
    (mail,) = mail_server.mails
    assert str(ID).encode() in mail
    assert email.message_from_bytes(mail, policy=email.policy.default)["Subject"] == "お知らせがあります"


@pytest.mark.parametrize(("answer", "for_good"), [("550 no such user", True), ("451 try later", False)])
def test_only_an_address_that_is_refused_is_given_up(mail_server: MailServer, answer: str, for_good: bool) -> None:
    mail_server.refuses = answer
    with pytest.raises(DeliveryFailed) as failure:
        send(mail_server.url)
    assert failure.value.for_good is for_good
    assert "docomo" not in failure.value.problem


def test_a_server_that_is_away_or_hangs_up_is_tried_again(mail_server: MailServer) -> None:
    mail_server.silent = True
    with pytest.raises(DeliveryFailed) as failure:
        send(mail_server.url)
    assert not failure.value.for_good
    with pytest.raises(DeliveryFailed):
        send("smtp://127.0.0.1:1")


def test_a_password_is_never_sent_without_encryption(mail_server: MailServer) -> None:
    with pytest.raises(DeliveryFailed):
        send(mail_server.url.replace("//", "//user:password@"))
    assert mail_server.mails == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example"])
def test_what_is_no_mail_server_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="TOMONI_SMTP_URL"):
        Smtp(url, "a@b.c")
