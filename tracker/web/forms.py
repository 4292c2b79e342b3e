"""Forms: what somebody typed goes in, checked values or words about what is missing come out."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import EqualTo, InputRequired, Length

NEEDED = lazy_gettext("Xin điền mục này.")
SHORTEST_PASSWORD = 10  # said early; the service is the one that refuses


class LoginForm(FlaskForm):  # type: ignore[misc]
    email = StringField(lazy_gettext("Thư điện tử công vụ"), [InputRequired(NEEDED), Length(max=254)])
    password = PasswordField(lazy_gettext("Mật khẩu"), [InputRequired(NEEDED), Length(max=200)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password typed twice."""

    new = PasswordField(lazy_gettext("Mật khẩu mới"), [InputRequired(NEEDED), Length(max=200)])
    again = PasswordField(
        lazy_gettext("Nhập lại mật khẩu mới"),
        [InputRequired(NEEDED), EqualTo("new", lazy_gettext("Hai lần nhập chưa giống nhau."))],
    )

    def validate_new(self, field: PasswordField) -> None:
        if len(field.data or "") < SHORTEST_PASSWORD:
            raise ValidationError(_("Cần ít nhất %(n)d ký tự.", n=SHORTEST_PASSWORD))


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField(lazy_gettext("Mật khẩu hiện tại"), [InputRequired(NEEDED), Length(max=200)])
