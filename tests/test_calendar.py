"""When desks are open: weeks, days off, public holidays, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voicebot.catalogue.calendar import REGIONS, SEARCHED_DAYS, Calendar, public_holidays
from voicebot.catalogue.calendarwords import shipped
from voicebot.catalogue.city import City, Closure, Department, OpeningSpan
from voicebot.catalogue.hours import END_OF_DAY, TOWN_TIME, HoursError, Span, parse_week, spoken_opening
from voicebot.speech.speakable import speakable

DAY = date(2026, 11, 22)
DAY_LONG = (Span(time(0), END_OF_DAY),)
MORNING, AFTERNOON = Span(time(8), time(12, 30)), Span(time(14), time(16))


def desk(key: str = "amt", *spans: tuple[int, Span]) -> Department:
    """Without spans: Monday to Friday in the morning, Monday in the afternoon too."""
    chosen = spans or (*((day, MORNING) for day in range(5)), (0, AFTERNOON))
    hours = tuple(OpeningSpan(day, span.opens, span.closes, "Aushang", DAY) for day, span in chosen)
    return Department(key, {"de": "Amt"}, "stadt", "1", "Aushang", DAY, hours=hours)


ALWAYS = Department("immer", {"de": "Immer"}, "stadt", "2", "Aushang", DAY)


def closed(
    first: str, last: str = "", hours: str = "", department: str = "", reason: str = "Betriebsausflug"
) -> Closure:
    opens, closes = (time.fromisoformat(part) for part in hours.split("-")) if hours else (None, None)
    days = date.fromisoformat(first), date.fromisoformat(last or first)
    return Closure(department, *days, opens, closes, reason, "Aushang", DAY)


def calendar(*closures: Closure, region: str = "NW", bridge_days: bool = False) -> Calendar:
    return Calendar.of(
        City("Stadt Musterfeld", "amt", closures=closures, region=region, bridge_days=bridge_days),
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


# Weeks.


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T12:29:59", True),
        ("2026-11-23T12:30", False),
        ("2026-11-23T15:00", True),
        ("2026-11-24T15:00", False),
        ("2026-11-28T10:00", False),
    ],
)
def test_several_spans_a_day(moment: str, is_open: bool) -> None:
    assert calendar().is_open(desk(), at(moment)) is is_open
    assert calendar().is_open(desk(), at(moment).astimezone(UTC)) is is_open
    assert calendar().why_closed(desk(), at(moment)) is None


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        ("2026-11-23T06:00", "2026-11-23T08:00"),
        ("2026-11-23T09:15", "2026-11-23T09:15"),
        ("2026-11-23T13:00", "2026-11-23T14:00"),
        ("2026-11-23T16:00", "2026-11-24T08:00"),
        ("2026-11-27T12:30", "2026-11-30T08:00"),
        ("2026-12-24T12:30", "2026-12-28T08:00"),
        ("2026-12-31T12:30", "2027-01-04T08:00"),
        ("2027-12-31T13:00", "2028-01-03T08:00"),
    ],
)
def test_next_opening(after: str, opens: str) -> None:
    found = calendar().next_opening(desk(), at(after))
    assert found == at(opens)
    assert found.tzinfo is TOWN_TIME


def test_who_never_opens_has_no_next_opening() -> None:
    away = closed("2026-11-01", "2027-10-31", department="amt")
    assert calendar(away).next_opening(desk(), at("2026-11-23T10:00")) is None
    assert SEARCHED_DAYS == 60
    assert calendar(away).next_opening(desk(), at("2027-09-15T10:00")) == at("2027-11-02T08:00")


def test_when_it_closes() -> None:
    assert calendar().closes(desk(), at("2026-11-23T09:00")) == at("2026-11-23T12:30")
    assert calendar().closes(desk(), at("2026-11-23T13:00")) is None


def test_no_hours_are_every_day_that_is_not_off() -> None:
    found = calendar(closed("2026-11-24"), closed("2026-11-25", hours="08:00-12:00", department="immer"))
    assert found.is_open(ALWAYS, at("2026-11-22T03:00"))
    assert found.is_open(ALWAYS, at("2026-11-22T23:59:59.999999"))
    assert not found.is_open(ALWAYS, at("2026-11-24T10:00"))
    assert not found.is_open(ALWAYS, at("2026-11-25T13:00"))
    assert not found.is_open(ALWAYS, at("2026-12-25T10:00"))
    assert found.next_opening(ALWAYS, at("2026-11-24T10:00")) == at("2026-11-25T08:00")
    assert found.next_opening(ALWAYS, at("2026-11-25T12:00")) == at("2026-11-26T00:00")


# Days off.


def test_public_holidays_of_north_rhine_westphalia() -> None:
    assert {f"{day:%d.%m.}": name for day, name in public_holidays("NW", 2026).items()} == {
        "01.01.": "Neujahr",
        "03.04.": "Karfreitag",
        "06.04.": "Ostermontag",
        "01.05.": "Erster Mai",
        "14.05.": "Christi Himmelfahrt",
        "25.05.": "Pfingstmontag",
        "04.06.": "Fronleichnam",
        "03.10.": "Tag der Deutschen Einheit",
        "01.11.": "Allerheiligen",
        "25.12.": "Erster Weihnachtstag",
        "26.12.": "Zweiter Weihnachtstag",
    }


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_holidays(region: str) -> None:
    assert public_holidays(region, 2026)[date(2026, 1, 1)] == "Neujahr"


def test_the_region_decides() -> None:
    corpus_christi = at("2026-06-04T10:00")
    assert calendar(region="BE").is_open(desk(), corpus_christi)
    assert calendar(region="").is_open(desk(), at("2026-12-25T10:00"))
    assert not calendar().is_open(desk(), corpus_christi)
    assert calendar().why_closed(desk(), corpus_christi) == "Fronleichnam"
    assert calendar().why_closed(desk(), corpus_christi, "en_US") == "Corpus Christi"
    assert calendar().why_closed(desk(), corpus_christi, "", foreign=True) is None
    assert calendar().next_opening(desk(), corpus_christi) == at("2026-06-05T08:00")


@pytest.mark.parametrize(
    ("day", "is_bridge"),
    [
        ("2026-06-05", True),  # Friday after Fronleichnam
        ("2026-05-15", True),  # Friday after Christi Himmelfahrt
        ("2028-10-02", True),  # Monday before a Tuesday
        ("2026-04-07", False),  # Tuesday after Ostermontag
        ("2026-04-02", False),  # Thursday before Karfreitag
        ("2026-06-12", False),  # any Friday
        ("2025-05-02", True),
        ("2027-12-31", False),
        ("2026-01-02", True),  # Neujahr is in the week before
    ],
)
def test_bridge_days(day: str, is_bridge: bool) -> None:
    moment = at(f"{day}T10:00")
    assert calendar(bridge_days=True).is_open(desk(), moment) is not is_bridge
    assert calendar(bridge_days=True).why_closed(desk(), moment) == ("Brückentag" if is_bridge else None)
    assert calendar(bridge_days=False).is_open(desk(), moment)


def test_closures_override_the_week() -> None:
    found = calendar(
        closed("2026-12-24", reason="Heiligabend"),
        closed("2026-11-25", department="amt"),
        closed("2026-11-26", hours="10:00-11:00", department="amt"),
        closed("2026-11-26", hours="17:00-19:00", department="amt"),
        closed("2026-11-28", hours="09:00-12:00", department="amt", reason="Tag der offenen Tür"),
    )
    other = desk("anderes")
    assert found.why_closed(other, at("2026-12-24T10:00")) == "Heiligabend"
    assert found.why_closed(desk(), at("2026-12-24T10:00")) == "Heiligabend"
    assert found.why_closed(desk(), at("2026-11-25T20:00")) == "Betriebsausflug"
    assert found.is_open(other, at("2026-11-25T10:00"))
    assert found.spans_on(desk(), date(2026, 11, 26)) == (Span(time(10), time(11)), Span(time(17), time(19)))
    assert found.why_closed(desk(), at("2026-11-26T09:00")) == "Betriebsausflug"
    assert found.why_closed(desk(), at("2026-11-26T20:00")) is None, "nobody would be there in any week"
    assert found.is_open(desk(), at("2026-11-28T10:00"))
    assert not found.is_open(other, at("2026-11-28T10:00"))


def test_other_hours_of_the_whole_town_open_nobody() -> None:
    found = calendar(closed("2026-02-16", hours="07:00-12:00", reason="Rosenmontag"))
    tuesdays = desk("dienstags", (1, MORNING))
    assert found.spans_on(desk(), date(2026, 2, 16)) == (Span(time(8), time(12)),)
    assert found.spans_on(tuesdays, date(2026, 2, 16)) == ()
    assert found.why_closed(desk(), at("2026-02-16T15:00")) == "Rosenmontag"
    assert found.next_opening(desk(), at("2026-02-16T13:00")) == at("2026-02-17T08:00")


def test_hours_for_several_days_are_for_those_that_are_working_days() -> None:
    found = calendar(closed("2026-12-21", "2027-01-03", hours="10:00-12:00", department="amt", reason="Notbesetzung"))
    assert [day for day in range(21, 32) if found.spans_on(desk(), date(2026, 12, day))] == [
        21,
        22,
        23,
        24,
        28,
        29,
        30,
        31,
    ]


def test_the_closure_for_fewer_days_counts() -> None:
    found = calendar(
        closed("2026-08-01", "2026-08-31", department="amt", reason="Umbau"),
        closed("2026-08-10", "2026-08-14", hours="09:00-10:00", department="amt"),
        closed("2026-08-12", hours="08:00-20:00", department="amt"),
        closed("2026-12-25", hours="10:00-11:00", department="amt"),
        closed("2026-06-05", hours="08:00-11:00"),
        region="NW",
        bridge_days=True,
    )
    assert found.why_closed(desk(), at("2026-08-03T10:00")) == "Umbau"
    assert found.is_open(desk(), at("2026-08-11T09:30"))
    assert not found.is_open(desk(), at("2026-08-11T11:00"))
    assert found.is_open(desk(), at("2026-08-12T19:00"))
    assert found.is_open(desk(), at("2026-12-25T10:30")), "a day by itself lifts a public holiday"
    assert found.is_open(desk("anderes"), at("2026-06-05T10:30")), "and a bridge day for the whole town"
    assert not found.is_open(desk("anderes"), at("2026-06-05T11:30"))


# Hours of a target's own.


def test_hours_instead_of_the_departments() -> None:
    found = calendar(closed("2026-11-25", department="amt"), closed("2026-11-26", hours="08:00-10:00"))
    own = "Mo-Fr 09:00-13:00, 15:00-24:00; Ft 10:00-11:00"
    assert found.is_open(desk(), at("2026-11-24T23:59"), own)
    assert not found.is_open(desk(), at("2026-11-24T08:30"), own)
    assert found.spans_on(desk(), date(2026, 11, 25), own) == (Span(time(10), time(11)),)
    assert found.spans_on(desk(), date(2026, 11, 26), own) == (Span(time(9), time(10)),)
    assert found.spans_on(desk(), date(2026, 12, 25), own) == (Span(time(10), time(11)),)
    assert found.spans_on(desk(), date(2026, 12, 25), "Mo-So 00:00-24:00") == ()
    assert found.next_opening(desk(), at("2026-12-24T23:59"), "Fr 09:00-10:00") == at("2027-01-08T09:00")


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("Mo 08:00-12:00", {0: (Span(time(8), time(12)),)}),
        ("Mo-Mi,Fr 08:00-12:00", {day: (Span(time(8), time(12)),) for day in (0, 1, 2, 4)}),
        (
            "Sa, So 00:00 - 24:00;Ft 10:00-11:00",
            {5: DAY_LONG, 6: DAY_LONG, 7: (Span(time(10), time(11)),)},
        ),
        ("Di 14:00-16:00; Di 08:00-12:00", {1: (Span(time(8), time(12)), Span(time(14), time(16)))}),
    ],
)
def test_written_hours(text: str, week: dict[int, tuple[Span, ...]]) -> None:
    assert parse_week(text) == week


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08:00-12:00",
        "Mo",
        "Mo 8-12",
        "Mo 12:00-08:00",
        "Mo 08:00-08:00",
        "Mo 08:00-24:30",
        "Mo 24:00-24:00",
        "Fr-Mo 08:00-12:00",
        "Mo-Ft 08:00-12:00",
        "Mo-Di-Mi 08:00-12:00",
        "Mo 08:00-12:00, 11:00-13:00",
        "Mo-Fr 08:00-12:00; Mi 10:00-11:00",
        "Mo 08:00-12:00;",
        "Montag 08:00-12:00",
    ],
)
def test_hours_that_are_not_understood(text: str) -> None:
    with pytest.raises(HoursError, match="bitte"):
        parse_week(text)


# Clock changes and working days.


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-24", 24), ("2026-10-25", 25)]
)
def test_a_day_has_as_many_hours_as_it_has(day: str, hours: int) -> None:
    begin = at(f"{day}T00:00")
    minutes = [begin.astimezone(UTC) + timedelta(minutes=minute) for minute in range(hours * 60)]
    assert calendar().closes(ALWAYS, begin) == at(day) + timedelta(days=1)
    assert all(calendar().is_open(ALWAYS, minute) for minute in minutes)
    early = desk("frueh", (5, Span(time(1), time(4))), (6, Span(time(1), time(4))))
    is_changed = hours != 24
    assert sum(calendar().is_open(early, minute) for minute in minutes) == (hours - 21 if is_changed else 3) * 60


def test_openings_around_a_clock_change() -> None:
    sunday = desk("sonntags", (6, Span(time(2, 30), time(9))))
    spring = calendar().next_opening(sunday, at("2026-03-28T12:00"))
    assert spring is not None and spring.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    autumn = calendar().next_opening(sunday, at("2026-10-24T12:00"))
    assert autumn is not None and autumn.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    monday = calendar().next_opening(desk(), at("2026-03-27T18:00"))
    assert monday is not None and monday.astimezone(UTC) == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
    monday = calendar().next_opening(desk(), at("2026-10-23T18:00"))
    assert monday is not None and monday.astimezone(UTC) == datetime(2026, 10, 26, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "days", "due"),
    [
        ("2026-11-23T15:00", 1, "2026-11-24T15:00"),
        ("2026-11-27T15:00", 1, "2026-11-30T15:00"),
        ("2026-11-28T10:00", 1, "2026-12-01T00:00"),
        ("2026-11-28T10:00", 0, "2026-11-30T00:00"),
        ("2026-11-27T15:00", 0, "2026-11-27T15:00"),
        ("2026-12-23T15:00", 1, "2026-12-28T15:00"),
        ("2026-12-31T09:00", 2, "2027-01-05T09:00"),
        ("2026-03-27T15:00", 1, "2026-03-30T15:00"),
        ("2026-10-23T15:00", 1, "2026-10-26T15:00"),
        ("2026-11-23T15:00", 10, "2026-12-07T15:00"),
    ],
)
def test_working_days(moment: str, days: int, due: str) -> None:
    found = calendar(closed("2026-12-24"), closed("2026-11-24", department="amt"))
    assert found.add_working_days(at(moment), days) == at(due)
    assert found.add_working_days(at(moment).astimezone(UTC), days).tzinfo is TOWN_TIME


def test_what_is_no_working_day() -> None:
    found = calendar(
        closed("2026-11-23", department="amt"), closed("2026-11-24"), closed("2026-11-25", hours="08:00-12:00"),
        bridge_days=True,
    )  # fmt: skip
    days = [date(2026, 11, 20) + timedelta(days=ahead) for ahead in range(7)]
    assert [day.day for day in days if found.is_working_day(day)] == [20, 23, 25, 26]
    assert not found.is_working_day(date(2026, 6, 4))
    assert not found.is_working_day(date(2026, 6, 5))


def test_a_town_that_is_closed_for_years_does_not_hang() -> None:
    found = calendar(closed("2026-01-01", "2036-12-31"))
    assert found.add_working_days(at("2026-11-23T15:00"), 1) == at("2026-11-24T00:00") + timedelta(days=1)


# What is always so.

clocks = st.integers(0, 24 * 4 - 2).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
spans = st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Span(*pair))
days = st.dates(date(2026, 1, 1), date(2027, 2, 28))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 31), timezones=st.sampled_from([TOWN_TIME, UTC]))


@st.composite
def closures(draw: st.DrawFn) -> Closure:
    first, length = draw(days), draw(st.sampled_from([0, 0, 1, 9]))
    span = draw(st.none() | spans)
    opens, closes = span or (None, None)
    department = draw(st.sampled_from(["", "amt"]))
    return Closure(department, first, first + timedelta(days=length), opens, closes, "Grund", "Aushang", DAY)


weeks = st.lists(st.tuples(st.integers(0, 6), spans), max_size=6)


@given(weeks, st.lists(closures(), max_size=5), st.booleans(), moments)
@example([(6, Span(time(2), time(3)))], [], False, datetime(2026, 3, 28, tzinfo=TOWN_TIME))
@example([(6, Span(time(2), time(3)))], [], False, datetime(2026, 10, 25, 2, 30, tzinfo=TOWN_TIME, fold=1))
def test_the_next_opening_is_open_and_nothing_before_it_is(
    week: list[tuple[int, Span]], off: list[Closure], bridge_days: bool, after: datetime
) -> None:
    found = calendar(*off, bridge_days=bridge_days)
    office = desk("amt", *week) if week else ALWAYS
    opens = found.next_opening(office, after)
    begin = after.astimezone(UTC)
    end = begin + timedelta(days=20) if opens is None else opens.astimezone(UTC)
    assert begin <= end
    if opens is not None:
        assert found.is_open(office, opens)
        assert found.why_closed(office, opens) is None
        assert found.spans_on(office, opens.date())
    for step in range(1, 40):
        earlier = end - (end - begin) * step / 40
        assert not found.is_open(office, earlier) or earlier >= end


@given(st.lists(closures(), max_size=5), moments, st.integers(0, 30))
def test_working_days_lie_ahead_and_are_some(off: list[Closure], moment: datetime, count: int) -> None:
    found = calendar(*off)
    due = found.add_working_days(moment, count)
    assert due.astimezone(UTC) >= moment.astimezone(UTC)
    assert found.is_working_day(due.date())
    first = moment.astimezone(TOWN_TIME).date()
    between = [first + timedelta(days=ahead) for ahead in range((due.date() - first).days)]
    assert sum(map(found.is_working_day, between)) == count


# As it is said.


@pytest.mark.parametrize(
    ("opens", "german", "english"),
    [
        ("2026-11-22T14:00", "heute ab 14 Uhr", "today from 14:00"),
        ("2026-11-23T08:30", "morgen ab 8:30 Uhr", "tomorrow from 8:30"),
        ("2026-11-24T08:00", "am Dienstag ab 8 Uhr", "on Tuesday from 8:00"),
        ("2026-11-28T08:00", "am Samstag ab 8 Uhr", "on Saturday from 8:00"),
        ("2026-11-29T08:00", "am 29. November ab 8 Uhr", "on 29 November from 8:00"),
        ("2027-01-07T08:00", "am 7. Januar ab 8 Uhr", "on 7 January from 8:00"),
    ],
)
def test_an_opening_as_it_is_said(opens: str, german: str, english: str) -> None:
    sunday = at("2026-11-22T10:00")
    assert spoken_opening(at(opens), sunday, shipped("de")) == german
    assert spoken_opening(at(opens).astimezone(UTC), sunday.astimezone(UTC), shipped("en")) == english


def test_midnight_is_the_towns() -> None:
    late = at("2026-06-01T00:30")
    assert spoken_opening(at("2026-06-01T08:00"), late.astimezone(UTC), shipped("de")) == "heute ab 8 Uhr"
    assert spoken_opening(at("2026-06-02T08:00"), at("2026-05-31T23:59"), shipped("de")) == "am Dienstag ab 8 Uhr"


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("Geöffnet ist wieder morgen ab 8:30 Uhr.", "de", "morgen ab acht Uhr dreißig"),
        ("Geöffnet ist wieder am 7. Januar ab 8 Uhr.", "de", "am siebten Januar ab acht Uhr"),
        ("It opens again on 7 January from 8:30.", "en", "on the seventh of January from eight thirty"),
    ],
)
def test_openings_are_spoken_as_dates_and_clocks(text: str, language: str, spoken: str) -> None:
    assert spoken in speakable(text, language)
