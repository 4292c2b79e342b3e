"""The ways by which a letter leaves: one function each, which answers what the other side said or raises `NotSent`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from notifications.delivery.mail import Letterbox
from notifications.delivery.outbox import Parcel
from notifications.delivery.refusals import NEVER, NotSent
from notifications.webhooks.post import Hook, post
from tracker.extensions import db
from tracker.letters import Channel
from tracker.services import webhooks
from tracker.settings import Settings


@dataclass(frozen=True)
class Means:
    """What the channels share for the length of one delivery."""

    settings: Settings
    letterbox: Letterbox
    at: datetime

    def has(self, channel: str) -> bool:
        """Whether anything can leave that way at all."""
        return self.settings.smtp.ready if channel == Channel.MAIL else True

    def open(self, channel: str) -> None:
        """Raises `NotSent` where the server is not to be reached. Each webhook has a server of its own."""
        if channel == Channel.MAIL:
            self.letterbox.open()


def by_mail(parcel: Parcel, means: Means) -> str:
    return means.letterbox.send(parcel)


def by_webhook(parcel: Parcel, means: Means) -> str:
    secret = webhooks.secret_of(db.session, parcel.committee_id, means.settings.secret_key)
    if secret is None:
        raise NotSent(NEVER, "Cơ quan đã bỏ địa chỉ nhận tin tự động.")
    hook = Hook(parcel.address, secret, means.settings.webhook_hosts)
    return post(hook, parcel.text, parcel.letter_id, means.at)


Way = Callable[[Parcel, Means], str]
CHANNELS: Mapping[str, Way] = {Channel.MAIL: by_mail, Channel.WEBHOOK: by_webhook}
