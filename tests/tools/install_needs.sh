#!/bin/sh
# Install, with apt and only where missing, what the tests run against. No service is started.
set -eu

packages="python3-venv dovecot-imapd dovecot-lmtpd chromium dunst dbus dbus-x11 xvfb xdotool libnotify-bin
    fonts-noto-core poppler-utils util-linux ca-certificates"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "The tests need these (names of Debian packages), and this is no Debian or Ubuntu:" $packages >&2
    exit 1
fi

missing=""
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
# a Python that is not Debian's brings its own venv
if "${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null; then
    missing=$(echo "$missing" | sed 's/ python3-venv\b//')
fi
# the test servers that are only unpacked come from the same lists of packages
lists_known() { apt-cache policy cyrus-imapd 2>/dev/null | grep -q 'Candidate: [0-9]'; }
[ -z "$missing" ] && lists_known && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif [ -t 0 ] && command -v sudo >/dev/null; then
    as_root="sudo"
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Root is needed once: apt-get update && apt-get install$missing" >&2
    exit 1
fi

# exit status 101 tells Debian's maintainer scripts to start nothing
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi

echo "Installing:$missing"
$as_root apt-get update -qq -o DPkg::Lock::Timeout=300 ||
    echo "apt-get update failed; trying with the lists that are here" >&2
# shellcheck disable=SC2086
[ -z "$missing" ] || $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 $missing </dev/null >/dev/null
