"""``routing.csv`` and ``closures.csv``: who is rung for what, and days with other hours."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from voicebot.catalogue.city import Closure, Department, Route, Service
from voicebot.catalogue.csvfile import Row, known, source, unique
from voicebot.catalogue.hours import HoursError, parse_week
from voicebot.catalogue.tables import closure_order, route_order

KINDS = ("extension", "sip", "number", "department")
METHODS = ("blind", "attended", "bridge")
IDENTITIES = ("from", "asserted")
SHORTEST_RING_S, LONGEST_RING_S = 5, 120

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])"
# RFC 3261, 19.1.1, without what might add headers or leave our PBX: escapes, "?", and all parameters but these.
_SIP_URI = re.compile(
    rf"sips?:\+?[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?@{_HOST}(?::\d{{1,5}})?(?:;transport=(?:udp|tcp|tls)|;user=phone)*",
    re.IGNORECASE | re.ASCII,
)
# E.164: at most 15 digits. 118, 137 and 900 are inquiries, mass calls and premium rate (Nummernplan der BNetzA).
_NUMBER = re.compile(r"\+49(?!118|137|900)[1-9][0-9]{4,12}")


def read_closures(rows: list[Row], departments: Mapping[str, Department]) -> tuple[Closure, ...]:
    result: list[Closure] = []
    places: dict[tuple[str, date, date], list[tuple[Closure, int]]] = defaultdict(list)
    for row in unique(rows):
        before = len(row.errors.lines)
        department = known(row, "department", departments, "departments.csv") if row["department"] else ""
        first, last = row.date("first"), row.date("last")
        has_hours = bool(row["opens"] or row["closes"])
        opens, closes = (row.time("opens"), row.time("closes")) if has_hours else (None, None)
        reason = row.filled("reason")
        closure = Closure(department, first, last, opens, closes, reason, source(row), row.date("as_of"))
        if len(row.errors.lines) > before:
            continue
        if last < first:
            row.wrong("last", f"{last} liegt vor {first}; bitte die Tage prüfen")
        elif opens is not None and closes is not None and opens >= closes:
            row.wrong("closes", f"{closes:%H:%M} liegt nicht nach {opens:%H:%M}; bitte die Zeiten prüfen")
        same_days = places[department, first, last]
        for other, number in same_days:
            if _overlap(closure, other):
                row.wrong("opens", f"überschneidet sich mit Zeile {number}; bitte zusammenfassen")
                break
        same_days.append((closure, row.number))
        result.append(closure)
    return tuple(sorted(result, key=closure_order))


def _overlap(one: Closure, other: Closure) -> bool:
    if one.opens is None or one.closes is None or other.opens is None or other.closes is None:
        return True
    return one.opens < other.closes and other.opens < one.closes


def read_routes(
    rows: list[Row], departments: Mapping[str, Department], services: Mapping[str, Service]
) -> tuple[Route, ...]:
    result = [_route(row, departments, services) for row in unique(rows)]
    if rows and len(rows[0].errors.lines) == 0:
        _check_cycles(rows, result)
    return tuple(sorted(result, key=route_order))


def _route(row: Row, departments: Mapping[str, Department], services: Mapping[str, Service]) -> Route:
    department, service = row["department"], row["service"]
    if bool(department) == bool(service):
        row.wrong("department, service", "genau eine der beiden Spalten ausfüllen, bitte: Stelle oder Dienstleistung")
    elif department:
        _own(row, "department", departments)
    elif known(row, "service", services, "services.csv") in services:
        key = services[service].department
        if key in departments and departments[key].kind == "extern":
            row.wrong("service", f"zuständig ist „{key}“, also nicht die Stadt; bitte die Zeile löschen")
    kind = row.choice("kind", KINDS)
    return Route(
        department=department,
        service=service,
        position=_number(row, "position", 1, 999),
        kind=kind,
        target=_target(row, kind, departments),
        method=_method(row, kind),
        ring_s=_ring(row, kind),
        hours=_hours(row),
        valid_from=row.date("valid_from") if row["valid_from"] else None,
        valid_until=_valid_until(row),
        language=_language(row),
        identity=_identity(row, kind),
        source=source(row),
        as_of=row.date("as_of"),
    )


def _own(row: Row, column: str, departments: Mapping[str, Department]) -> None:
    key = known(row, column, departments, "departments.csv")
    if key in departments and departments[key].kind == "extern":
        row.wrong(column, f"„{key}“ ist extern, dorthin wird nicht verbunden; bitte eine Stelle der Stadt nennen")


def _target(row: Row, kind: str, departments: Mapping[str, Department]) -> str:
    target = row.filled("target")
    if not target:
        return ""
    if kind == "extension" and not re.fullmatch("[0-9]{1,20}", target):
        row.wrong("target", f"„{target}“ ist keine Durchwahl; bitte nur Ziffern schreiben")
    elif kind == "sip" and not _is_sip_uri(target):
        row.wrong("target", f"„{target}“ ist keine SIP-Adresse; bitte wie sip:300@pbx.example.org schreiben")
    elif kind == "number" and not _NUMBER.fullmatch(target):
        row.wrong(
            "target",
            f"„{target}“ ist keine erlaubte Rufnummer; bitte wie +49286193900 schreiben, ohne Leerzeichen und"
            " Sondernummern",
        )
    elif kind == "department":
        _own(row, "target", departments)
    return target


def _is_sip_uri(text: str) -> bool:
    port = re.search(r":(\d+)(?:;|$)", text)
    return bool(_SIP_URI.fullmatch(text)) and (port is None or 0 < int(port[1]) < 65536)


def _method(row: Row, kind: str) -> str:
    if not row["method"]:
        return ""
    if kind == "department":
        row.wrong("method", "gilt für eine Vertretung nicht, sie hat eigene Zeilen; bitte leeren")
        return ""
    return row.choice("method", METHODS)


def _ring(row: Row, kind: str) -> int:
    if not row["ring_s"] or row["ring_s"] == "0":
        return 0
    if kind == "department":
        row.wrong("ring_s", "gilt für eine Vertretung nicht, sie hat eigene Zeilen; bitte leeren")
        return 0
    return _number(row, "ring_s", SHORTEST_RING_S, LONGEST_RING_S)


def _number(row: Row, column: str, least: int, most: int) -> int:
    text = row.filled(column)
    if text and (not re.fullmatch("[1-9][0-9]{0,2}", text) or not least <= int(text) <= most):
        row.wrong(column, f"„{text}“ ist nicht erlaubt; bitte eine Zahl von {least} bis {most} schreiben")
        return least
    return int(text or least)


def _hours(row: Row) -> str:
    try:
        if row["hours"]:
            parse_week(row["hours"])
    except HoursError as error:
        row.wrong("hours", str(error))
    return row["hours"]


def _valid_until(row: Row) -> date | None:
    if not row["valid_until"]:
        return None
    until = row.date("valid_until")
    if row["valid_from"] and date.min < until < row.date("valid_from"):
        row.wrong("valid_until", f"{until} liegt vor {row['valid_from']}; bitte die Tage prüfen")
    return until


def _language(row: Row) -> str:
    if not row["language"]:
        return ""
    return row.matching("language", "[a-z]{2,3}", "ist kein Sprachkürzel; bitte zum Beispiel de oder en schreiben")


def _identity(row: Row, kind: str) -> str:
    if not row["identity"]:
        return ""
    if kind in ("number", "department"):
        row.wrong("identity", "gilt nur für extension und sip, also die eigene Anlage; bitte leeren")
        return ""
    return row.choice("identity", IDENTITIES)


def _check_cycles(rows: list[Row], routes: list[Route]) -> None:
    """No chain of substitutes may come back to where it began."""
    substitutes: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        if route.department and route.kind == "department":
            substitutes[route.department].add(route.target)
    for row, route in zip(rows, routes, strict=True):
        if route.department and route.kind == "department" and _leads_to(substitutes, route.target, route.department):
            row.wrong(
                "target",
                f"die Vertretungen führen von „{route.target}“ zurück zu „{route.department}“; bitte eine davon ändern",
            )
            return


def _leads_to(substitutes: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            waiting += substitutes.get(key, ())
    return False
