"""Who is rung for a department or a service: chains, hours, substitutes, and nothing but the town's own targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.city import City, Closure, Department, OpeningSpan, Route, Service
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.doctor import RoutingError, check_routes
from voicebot.switching import Method, Plan, Rules, Target, dead_ends, plan

DAY = date(2026, 11, 22)
RULES = Rules()
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=TOWN_TIME)
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=TOWN_TIME)


def office(key: str, extension: str, first: int = 8, last: int = 16, kind: str = "stadt") -> Department:
    hours = tuple(OpeningSpan(day, time(first), time(last), "Aushang", DAY) for day in range(5))
    return Department(key, {"de": key.title()}, kind, extension, "Aushang", DAY, hours=hours)


def route(chain: str, position: int, kind: str, target: str, **more: object) -> Route:
    """``chain`` is a department's key, or a service's after a slash."""
    department, _, service = chain.partition("/")
    plain = Route(department, service, position, kind, target, "", 0, "", None, None, "", "", "Anlage", DAY)
    return replace(plain, **more)  # type: ignore[arg-type]


def town(*routes: Route, closures: tuple[Closure, ...] = ()) -> City:
    offices = [
        office("zentrale", "0", last=18),
        office("meldeamt", "300"),
        office("standesamt", "340", last=12),
        office("kreis", "02861681100", kind="extern"),
    ]
    services = [
        Service("personalausweis", {"de": "Personalausweis"}, "meldeamt", ""),
        Service("heirat", {"de": "Heirat"}, "standesamt", ""),
        Service("fuehrerschein", {"de": "Führerschein"}, "kreis", ""),
    ]
    return City(
        "Stadt Musterfeld",
        "zentrale",
        {each.key: each for each in offices},
        {each.key: each for each in services},
        region="NW",
        closures=closures,
        routes=routes,
    )


def planned(
    city: City,
    department: str = "meldeamt",
    service: str | None = None,
    *,
    at: datetime = MONDAY,
    language: str = "de",
    rules: Rules = RULES,
) -> Plan:
    calendar = Calendar.of(city)
    return plan(city, calendar, city.departments[department], service, at=at, language=language, rules=rules)


def rung(found: Plan) -> list[str]:
    return [target.target for target in found.targets]


# Chains.


def test_without_a_row_the_departments_extension_rings() -> None:
    found = planned(town())
    assert found.targets == (Target("meldeamt", "extension", "300", Method.ATTENDED, 20),)
    assert found.department.key == "meldeamt"
    assert found.opens is None
    assert found.reasons == ("Durchwahl 300 (Meldeamt): klingelt, höchstens 20 Sekunden, mit Rückfrage",)


def test_rows_ring_in_their_order_each_in_its_own_way() -> None:
    city = town(
        route("meldeamt", 2, "sip", "sip:meldeamt@pbx.example.org", ring_s=30, identity="from"),
        route("meldeamt", 1, "extension", "301", method="blind"),
        route("meldeamt", 3, "extension", "302", method="bridge"),
    )
    found = planned(city, rules=Rules(Method.BRIDGE, 15))
    assert found.targets == (
        Target("meldeamt", "extension", "301", Method.BLIND, 15),
        Target("meldeamt", "sip", "sip:meldeamt@pbx.example.org", Method.BRIDGE, 30, "from"),
        Target("meldeamt", "extension", "302", Method.BRIDGE, 15),
    )
    assert found.reasons[2].endswith("mit Rückfrage, der Assistent bleibt in der Leitung")


def test_the_switchboard_is_not_asked_first_unless_its_row_says_so() -> None:
    assert planned(town(), "zentrale").targets[0].method is Method.BLIND
    city = town(route("zentrale", 1, "extension", "0"))
    assert planned(city, "zentrale").targets[0].method is Method.ATTENDED


def test_a_service_has_a_chain_of_its_own() -> None:
    city = town(
        route("meldeamt", 1, "extension", "301"),
        route("/personalausweis", 1, "extension", "305"),
        route("/personalausweis", 2, "department", "meldeamt"),
    )
    found = planned(city, "meldeamt", "personalausweis")
    assert rung(found) == ["305", "301"]
    assert [target.department for target in found.targets] == ["meldeamt", "meldeamt"]
    assert found.reasons[0] == "Für „Personalausweis“ gibt es eigene Ziele."
    assert found.reasons[2] == "Dann wie sonst: Meldeamt"
    assert rung(planned(city, "meldeamt")) == ["301"]
    assert rung(planned(city, "meldeamt", "reisepass")) == ["301"]
    assert rung(planned(city, "zentrale", "personalausweis")) == ["0"], "whoever wants the switchboard gets it"


def test_the_substitute_stands_in_with_its_own_hours() -> None:
    city = town(route("standesamt", 1, "extension", "341"), route("standesamt", 2, "department", "meldeamt"))
    assert rung(planned(city, "standesamt")) == ["341", "300"]
    afternoon = planned(city, "standesamt", at=MONDAY.replace(hour=14))
    assert rung(afternoon) == ["300"]
    assert afternoon.department.key == "meldeamt", "the caller is told who answers"
    evening = planned(city, "standesamt", at=EVENING)
    assert evening.targets == ()
    assert evening.department.key == "standesamt"
    assert evening.opens == datetime(2026, 11, 24, 8, 0, tzinfo=TOWN_TIME)


def test_a_substitutes_substitute_and_the_limits_of_both() -> None:
    city = town(
        route("standesamt", 1, "department", "meldeamt", hours="Mo-Fr 09:00-11:00"),
        route("meldeamt", 1, "extension", "301"),
        route("meldeamt", 2, "department", "zentrale", valid_until=date(2026, 11, 30)),
    )
    assert rung(planned(city, "standesamt")) == ["301", "0"]
    late = planned(city, "standesamt", at=MONDAY.replace(hour=15))
    assert late.targets == ()
    assert late.opens == datetime(2026, 11, 24, 9, 0, tzinfo=TOWN_TIME)
    assert rung(planned(city, "standesamt", at=datetime(2026, 12, 1, 10, 0, tzinfo=TOWN_TIME))) == ["301"]


def test_a_circle_ends() -> None:
    city = town(
        route("meldeamt", 1, "department", "standesamt"),
        route("standesamt", 1, "department", "meldeamt"),
        route("standesamt", 2, "extension", "340"),
    )
    found = planned(city)
    assert rung(found) == ["340"]
    assert "Vertretung: Meldeamt übersprungen, wurde schon versucht" in found.reasons


def test_the_same_target_rings_once() -> None:
    city = town(
        route("meldeamt", 1, "extension", "301"),
        route("meldeamt", 2, "extension", "301", method="blind"),
        route("meldeamt", 3, "department", "zentrale"),
        route("zentrale", 1, "extension", "301"),
        route("zentrale", 2, "extension", "0"),
    )
    assert rung(planned(city)) == ["301", "0"]


def test_a_department_that_is_gone_meanwhile_is_the_switchboards() -> None:
    city = town()
    gone = office("steueramt", "999")
    found = plan(city, Calendar.of(city), gone, None, at=MONDAY, language="de", rules=RULES)
    assert rung(found) == ["0"]
    assert found.department.key == "zentrale"


def test_another_authority_is_never_rung() -> None:
    found = planned(town(), "kreis", "fuehrerschein")
    assert (found.targets, found.opens) == ((), None)
    assert found.reasons == ("Kreis: andere Behörde, dorthin wird nicht verbunden",)


# When, and for whom.


def test_a_desk_that_speaks_the_callers_language_rings_first() -> None:
    city = town(
        route("meldeamt", 1, "extension", "301"),
        route("meldeamt", 2, "extension", "302", language="tr"),
        route("meldeamt", 3, "extension", "303", language="pl"),
    )
    assert rung(planned(city, language="tr"))[:2] == ["302", "301"]
    assert rung(planned(city, language="nl"))[:1] == ["301"]
    assert "302" not in rung(planned(city, language="de"))


@pytest.mark.parametrize(
    ("more", "language", "at", "rings"),
    [
        ({"language": "en"}, "en", MONDAY, True),
        ({"language": "en"}, "de", MONDAY, False),
        ({"valid_from": date(2026, 11, 23)}, "de", MONDAY, True),
        ({"valid_from": date(2026, 11, 24)}, "de", MONDAY, False),
        ({"valid_until": date(2026, 11, 23)}, "de", MONDAY, True),
        ({"valid_until": date(2026, 11, 22)}, "de", MONDAY, False),
        ({"hours": "Mo 10:00-10:30"}, "de", MONDAY, True),
        ({"hours": "Mo 10:30-11:00"}, "de", MONDAY, False),
        ({"hours": "Mo-So 00:00-24:00"}, "de", EVENING, True),
        ({}, "de", EVENING, False),
        # In the town it is Tuesday already.
        (
            {"valid_from": date(2026, 11, 24), "hours": "Di 00:00-01:00"},
            "de",
            EVENING.replace(hour=23, tzinfo=UTC),
            True,
        ),
    ],
)
def test_when_a_row_counts(more: dict[str, object], language: str, at: datetime, rings: bool) -> None:
    city = town(route("meldeamt", 1, "extension", "301", **more))
    found = planned(city, language=language, at=at)
    assert rung(found) == (["301"] if rings else [])
    assert len(found.reasons) == 1
    assert ("klingelt" in found.reasons[0]) is rings


@pytest.mark.parametrize(
    ("more", "opens"),
    [
        ({}, "2026-11-24T08:00"),
        ({"hours": "Mi 09:00-10:00"}, "2026-11-25T09:00"),
        ({"valid_from": date(2026, 12, 5)}, "2026-12-07T08:00"),
        ({"valid_from": date(2026, 12, 24), "hours": "Fr 09:00-10:00"}, "2027-01-08T09:00"),
        ({"valid_until": date(2026, 11, 23)}, None),
        ({"language": "en"}, None),
    ],
)
def test_when_somebody_can_be_rung_next(more: dict[str, object], opens: str | None) -> None:
    found = planned(town(route("meldeamt", 1, "extension", "301", **more)), at=EVENING)
    assert found.opens == (datetime.fromisoformat(opens).replace(tzinfo=TOWN_TIME) if opens else None)


def test_the_earliest_of_a_chain_counts() -> None:
    city = town(
        route("meldeamt", 1, "extension", "301", hours="Fr 08:00-10:00"),
        route("meldeamt", 2, "extension", "302", hours="Mi 08:00-10:00"),
        route("meldeamt", 3, "extension", "303", hours="Do 08:00-10:00"),
    )
    assert planned(city, at=EVENING).opens == datetime(2026, 11, 25, 8, 0, tzinfo=TOWN_TIME)


def test_the_hour_that_is_there_twice() -> None:
    city = town(route("meldeamt", 1, "extension", "301", hours="So 02:15-02:45"))
    for minute in range(4 * 60):
        moment = datetime.fromtimestamp(datetime(2026, 10, 24, 23, 0, tzinfo=UTC).timestamp() + minute * 60, UTC)
        expected = datetime(2026, 10, 25, 0, 15, tzinfo=UTC) <= moment < datetime(2026, 10, 25, 1, 45, tzinfo=UTC)
        assert bool(planned(city, at=moment).targets) is expected
        assert bool(planned(city, at=moment.astimezone(TOWN_TIME)).targets) is expected


def test_days_off_are_named() -> None:
    eve = Closure("", date(2026, 12, 24), date(2026, 12, 24), None, None, "Heiligabend", "Aushang", DAY)
    found = planned(town(closures=(eve,)), at=datetime(2026, 12, 24, 11, 0, tzinfo=TOWN_TIME))
    assert found.targets == ()
    assert found.opens == datetime(2026, 12, 28, 8, 0, tzinfo=TOWN_TIME)
    assert found.reasons == (
        "Durchwahl 300 (Meldeamt): übersprungen, geschlossen wegen Heiligabend; wieder am Montag ab 8 Uhr",
    )


def test_chains_that_end_nowhere() -> None:
    city = town(
        route("meldeamt", 1, "extension", "301", language="en"),
        route("standesamt", 1, "number", "+49286193900"),
        route("/personalausweis", 1, "extension", "302", valid_until=date(2026, 1, 1)),
        route("zentrale", 1, "extension", "0"),
    )
    ends = dead_ends(city, Calendar.of(city), at=EVENING, languages=("de", "en"), rules=RULES)
    assert ends == [
        "meldeamt (de)",
        "standesamt (de)",
        "standesamt (en)",
        "personalausweis (de)",
        "personalausweis (en)",
    ]


def test_what_the_doctor_says_of_routes() -> None:
    city = town(
        route("meldeamt", 1, "extension", "301", source="sample"),
        route("meldeamt", 2, "number", "+49286193900"),
        route("standesamt", 1, "department", "meldeamt"),
    )
    assert check_routes(city, RULES, ("de",), EVENING) == (
        "3 rows; samples to confirm: 1 rows, 0 of 0 closures; "
        "not dialled, as transfer.external_numbers is off: +49286193900"
    )
    bare = replace(
        city, departments={key: replace(each, hours=()) for key, each in city.departments.items()}, region=""
    )
    said = check_routes(bare, Rules(external_numbers=True), ("de",), EVENING)
    assert "rung at any hour, as neither row nor department has hours: 301, +49286193900" in said
    assert said.endswith("no public holidays, as city.toml has no region")
    with pytest.raises(RoutingError, match=r"for meldeamt \(de\), standesamt \(de\); `voicebot route"):
        check_routes(replace(city, routes=city.routes[1:]), RULES, ("de",), EVENING)


# Nothing else is ever dialled.


def test_numbers_need_the_switch() -> None:
    city = town(route("meldeamt", 1, "number", "+49286193900"), route("meldeamt", 2, "extension", "301"))
    found = planned(city)
    assert rung(found) == ["301"]
    assert "transfer.external_numbers" in found.reasons[0]
    assert planned(town(city.routes[0])).opens is None
    assert rung(planned(city, rules=Rules(external_numbers=True))) == ["+49286193900", "301"]


@pytest.mark.parametrize(
    ("target", "uri"),
    [
        (Target("a", "extension", "300", Method.BLIND, 20), "sip:300@192.0.2.1:5070"),
        (
            Target("a", "sip", "sips:amt@pbx.example.org;transport=tls", Method.BLIND, 20),
            "sips:amt@pbx.example.org;transport=tls",
        ),
        (Target("a", "number", "+49286193900", Method.BLIND, 20), "sip:+49286193900@192.0.2.1:5070;user=phone"),
    ],
)
def test_targets_as_uris(target: Target, uri: str) -> None:
    assert target.uri("192.0.2.1:5070") == uri


@given(
    said=st.text() | st.sampled_from(["+4990012345678", "sip:evil@example.com", "/personalausweis", "kreis", "0;x"]),
    language=st.text(max_size=5) | st.sampled_from(["de", "en"]),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(TOWN_TIME)),
    key=st.sampled_from(["zentrale", "meldeamt", "standesamt", "kreis"]),
)
def test_whatever_is_said_only_the_towns_targets_are_rung(said: str, language: str, at: datetime, key: str) -> None:
    city = town(
        route("meldeamt", 1, "sip", "sip:meldeamt@pbx.example.org"),
        route("/heirat", 1, "extension", "341"),
        route("standesamt", 1, "number", "+49286193900"),
        route("standesamt", 2, "department", "zentrale"),
    )
    allowed = {each.extension for each in city.departments.values() if each.kind == "stadt"}
    allowed |= {each.target for each in city.routes if each.kind in ("extension", "sip")}
    forged = replace(city.departments[key], names={"de": said}, extension=said, aliases=(said,))
    calendar = Calendar.of(city)
    for department in (city.departments[key], forged):
        found = plan(city, calendar, department, said, at=at, language=language, rules=RULES)
        assert {target.target for target in found.targets} <= allowed
