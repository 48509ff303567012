"""A city as the rows of its files: what is compared, hashed and exported."""

from __future__ import annotations

import hashlib
import json

from voicebot.catalogue.advice import to_document
from voicebot.catalogue.city import City

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
        "source",
        "as_of",
    ),
    "hours.csv": ("department", "weekday", "opens", "closes", "source", "as_of"),
    "services.csv": ("key", "name_de", "name_en", "department", "leika", "keywords"),
    "examples.csv": ("service", "language", "text"),
    "facts.csv": ("service", "aspect", "language", "text", "source", "as_of"),
}

#: What makes a row of a file unique.
KEYS: dict[str, tuple[str, ...]] = {
    "city.toml": (),
    "departments.csv": ("key",),
    "hours.csv": ("department", "weekday", "opens"),
    "services.csv": ("key",),
    "examples.csv": ("service", "language", "text"),
    "facts.csv": ("service", "aspect", "language"),
    ADVICE: ("key",),
}

WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")

Rows = list[dict[str, str]]


def tables(city: City) -> dict[str, Rows]:
    """The rows of every file, sorted by key; a name that is missing has no column."""
    result: dict[str, Rows] = {file: [] for file in KEYS}
    result["city.toml"].append({"name": city.name, "switchboard": city.switchboard})
    for _, department in sorted(city.departments.items()):
        result["departments.csv"].append(
            {
                "key": department.key,
                **{f"name_{language}": name for language, name in department.names.items()},
                **{f"with_{language}": name for language, name in department.after_with.items()},
                "kind": department.kind,
                "extension": department.extension,
                "aliases": "|".join(department.aliases),
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
    for key, advice in sorted(city.advice.items()):
        result[ADVICE].append({"key": key, "content": json.dumps(to_document(advice), sort_keys=True)})
    return result


def revision(city: City) -> str:
    """A hash of the content, 16 hexadecimal digits: the same for equal data, in whatever order."""
    content = json.dumps(tables(city), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
