"""From the file's shape to ``Settings``, and from ``Settings`` back to the file's text."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

from hwc_school_agent.domain.sender_check import EXCHANGE
from hwc_school_agent.domain.site import at_port
from hwc_school_agent.settings import (
    Auth,
    Bell,
    Calendar,
    Desk,
    Hours,
    Mailbox,
    People,
    Phone,
    Platform,
    Recoverable,
    Rehearsal,
    Report,
    School,
    Secret,
    Senders,
    Settings,
    State,
    Submission,
    Tls,
)
from hwc_school_agent.settings_credentials import file_name
from hwc_school_agent.settings_rules import WEEKDAYS

if TYPE_CHECKING:
    from hwc_school_agent.settings_shape import File

Value = str | int | bool | list[str]


#: who judges senders where the school did not say
_BORDERS = {Auth.MICROSOFT: EXCHANGE, Auth.GOOGLE: "mx.google.com"}


def typed(file: File, folder: Path) -> Settings:
    """The settings as the program uses them. Relative paths start at ``folder``."""

    def path(text: str) -> str:
        return str(folder / text) if text else ""

    box, out, hours, desk, proof = file.mailbox, file.submission, file.hours, file.desk, file.rehearsal
    days = file.calendar
    mailbox = Mailbox(
        host=box.host,
        user=box.user,
        port=box.port,
        tls=Tls(box.tls),
        ca_file=path(box.ca_file),
        auth=Auth(box.auth),
        trust_elsewhere=box.handled_elsewhere == "trust",
        level_counters=box.level_counters,
        platform=Platform(box.platform),
        recoverable=Recoverable(box.recoverable),
        graph=box.graph,
        tenant=box.tenant,
        client_id=box.client_id,
        authority=box.authority,
        command=tuple(box.command),
        password=Secret(box.password.get_secret_value()),
        client_secret=Secret(box.client_secret.get_secret_value()),
        certificate=Secret(box.certificate.get_secret_value()),
        service_account=Secret(box.service_account.get_secret_value()),
        refresh_token=Secret(box.refresh_token.get_secret_value()),
    )
    return Settings(
        school=School(file.school.name, file.school.timezone, file.school.language),
        mailbox=mailbox,
        submission=Submission(
            host=out.host,
            sender=out.sender,
            user=out.user,
            port=out.port,
            tls=Tls(out.tls),
            ca_file=path(out.ca_file),
            read_confirmation=out.read_confirmation,
            access=mailbox if out.auth == "mailbox" else None,
            password=Secret(out.password.get_secret_value()),
        ),
        senders=Senders(
            tuple(file.senders.allowed),
            file.senders.receipt_to,
            file.senders.border or _BORDERS.get(mailbox.auth, ""),
            file.senders.closed_notice,
        ),
        hours=Hours(*hours.morning, hours.look, tuple(hours.again), hours.day_end, hours.close),
        calendar=Calendar(
            tuple(sorted(set(days.weekdays))),
            tuple(sorted(days.closed)),
            tuple(sorted(days.half_days)),
            days.known_until,
            days.region,
        ),
        desk=Desk(*desk.listen, path(desk.certificate), path(desk.key), tuple(desk.names)),
        state=State(folder / file.state.directory, folder / file.state.runtime_directory),
        unread_school_days=file.retention.unread_school_days,
        rehearsal=Rehearsal(proof.enabled, proof.at, proof.monthly_drill, proof.to, proof.heartbeat_url),
        people=People(tuple(Phone(*one) for one in file.people.phone_card)),
        bell=Bell(file.bell.group, *file.bell.listen, tuple(file.bell.mail_to)),
        report=Report(file.report.recovery_statement, file.report.logs_statement),
    )


def tree(settings: Settings) -> dict[str, dict[str, Value]]:
    """The settings under the keys and in the notation of the file, without secrets."""
    box, out, hours, desk = settings.mailbox, settings.submission, settings.hours, settings.desk
    proof, days = settings.rehearsal, settings.calendar
    return {
        "school": {
            "name": settings.school.name,
            "timezone": settings.school.timezone,
            "language": settings.school.language,
        },
        "mailbox": {
            "host": box.host,
            "port": box.port,
            "tls": box.tls.value,
            "ca_file": box.ca_file,
            "user": box.user,
            "auth": box.auth.value,
            "tenant": box.tenant,
            "client_id": box.client_id,
            "command": list(box.command),
            "authority": box.authority,
            "handled_elsewhere": "trust" if box.trust_elsewhere else "ask",
            "level_counters": box.level_counters,
            "platform": box.platform.value,
            "recoverable": box.recoverable.value,
            "graph": box.graph,
        },
        "submission": {
            "host": out.host,
            "port": out.port,
            "tls": out.tls.value,
            "ca_file": out.ca_file,
            "auth": "mailbox" if out.access else "password",
            "user": out.user,
            "from": out.sender,
            "read_confirmation": out.read_confirmation,
        },
        "senders": {
            "allowed": list(settings.senders.allowed),
            "receipt_to": settings.senders.receipt_to,
            "border": settings.senders.border,
            "closed_notice": settings.senders.closed_notice,
        },
        "retention": {"unread_school_days": settings.unread_school_days},
        "rehearsal": {
            "enabled": proof.enabled,
            "at": _clock(proof.at),
            "monthly_drill": proof.monthly_drill,
            "to": proof.to,
            "heartbeat_url": proof.heartbeat_url,
        },
        "report": {
            "recovery_statement": _statement(settings.report.recovery_statement),
            "logs_statement": _statement(settings.report.logs_statement),
        },
        "hours": {
            "morning": f"{_clock(hours.morning_begin)}-{_clock(hours.morning_end)}",
            "look": _clock(hours.look),
            "again": [_clock(moment) for moment in hours.again],
            "day_end": _clock(hours.day_end),
            "close": _clock(hours.close),
        },
        "calendar": {
            "region": days.region,
            "weekdays": [WEEKDAYS[day] for day in days.weekdays],
            "closed": [period(*closed) for closed in days.closed],
            "half_days": [half_day(*half) for half in days.half_days],
            "known_until": days.known_until.isoformat() if days.known_until else "",
        },
        "desk": {
            "listen": at_port(desk.host, desk.port),
            "certificate": desk.certificate,
            "key": desk.key,
            "names": list(desk.names),
        },
        "state": {
            "directory": str(settings.state.directory),
            "runtime_directory": str(settings.state.runtime_directory),
        },
        "people": {"phone_card": [f"{p.name}, {p.role}, {p.number}" for p in settings.people.phone_card]},
        "bell": {
            "group": settings.bell.group,
            "listen": at_port(settings.bell.host, settings.bell.port) if settings.bell.host else "",
            "mail_to": list(settings.bell.mail_to),
        },
    }


def as_text(settings: Settings) -> str:
    """The settings in force, as a valid configuration file. Of a secret it says only whether there is one."""
    box = settings.mailbox
    secrets = {
        "mailbox": {
            "password": box.password,
            "client_secret": box.client_secret,
            "certificate": box.certificate,
            "service_account": box.service_account,
            "refresh_token": box.refresh_token,
        },
        "submission": {"password": settings.submission.password},
    }
    parts = []
    for section, keys in tree(settings).items():
        rows = [f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
        for name, secret in secrets.get(section, {}).items():
            if secret or name == "password":
                state = "**********" if secret else "none"
                rows.append(f"# {name}: {state} (credential {file_name(f'{section}.{name}')})")
        if section == "state":
            rows.append(f"# ledger key: {'**********' if settings.ledger_key else 'none'} (credential ledger__key)")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")


def _statement(declared: tuple[date, int] | None) -> str:
    return f"{declared[0].isoformat()} {declared[1]}" if declared else ""


def half_day(day: date, at: time) -> str:
    """A half day in the notation of the file."""
    return f"{day.isoformat()} {_clock(at)}"


def period(first: date, last: date) -> str:
    """A closed period in the notation of the file."""
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


def _toml(value: Value) -> str:
    # JSON's notation of strings, integers, booleans and lists of strings is TOML's too.
    return json.dumps(value, ensure_ascii=False)
