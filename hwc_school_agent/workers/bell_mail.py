"""The daily mail to those who asked for one: sent at the morning look, once, and its filed copy swept.

Not tried again: a mail at another minute could be taken for one that means something.
"""

from __future__ import annotations

from collections.abc import Callable

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.outcome import Mailed
from hwc_school_agent.host.clock import local
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.post import bell_mail, receipt
from hwc_school_agent.post.submission import SubmissionLater, SubmissionRefused, submit
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers import sent_copy


def run(settings: Settings, now: float, say: Callable[[Mailed], None]) -> None:
    """Send it to everybody; says SENT when all were accepted. ``now``: wall time, epoch seconds.

    Raises ``OSError`` when the key of the installation cannot be read.
    """
    at = local(now, settings.school.timezone)
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    well, tr = True, language(settings.school.language)
    for to in settings.bell.mail_to:
        mail = bell_mail.build(sender=settings.submission.sender, to=to, at=at, key=key, tr=tr)
        try:
            submit(settings.submission, mail)
        except (SubmissionLater, SubmissionRefused):
            well = False  # the others get theirs
    if well:
        say(Mailed.SENT)
    sent_copy.sweep(settings, now, key)
