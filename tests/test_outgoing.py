"""What outgoing calls say of themselves: nothing a caller or a table holds can break or add a header."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.outgoing import (
    MOST_CALL_INFO,
    MOST_USER_TO_USER,
    Outgoing,
    header_fields,
    name_addr,
    refer_to,
    user_to_user,
)

HOSTILE = (
    'a"\r\nX-Evil: 1',
    "\\",
    'a\\"; tag=1',
    "<sip:evil@example.com>",
    ">;tag=1\n\nINVITE sip:0190@pstn SIP/2.0",
    "\x00\x07\x7f\x85\u2028\u202e",
    "0190@pstn.example;user=phone?Replaces=1",
    "%0d%0aX-Evil: 1",
    "Ä" * 500,
    "\ud800",
)
NAME_ADDR = re.compile(r'(?:"(?:[^"\\\x00-\x1f\x7f]|\\["\\])+" )?<sip:(?:[0-9A-Za-z+*._-]|%23)+@town\.example>')
"""RFC 3261, section 25.1, as far as it is needed."""


def written(outgoing: Outgoing) -> list[str]:
    """From and all further headers."""
    fields = header_fields(outgoing, "939", "town.example")
    return [name_addr(outgoing, "939", "town.example"), *(f"{name}: {value}" for name, value in fields)]


def test_name_and_number_stand_where_they_are_wanted() -> None:
    outgoing = Outgoing("Personalausweis – 0286112345", "0286112345")
    shown = '"Personalausweis – 0286112345" <sip:0286112345@town.example>'
    assert name_addr(outgoing, "939", "town.example") == shown
    assert header_fields(outgoing, "939", "town.example") == []
    asserted = Outgoing("Personalausweis – 0286112345", "0286112345", "asserted", private=True)
    assert header_fields(asserted, "939", "town.example") == [("P-Asserted-Identity", shown), ("Privacy", "id")]


def test_without_a_number_the_call_is_the_accounts() -> None:
    assert (
        name_addr(Outgoing("Ausweis", "anonym ous!"), "939", "town.example") == '"Ausweis" <sip:anonymous@town.example>'
    )
    assert name_addr(Outgoing("Ausweis", " "), "939", "town.example") == '"Ausweis" <sip:939@town.example>'
    assert name_addr(Outgoing(), "939", "town.example") == "<sip:939@town.example>"


def test_a_wrong_place_for_the_identity_is_one_clear_line() -> None:
    with pytest.raises(ValueError, match=r"^identity = 'both': must be one of '', 'from', 'asserted'$"):
        Outgoing(identity="both")


def test_text_for_the_desk_is_hexadecimal() -> None:
    # RFC 7433, section 4.1
    assert user_to_user("Grüße") == "4772c3bcc39f65;encoding=hex"
    fields = header_fields(Outgoing(user_to_user="Grüße"), "939", "town.example")
    assert fields == [("User-to-User", "4772c3bcc39f65;encoding=hex")]


def test_text_for_the_desk_is_cut_between_characters() -> None:
    octets = bytes.fromhex(user_to_user("x" + "ü" * 100).partition(";")[0])
    assert len(octets) == MOST_USER_TO_USER - 1
    assert octets.decode() == "x" + "ü" * 63


def test_a_refer_carries_the_text_as_an_escaped_header() -> None:
    assert refer_to("sip:300@pbx", "") == "sip:300@pbx"
    assert refer_to("sip:300@pbx", "Hi") == "<sip:300@pbx?User-to-User=4869%3Bencoding%3Dhex>"
    assert refer_to("<sip:300@pbx;transport=tcp?X=1>", "Hi") == (
        "<sip:300@pbx;transport=tcp?X=1&User-to-User=4869%3Bencoding%3Dhex>"
    )


def test_a_url_leads_to_the_note() -> None:
    url = "https://bot.example/desk/buergerbuero?call=7&x=a%20b#note"
    assert header_fields(Outgoing(call_info=url), "939", "t") == [("Call-Info", f"<{url}>;purpose=info")]


@pytest.mark.parametrize("url", ["", "desk/7", "https:", "https://bot.example/" + "x" * MOST_CALL_INFO])
def test_what_leads_nowhere_is_left_out(url: str) -> None:
    assert header_fields(Outgoing(call_info=url), "939", "t") == []


def assert_harmless(text: str) -> None:
    headers = written(Outgoing(text, text, "asserted", True, text, "https://bot.example/" + text))
    for header in headers:
        assert header.isprintable(), header
        assert len(header.encode()) < 1000
    assert NAME_ADDR.fullmatch(headers[0]), headers[0]
    names = [header.partition(":")[0] for header in headers[1:]]
    assert [name for name in names if name not in ("User-to-User", "Call-Info")] == ["P-Asserted-Identity", "Privacy"]
    for header in headers[1:]:
        name, _, value = header.partition(": ")
        match name:
            case "P-Asserted-Identity":
                assert value == headers[0]
            case "User-to-User":
                assert re.fullmatch(r"(?:[0-9a-f]{2})+;encoding=hex", value)
            case "Call-Info":
                assert re.fullmatch(r"<https://bot\.example/[!-;=?-~]*>;purpose=info", value)
    assert re.fullmatch(
        r"sip:300@pbx|<sip:300@pbx\?User-to-User=[0-9a-f]+%3Bencoding%3Dhex>", refer_to("sip:300@pbx", text)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text: str) -> None:
    assert_harmless(text)


@given(st.text())
def test_any_text_is_harmless(text: str) -> None:
    assert_harmless(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF, categories=("L", "N", "P", "S")), max_size=60))
def test_a_name_arrives_as_it_was_written(name: str) -> None:
    quoted = re.match(r'"(.*)" <', name_addr(Outgoing(name, "1"), "939", "t"))
    assert (re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else "") == name


@given(st.text(max_size=40))
def test_the_text_for_the_desk_arrives_as_it_was_written(text: str) -> None:
    value = user_to_user(text).removesuffix(";encoding=hex")
    assert text.encode(errors="replace").decode().startswith(bytes.fromhex(value).decode())
    uri = refer_to("sip:300@pbx", text)
    if text:
        assert unquote(uri[1:-1].partition("=")[2]) == user_to_user(text)
