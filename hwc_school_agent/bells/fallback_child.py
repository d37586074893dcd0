"""The child that speaks to plyer, and may hang: ``fallback`` kills it."""

from __future__ import annotations

from hwc_school_agent.bells.words import TEXT, TITLE

_SECONDS = 4  # how long Windows shows it; the child takes it away again before it is killed


def main() -> None:
    """Show the notification. Raises what plyer raises; nobody reads it."""
    from plyer import notification

    notification.notify(title=TITLE, message=TEXT, app_name=TITLE, timeout=_SECONDS)


if __name__ == "__main__":
    main()
