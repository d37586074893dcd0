"""What ``doctor`` says, in English: agent, settings, people, desk, machine, files."""

from __future__ import annotations

from hwc_school_agent.doctor.codes import Check
from hwc_school_agent.doctor.texts import Text

TEXTS = {
    Check.CONFIGURATION: Text("The configuration has faults.", "Mend the lines below.", "The configuration is valid."),
    Check.PASSWORDS_UNSEEN: Text(
        "The passwords were not looked at: this account cannot reach them. Logging in was not tried.",
        "Run this with sudo while the agent runs, or give --credentials DIR.",
    ),
    Check.NOBODY_ALLOWED: Text(
        "Nobody gets a receipt: [senders] allowed is empty.",
        "Fill in the addresses that were agreed on with Veilig Thuis.",
        "Who gets a receipt is set in [senders] allowed.",
    ),
    Check.TRUST_ELSEWHERE: Text(
        "Whoever handles a signal in their own mail program need not confirm it at the desk.",
        'Agree with each other that this is wanted, or set [mailbox] handled_elsewhere to "ask".',
    ),
    Check.RETENTION: Text(
        "An unread signal is erased after {days} school days, without a receipt.",
        "Agree with the senders that they telephone when they hear nothing, or set [retention] unread_school_days to"
        " 0.",
    ),
    Check.NOT_RUNNING: Text(
        "The agent does not run.", "Start it: systemctl enable --now hwc-school-agent.", "The agent runs."
    ),
    Check.NO_SERVICE: Text(
        "The agent runs, but not as a service of systemd: it does not come back when this machine restarts.",
        "See docs/installation.md: systemctl enable --now hwc-school-agent.",
        "The agent runs as a service of systemd.",
    ),
    Check.AGENT_SILENT: Text(
        "The agent runs, but does not answer.",
        "Run this with sudo. If it stays so, restart the agent: systemctl restart hwc-school-agent.",
    ),
    Check.AGENT_BLIND: Text(
        "The agent runs, but cannot look into the mailbox now.",
        "See what stands at Mailbox below. If all is well there, wait a minute and look again.",
        "The agent can look into the mailbox.",
    ),
    Check.STAFF_FILE: Text(
        "The list of staff cannot be read.",
        "Run this with sudo. If the file is damaged, remove it and add everybody again.",
    ),
    Check.NO_CONTACT: Text(
        "There is no contact: nobody can see a signal.",
        "Add one: hwc-school-agent staff add --role contact --name NAME",
        "There is a contact.",
    ),
    Check.NO_BACKUP: Text(
        "There is no backup: when the contact is ill, nobody sees it.",
        "Add one: hwc-school-agent staff add --role backup --name NAME",
        "There is a backup.",
    ),
    Check.NO_HEAD: Text(
        "There is no head: when contact and backup do not look, nobody else is called.",
        "Add one: hwc-school-agent staff add --role head --name NAME",
        "There is a head.",
    ),
    Check.NO_BELL: Text(
        "No bell is connected: only whoever has the desk open notices that somebody must look.",
        "Switch the contact's computer on and start hwc-school-agent bell there (docs/installation.md).",
        "A bell is connected.",
    ),
    Check.NO_BELL_FOR: Text(
        "No bell is connected for: {roles}. They notice only in an open desk that somebody must look.",
        "Start hwc-school-agent bell on their computer, with their role (--role), or give another machine that role"
        " with bell-token add.",
        "A bell is connected for everybody who is called.",
    ),
    Check.DESK_CERTIFICATE: Text(
        "The certificate of the desk cannot be used: {why}.",
        "Check [desk] certificate and key, and whether the service's account may read both.",
        "The certificate of the desk fits its key.",
    ),
    Check.DESK_CERTIFICATE_ENDS: Text(
        "The certificate of the desk ends in {days} days.",
        "Renew it. The desk uses the new file from the next visit on, without a restart.",
        "The certificate of the desk is good for {days} more days.",
    ),
    Check.DESK_CERTIFICATE_ENDED: Text(
        "The certificate of the desk is not valid now.",
        "Renew it; no restart is needed. Check this machine's clock too.",
    ),
    Check.DESK_NAMES: Text(
        "The certificate of the desk does not name: {names}.",
        "Ask for a certificate with every name in [desk] names, or take the name away there.",
        "The certificate of the desk names every name in [desk] names.",
    ),
    Check.CALENDAR_UNKNOWN: Text(
        "Nobody said until when the list of closed days goes.",
        "Make a list with hwc-school-agent init or calendar import, or fill in [calendar] known_until.",
    ),
    Check.CALENDAR_ENDS: Text(
        "The list of closed days ends on {day}.",
        "Make a new list now: hwc-school-agent init or calendar import. Without one the bells ring in the holidays"
        " too.",
        "The list of closed days goes until {day}.",
    ),
    Check.CALENDAR_ENDED: Text(
        "The list of closed days ended on {day}: the bells now ring in the holidays too.",
        "Make a new list: hwc-school-agent init or calendar import.",
    ),
    Check.NO_CLOSED_DAYS: Text(
        "No closed days are set for the coming year.",
        "Make a list with hwc-school-agent init or calendar import, or fill in [calendar] closed.",
        "Closed days are set for the coming year.",
    ),
    Check.NO_SCHOOL_DAY: Text(
        "There is no school day in the coming {days} days: nobody is called.",
        "Check [calendar] closed and weekdays.",
        "The next school day is {day}.",
    ),
    Check.CLOCK_UNSYNCED: Text(
        "The clock of this machine is not synchronised.",
        "Switch time synchronisation on: timedatectl set-ntp true. In a container the machine below it does that.",
        "The clock of this machine is synchronised.",
    ),
    Check.CLOCK_DIFFERS: Text(
        "The clock of this machine differs {seconds} seconds from that of the mail server.",
        "Switch time synchronisation on: timedatectl set-ntp true.",
        "The clock of this machine agrees with that of the mail server.",
    ),
    Check.SWAP: Text(
        "This machine has swap: what is shown may get onto the disk.",
        "Switch swap off or encrypt it. The systemd unit already keeps the agent itself out of it (MemorySwapMax=0).",
        "This machine has no swap.",
    ),
    Check.CORE_DUMPS: Text(
        "This machine keeps the memory of programs that crash.",
        "The agent takes itself out of that. For the rest: set Storage=none in /etc/systemd/coredump.conf, or sysctl"
        " kernel.core_pattern=core.",
        "This machine hands the memory of crashed programs to nobody.",
    ),
    Check.DUMPABLE: Text(
        "The agent cannot shield its memory on this machine.",
        "Use an ordinary Linux kernel; ask the makers.",
        "The agent shields its memory.",
    ),
    Check.STATE_MISSING: Text(
        "The directory {file} is not there yet.",
        "It comes with the first start. Else see docs/installation.md (systemd-tmpfiles).",
    ),
    Check.STATE_MODE: Text(
        "Others on this machine can reach {file}.",
        "Run: chmod {mode} {file}. Let it belong to the service's account as well.",
        "Nobody else on this machine can reach the agent's data.",
    ),
    Check.STATE_UNKNOWN: Text(
        "In the state directory there are files that do not belong there: {count}.",
        "Look into {file} and clear away what is not the agent's.",
        "In the state directory there is only what belongs there.",
    ),
    Check.STATE_UNREADABLE: Text("The directory {file} cannot be seen by this account.", "Run this with sudo."),
    Check.CREDENTIAL_MODE: Text(
        "Others on this machine can read the password in {file}.",
        "Run: chmod 600 {file}. Then change the password.",
        "Nobody else on this machine can read the passwords.",
    ),
    Check.CONFIG_WRITABLE: Text(
        "Others on this machine can change the configuration.",
        "Run: chmod go-w {file}",
        "Nobody else on this machine can change the configuration.",
    ),
}
