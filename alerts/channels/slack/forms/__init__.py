"""The forms of a case, a file each: how it looks, how what is sent is read, and what is done with it.

A form is added by its file, and a line here.
"""

from typing import Any

from alerts.channels.slack.forms import (
    edit,
    false_alarm,
    not_about_us,
    note,
    outcome,
    replied,
    report,
    resolve,
    statement,
)
from alerts.channels.slack.forms.base import Form

FORMS: dict[str, Form[Any]] = {
    form.name: form
    for form in (
        edit.FORM,
        statement.FORM,
        resolve.FORM,
        replied.FORM,
        false_alarm.FORM,
        not_about_us.FORM,
        note.FORM,
        report.FORM,
        outcome.FORM,
    )
}
