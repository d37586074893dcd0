"""Write docs/doctor.md from the program's own texts:  python -m tests.doctor.make_page"""

from __future__ import annotations

import re
from pathlib import Path

from hwc_school_agent.doctor.codes import Area, Check, Level
from hwc_school_agent.doctor.report import LANGUAGES, UNREACHABLE
from hwc_school_agent.host.event_log import Event

PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"
HEAD = """\
# doctor

    sudo hwc-school-agent doctor

looks at everything the agent needs and says what is wrong and what to do about it. It changes nothing. It never prints
anything of a message, nor whether one waits: its output is letter by letter the same with a signal in the mailbox and
without one. The table below is generated from the program (`python -m tests.doctor.make_page`); a test compares both.

**Passwords.** Without `--credentials DIR` doctor reads the credentials of the running service (only root may). If it
cannot, it looks at everything but the log-ins, and says so (HWC-202).

**Levels and exit codes.** `goed` (good), `let op` (warning), `fout` (fault). Exit code 0: no fault; there may be
warnings. 1: a fault. 3: the mailbox cannot be reached ({unreachable}). 78: the configuration has faults.

**For a monitor.** `doctor --json` prints `version`, `exit`, and for each finding `code`, `level` (`good`, `warning`,
`fault`), `area`, `sentence`, `action`; with a faulty configuration also `configuration`. There are no times in it: the
same state gives the same bytes. Codes are never given a new meaning.

**What it touches.** Folders are opened with EXAMINE; INBOX once with SELECT, because some servers tell only there which
flags they keep. To the submission server a message is offered up to RCPT TO and then taken back. A folder that cannot
be counted is named, so that it can be mended; a file in the state directory that is not ours is counted, not named.

**A test message.** `doctor --send-test` asks the running agent for a rehearsal now: a message to its own mailbox, read,
receipted, purged and verified ([rehearsal.md](rehearsal.md)); its result also stands on the page, and when it fails
after the time of the look the bells ring once, as for every rehearsal. Besides it puts one message into Drafts (or
Sent), to read the server's clock, and expunges it, and looks whether Sent grew. Nothing of it is left.

**For the administrator of the mail.** `doctor --admin-sheet` prints one page with what is left to do on
[Microsoft 365](platforms/microsoft-365.md), [Google Workspace](platforms/google-workspace.md) or a
[plain host](platforms/plain-host.md), with this school's addresses filled in; `--out DIR` writes it as HTML and text.

## Findings

The language is that of `[school] language`. *Words like this* are filled in.

"""
LOG = """
## Codes in the log

`journalctl -u hwc-school-agent` shows them with integers behind them, never with text from outside. `HWC-210` is
followed by the kind of trouble: 0 to 4 are HWC-210 to HWC-214 above, 5 to 14 are HWC-221 to HWC-230. `HWC-240` is
followed by the leg: 1 is HWC-241.

| code | what happened |
| --- | --- |
"""


def _cell(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"*\1*", text).replace("|", "\\|")


def page() -> str:
    """The whole page."""
    words = LANGUAGES["en"]
    unreachable = ", ".join(sorted(check.code for check in UNREACHABLE))
    parts = [HEAD.replace("{unreachable}", unreachable)]
    for area in Area:
        parts.append(f"### {words.areas[area]}\n\n| code | level | what | what to do |\n| --- | --- | --- | --- |\n")
        for check in (c for c in Check if c.area is area):
            text = words.texts[check]
            level = words.levels[check.level] if check.level is not Level.GOOD else "for information"
            parts.append(f"| {check.code} | {level} | {_cell(text.bad)} | {_cell(text.action)} |\n")
        parts.append("\n")
    parts[-1] = LOG
    events = sorted((int(event.value[0]), event.value[2]) for event in Event)
    return "".join([*parts, *(f"| HWC-{code} | {_cell(what)} |\n" for code, what in events)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
