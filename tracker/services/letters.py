"""Letters that were given up: sent again by a person who has mended what stood in the way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from tracker.access import Actor, Thing, need
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.letters import State
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Letter


def send_again(actor: Actor, letter_id: int, *, at: datetime) -> None:
    """A dead letter waits again, as if it had never been tried: its text is made anew when it leaves, for the
    address that the person has by then."""
    with transaction(db.session):
        letter = db.session.get(Letter, letter_id)
        if letter is None:
            raise NotFound("Không tìm thấy thư này.")
        need(actor, "outbox.send-again", Thing(letter.committee_id))
        before = {"answer": letter.answer, "tries": letter.tries, "message_id": letter.message_id}
        taken = db.session.scalar(
            update(Letter)
            .where(Letter.id == letter_id, Letter.state == State.DEAD)
            .values(state=State.WAITING, tries=0, answer="", message_id="", next_try_at=at)
            .returning(Letter.id)
            .execution_options(synchronize_session=False)
        )
        if taken is None:
            raise Refused(
                "Thư này không còn ở trạng thái không gửi được, có thể đã có người gửi lại. Xin tải lại trang."
            )
        record(
            db.session,
            actor,
            "letter-sent-again",
            thing="letter",
            thing_id=letter_id,
            committee_id=letter.committee_id,
            at=at,
            before=before,
        )
