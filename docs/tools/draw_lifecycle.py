"""Draw the life of a message from its table: ``docs/lifecycle.svg`` and the tables in ``docs/lifecycle.md``.

    python docs/tools/draw_lifecycle.py            write both files
    python docs/tools/draw_lifecycle.py --check    say whether they are up to date (exit code 1: they are not)

Plain SVG, standard library only. The picture follows the reader's light or dark setting.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from hwc_school_agent.domain.lifecycle import FLAGS, TABLE, Event, Stage

DOCS = Path(__file__).parent.parent
BEGIN, END = "<!-- from the table: begin -->", "<!-- from the table: end -->"

#: What a stage means to people, and who brings a message there.
MEANING = {
    Stage.ARRIVED: ("nobody has confirmed it:", "the bells ring"),
    Stage.CONFIRMED: ("a person has seen it,", "the receipt is owed"),
    Stage.RECEIPTED: ("the sender knows,", "or need not be told"),
    Stage.PURGING: ("marked in the mailbox;", "its copies go too"),
    Stage.PURGED: ("gone; then looked for", "over a new connection"),
}
SETS = {
    Stage.ARRIVED: "the outside world",
    Stage.CONFIRMED: "the desk, when a person pressed *Ontvangen*",
    Stage.RECEIPTED: "`finish`, after the SMTP server accepted the receipt",
    Stage.PURGING: "`finish`",
    Stage.PURGED: "`finish`: UID EXPUNGE",
}
FLAG_NAMES = {"\\flagged": "\\Flagged", "\\answered": "\\Answered", "\\seen": "\\Seen", "\\deleted": "\\Deleted"}

WIDTH, BOX_W, BOX_H, GAP, TOP, LEFT = 760, 300, 74, 62, 62, 200

STYLE = """
  text { font: 14px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1d2733; }
  .title { font-weight: 600; font-size: 18px; }
  .stage { font-weight: 600; font-size: 15px; }
  .small { font-size: 12.5px; fill: #46525f; }
  .flags { font: 12.5px ui-monospace, "DejaVu Sans Mono", Menlo, monospace; fill: #46525f; }
  .event { font-weight: 600; }
  .box { fill: #ffffff; stroke: #46525f; stroke-width: 1.5; }
  .person { fill: #e6f0fa; stroke: #1f5f99; stroke-width: 2; }
  .gone { fill: #eef5ee; stroke: #2e6b38; stroke-dasharray: 6 4; stroke-width: 1.5; }
  .way { fill: none; stroke: #1d2733; stroke-width: 2; }
  .again { fill: none; stroke: #7a8591; stroke-width: 1.3; }
  .tip { fill: #1d2733; }
  .again-tip { fill: #7a8591; }
  .page { fill: #f7f8fa; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf2; }
    .small, .flags { fill: #b4bfca; }
    .box { fill: #1f2831; stroke: #b4bfca; }
    .person { fill: #17324c; stroke: #7db8ee; }
    .gone { fill: #1b2d1f; stroke: #8cc897; }
    .way { stroke: #e8edf2; }
    .again { stroke: #8e99a5; }
    .tip { fill: #e8edf2; }
    .again-tip { fill: #8e99a5; }
    .page { fill: #141a20; }
  }
"""


def flags(stage: Stage) -> str:
    """The flags that write a stage, as IMAP spells them."""
    if stage not in FLAGS:
        return "the message is gone"
    return " ".join(FLAG_NAMES[flag] for flag in FLAG_NAMES if flag in FLAGS[stage]) or "no flag of ours"


def name(event: Event) -> str:
    """An event as people read it."""
    return event.name.replace("_", " ").lower()


def text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def svg() -> str:
    """The picture: stages from top to bottom, ways on between them, and on the right what may happen twice."""
    stages = list(Stage)
    top = {stage: TOP + number * (BOX_H + GAP) for number, stage in enumerate(stages)}
    height = top[stages[-1]] + BOX_H + 62
    middle, right = LEFT + BOX_W / 2, LEFT + BOX_W
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' aria-labelledby="title description">',
        '<title id="title">The life of a message</title>',
        f'<desc id="description">{escape(sentence())}</desc>',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6"'
        ' orient="auto-start-reverse"><path class="tip" d="M0 0L10 5L0 10z"/></marker>'
        '<marker id="again" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6"'
        ' orient="auto-start-reverse"><path class="again-tip" d="M0 0L10 5L0 10z"/></marker></defs>',
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="10"/>',
        text(24, 36, "The life of a message", "title"),
    ]
    for stage in stages:
        y = top[stage]
        kind = {Stage.CONFIRMED: "person", Stage.PURGED: "gone"}.get(stage, "box")
        parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="9"/>')
        parts.append(text(middle, y + 31, stage.name, "stage", "middle"))
        parts.append(text(middle, y + 53, flags(stage), "flags", "middle"))
        for number, words in enumerate(MEANING[stage]):
            parts.append(text(LEFT - 18, y + 32 + 19 * number, words, "small", "end"))
        onwards = [event for event, following in TABLE[stage].items() if following is not stage]
        again = [event for event, following in TABLE[stage].items() if following is stage]
        targets = {TABLE[stage][event] for event in onwards}
        for following in sorted(targets, key=lambda each: each.value):
            if following.value != stage.value + 1:
                raise SystemExit(f"{stage.name} leads to {following.name}: the picture has no room for that way")
            parts.append(f'<path class="way" d="M{middle:g} {y + BOX_H}V{top[following] - 2}" marker-end="url(#tip)"/>')
            label = " / ".join(map(name, onwards))
            parts.append(text(middle + 14, y + BOX_H + GAP / 2 + 5, label, "event"))
        if again:
            a, b = y + 20, y + BOX_H - 20
            parts.append(
                f'<path class="again" d="M{right} {a}h30a{(b - a) / 2:g} {(b - a) / 2:g} 0 0 1 0 {b - a}h-28"'
                ' marker-end="url(#again)"/>'
            )
            first = (a + b) / 2 + 5 - 9 * (len(again) - 1)
            for number, event in enumerate(again):
                parts.append(text(right + 60, first + 18 * number, name(event), "small"))
    parts.append(text(24, height - 24, "Round arrows: run twice, it is the same. What is not drawn raises an error "
                      "and changes nothing.", "small"))  # fmt: skip
    return "\n".join([*parts, "</svg>", ""])


def sentence() -> str:
    """The picture in words, for who cannot see it."""
    ways = [
        f"{stage.name} leads to {following.name} by {name(event)}"
        for stage in Stage
        for event, following in TABLE[stage].items()
        if following is not stage
    ]
    return "; ".join(ways) + "."


def tables() -> str:
    """The part of the page that comes from the table."""
    rows = ["| stage | flags | meaning | set by |", "|---|---|---|---|"]
    for stage in Stage:
        shown = f"`{flags(stage)}`" if FLAGS.get(stage) else flags(stage)
        rows.append(f"| {stage.name} | {shown} | {' '.join(MEANING[stage])} | {SETS[stage]} |")
    rows += ["", f"| event | {' | '.join(stage.name for stage in Stage)} |", "|---|" + "---|" * len(Stage)]
    for event in Event:
        cells = [TABLE[stage].get(event) for stage in Stage]
        words = ["-" if cell is None else "stays" if cell is stage else f"**{cell.name}**"
                 for stage, cell in zip(Stage, cells, strict=True)]  # fmt: skip
        rows.append(f"| {name(event)}: {event.value} | {' | '.join(words)} |")
    return "\n".join(rows)


def page(before: str) -> str:
    """The page with its tables renewed; the words around them are written by hand."""
    head, _, rest = before.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables()}\n\n{END}{tail}"


def main() -> int:
    """Write both files, or with ``--check`` compare them."""
    picture, words = DOCS / "lifecycle.svg", DOCS / "lifecycle.md"
    wanted = {picture: svg(), words: page(words.read_text())}
    if "--check" in sys.argv[1:]:
        return int(any(not file.exists() or file.read_text() != content for file, content in wanted.items()))
    for file, content in wanted.items():
        file.write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
