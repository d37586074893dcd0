"""The real desk of a school that chose English: page, event stream and refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hwc_school_agent.settings import School
from tests.desk.harness import bench, person, settings_of
from tests.desk.views import SCHOOL
from tests.language.test_pages import DUTCH, words_of


def test_the_desk_in_english(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path), school=School(SCHOOL, language="en"))
    with bench(tmp_path, settings=settings) as desk:
        anouk = person(desk)
        page = anouk.get()
        assert "There is no signal now" in page.text
        assert words_of(page.text) & DUTCH == set()
        desk.signal()
        page = anouk.get()
        assert "<title>Desk</title>" in page.text
        with anouk.http.stream("GET", "/stand") as stream:
            data = next(line for line in stream.iter_lines() if line.startswith("data: "))
        beat = json.loads(data.removeprefix("data: "))
        assert ":" in beat["look"]
        assert "uur" not in beat["look"]
        assert "This page does not exist" in anouk.get("/nergens").text
