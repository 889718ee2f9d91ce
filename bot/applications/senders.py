"""Ways to deliver a notice: SMTP, and a folder of files for machines without a mail server. LINE is the LINE channel's."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from bot import clock
from bot.applications.model import ContactKind
from bot.applications.notices import Notice
from bot.applications.outbox import DeliveryFailed, Sender
from bot.settings import Settings, SettingsError

_SECONDS = 15


def message(message_id: UUID, sender: str, address: str, notice: Notice) -> EmailMessage:
    """The e-mail: plain text, nothing in its headers that says what it is about, always the same id."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = address
    mail["Subject"] = notice.subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(notice.body)
    return mail


class MailFolder:
    """Writes each notice into a file named by its message id, so a repeat replaces the first. For trying out, not for people."""

    def __init__(self, folder: Path, sender: str) -> None:
        """Takes the folder; it is made when first needed, readable by its owner alone."""
        self._folder = folder
        self._sender = sender

    def send(self, message_id: UUID, address: str, notice: Notice) -> None:
        """Writes the file, whole or not at all."""
        draft = self._folder / f".{message_id}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(message(message_id, self._sender, address, notice).as_bytes())
            draft.replace(self._folder / f"{message_id}.eml")
        except OSError as error:
            raise DeliveryFailed(type(error).__name__) from error


class Smtp:
    """Sends through a mail server: `smtp://user:password@host:587` (STARTTLS where a password goes out) or `smtps://…:465`."""

    def __init__(self, url: str, sender: str) -> None:
        """Takes the address of the server; connects for each notice."""
        self._url = urlsplit(url)
        if self._url.scheme not in ("smtp", "smtps") or not self._url.hostname:
            raise SettingsError(
                "TOMONI_SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465."
            )
        self._sender = sender

    def send(self, message_id: UUID, address: str, notice: Notice) -> None:
        """Delivers to the server; only a refusal of the address is final."""
        try:
            with self._connected() as server:
                server.send_message(message(message_id, self._sender, address, notice), self._sender, [address])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise DeliveryFailed(f"recipient_refused_{code}", for_good=500 <= code < 600) from error
        except smtplib.SMTPResponseException as error:
            raise DeliveryFailed(f"smtp_{error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        host, secure = str(self._url.hostname), self._url.scheme == "smtps"
        if secure:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=_SECONDS)
        try:
            server.ehlo()
            if not secure and (server.has_extn("starttls") or self._url.username):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def of(settings: Settings, **further: Sender) -> dict[ContactKind, Sender]:
    """The senders of this installation, and those that channels add by kind of contact: `of(settings, line=…)`."""
    mail: Sender = (
        Smtp(settings.smtp_url, settings.mail_from)
        if settings.smtp_url
        else MailFolder(settings.var / "mail", settings.mail_from)
    )
    return {ContactKind.EMAIL: mail, **{ContactKind(kind): sender for kind, sender in further.items()}}
