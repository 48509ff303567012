"""A city as the rows of its files: what is compared, hashed and exported."""

from __future__ import annotations

import hashlib
import json
from datetime import date, time

from voicebot.catalogue.advice import to_document
from voicebot.catalogue.city import City, Closure, Route

ADVICE = "advice/*.toml"

#: Files of a city's folder and their columns, in the order of an export.
COLUMNS: dict[str, tuple[str, ...]] = {
    "departments.csv": (
        "key",
        "name_de",
        "name_en",
        "with_de",
        "with_en",
        "kind",
        "extension",
        "aliases",
        "email",
        "source",
        "as_of",
    ),
    "hours.csv": ("department", "weekday", "opens", "closes", "source", "as_of"),
    "services.csv": ("key", "name_de", "name_en", "department", "leika", "keywords", "reports"),
    "examples.csv": ("service", "language", "text"),
    "facts.csv": ("service", "aspect", "language", "text", "source", "as_of"),
    "closures.csv": ("department", "first", "last", "opens", "closes", "reason", "source", "as_of"),
    "routing.csv": (
        "department",
        "service",
        "position",
        "kind",
        "target",
        "method",
        "ring_s",
        "hours",
        "valid_from",
        "valid_until",
        "language",
        "identity",
        "source",
        "as_of",
    ),
}

#: What folders of earlier releases do not have: files, and columns of files.
OPTIONAL_FILES = ("closures.csv", "routing.csv")
OPTIONAL_COLUMNS: dict[str, tuple[str, ...]] = {"departments.csv": ("email",), "services.csv": ("reports",)}

#: What makes a row of a file unique.
KEYS: dict[str, tuple[str, ...]] = {
    "city.toml": (),
    "departments.csv": ("key",),
    "hours.csv": ("department", "weekday", "opens"),
    "services.csv": ("key",),
    "examples.csv": ("service", "language", "text"),
    "facts.csv": ("service", "aspect", "language"),
    "closures.csv": ("department", "first", "opens"),
    "routing.csv": ("department", "service", "position"),
    ADVICE: ("key",),
}

YES = "ja"
"""In a column that says yes, or nothing."""

WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")

Rows = list[dict[str, str]]


def tables(city: City) -> dict[str, Rows]:
    """The rows of every file, sorted by key; a name that is missing has no column."""
    result: dict[str, Rows] = {file: [] for file in KEYS}
    result["city.toml"].append(
        {
            "name": city.name,
            "switchboard": city.switchboard,
            "region": city.region,
            "bridge_days": "true" if city.bridge_days else "false",
        }
    )
    for _, department in sorted(city.departments.items()):
        result["departments.csv"].append(
            {
                "key": department.key,
                **{f"name_{language}": name for language, name in department.names.items()},
                **{f"with_{language}": name for language, name in department.after_with.items()},
                "kind": department.kind,
                "extension": department.extension,
                "aliases": "|".join(department.aliases),
                "email": department.email,
                "source": department.source,
                "as_of": department.as_of.isoformat(),
            }
        )
        result["hours.csv"] += [
            {
                "department": department.key,
                "weekday": WEEKDAYS[span.weekday],
                "opens": span.opens.isoformat("minutes"),
                "closes": span.closes.isoformat("minutes"),
                "source": span.source,
                "as_of": span.as_of.isoformat(),
            }
            for span in sorted(department.hours, key=lambda span: (span.weekday, span.opens))
        ]
    for _, service in sorted(city.services.items()):
        result["services.csv"].append(
            {
                "key": service.key,
                **{f"name_{language}": name for language, name in service.names.items()},
                "department": service.department,
                "leika": service.leika,
                "keywords": "|".join(service.keywords),
                **{f"keywords_{language}": "|".join(words) for language, words in service.translated.items()},
                "reports": YES if service.reports else "",
            }
        )
        result["examples.csv"] += [
            {"service": service.key, "language": example.language, "text": example.text}
            for example in sorted(service.examples, key=lambda example: (example.language, example.text))
        ]
        result["facts.csv"] += [
            {
                "service": service.key,
                "aspect": fact.aspect,
                "language": fact.language,
                "text": fact.text,
                "source": fact.source,
                "as_of": fact.as_of.isoformat(),
            }
            for fact in sorted(service.facts, key=lambda fact: (fact.aspect, fact.language))
        ]
    result["closures.csv"] += [_closure(closure) for closure in sorted(city.closures, key=closure_order)]
    result["routing.csv"] += [_route(route) for route in sorted(city.routes, key=route_order)]
    for key, advice in sorted(city.advice.items()):
        result[ADVICE].append({"key": key, "content": json.dumps(to_document(advice), sort_keys=True)})
    return result


def closure_order(closure: Closure) -> tuple[str, date, time]:
    return closure.department, closure.first, closure.opens or time.min


def route_order(route: Route) -> tuple[str, str, int]:
    return route.department, route.service, route.position


def _closure(closure: Closure) -> dict[str, str]:
    return {
        "department": closure.department,
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
        "opens": closure.opens.isoformat("minutes") if closure.opens else "",
        "closes": closure.closes.isoformat("minutes") if closure.closes else "",
        "reason": closure.reason,
        "source": closure.source,
        "as_of": closure.as_of.isoformat(),
    }


def _route(route: Route) -> dict[str, str]:
    return {
        "department": route.department,
        "service": route.service,
        "position": str(route.position),
        "kind": route.kind,
        "target": route.target,
        "method": route.method,
        "ring_s": str(route.ring_s),
        "hours": route.hours,
        "valid_from": route.valid_from.isoformat() if route.valid_from else "",
        "valid_until": route.valid_until.isoformat() if route.valid_until else "",
        "language": route.language,
        "identity": route.identity,
        "source": route.source,
        "as_of": route.as_of.isoformat(),
    }


def revision(city: City) -> str:
    """A hash of the content, 16 hexadecimal digits: the same for equal data, in whatever order."""
    content = json.dumps(tables(city), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
