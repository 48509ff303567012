"""What a desk is told of a call: a note to read, a sentence to hear, a line on the display."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from telephony.call import Call
from voicebot.desk.notes import TOKEN_BYTES, Note
from voicebot.dialogue import Say, Transfer
from voicebot.handover import Briefing
from voicebot.routing import Router
from voicebot.settings import Settings

HIDDEN = ("", "anonymous", "unknown", "unavailable")
"""What stands for a number that is withheld (RFC 3323, section 4.1.1.3, and what PBXes write)."""


def note_of(call: Call, transfer: Transfer, language: str) -> Note:
    """What is kept of a call that is passed on; its address is made here, so that nobody waits for the database."""
    return Note(
        call_id=call.id,
        caller="" if call.remote.casefold() in HIDDEN else call.remote,
        language=language,
        department=transfer.department.key,
        service=transfer.service or "",
        aspect=transfer.aspect or "",
        said=transfer.said,
        wants=transfer.wants,
        created_at=datetime.now(UTC),
        token=secrets.token_urlsafe(TOKEN_BYTES),
    )


def brief(note: Note, transfer: Transfer, router: Router, settings: Settings) -> Briefing:
    """The same for the desk's ear and display, in the town's first language."""
    staff = router.prompts.languages[0]
    subject = router.spoken_name(note.service, staff) if note.service in router.city.services else ""
    return Briefing(
        spoken=[Say(text, staff) for text in _spoken(router, subject, note.language, staff)],
        note=transfer.note,
        display=" – ".join(filter(None, (subject, note.caller))),
        number=note.caller,
        private=not note.caller,
        user_to_user="; ".join(filter(None, (subject, note.language if note.language != staff else "")))
        if subject
        else "",
        call_info=f"{settings.web_url}/note/{note.token}" if settings.web.port or settings.web.base_url else "",
    )


def _spoken(router: Router, subject: str, language: str, staff: str) -> list[str]:
    say = router.prompts.say
    texts = [say("desk_call_about", staff, service=subject) if subject else say("desk_call", staff)]
    if language != staff:
        texts.append(say("desk_caller_speaks", staff, spoken=router.prompts.language_name(language, staff)))
    return [*texts, say("desk_keys", staff)]


def spoken_ahead(router: Router) -> list[tuple[str, str]]:
    """All that desks may hear, text and language."""
    staff = router.prompts.languages[0]
    subjects = ["", *(router.spoken_name(service, staff) for service in router.city.services)]
    callers = router.prompts.languages
    texts = [text for caller in callers for each in subjects for text in _spoken(router, each, caller, staff)]
    return [(text, staff) for text in dict.fromkeys(texts)]
