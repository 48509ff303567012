"""Whether a call went as its scenario expects."""

from __future__ import annotations

import re

from voicebot.calling.report import CallReport
from voicebot.calling.scenario import Scenario


def failures(scenario: Scenario, report: CallReport) -> list[str]:
    """A line for each expectation that was not met; transcripts and state have been filled in before.

    The state is judged only where there is a journal, which alone tells it.
    """
    ended = f"{report.ended_by} ".startswith(f"{scenario.expect_end} ")
    if not report.codec:
        return [] if scenario.expect_end and ended else [f"the call was not answered: {report.ended_by}"]
    found = []
    for number, turn in enumerate(scenario.turns, start=1):
        if not turn.expect:
            continue
        if number > len(report.turns):
            found.append(f"turn {number} did not come about: {turn.label}")
        elif not re.search(turn.expect, report.turns[number - 1].transcript, re.IGNORECASE):
            said = report.turns[number - 1].transcript
            found.append(f"turn {number}: expected /{turn.expect}/, but the bot said: {said or 'nothing'}")
    found += _transfer(scenario, report)
    if scenario.expect_end and not ended:
        found.append(f"expected the call to be ended by {scenario.expect_end}, not by {report.ended_by}")
    if scenario.expect_state and report.journal and report.state != scenario.expect_state:
        found.append(
            f"expected the conversation to end in {scenario.expect_state}, not in {report.state or 'no state'}"
        )
    return found


def _transfer(scenario: Scenario, report: CallReport) -> list[str]:
    wanted = scenario.expect_transfer
    extensions = [extension(str(transfer["target"])) for transfer in report.transfers]
    got = f"a transfer to {', '.join(extensions)}" if extensions else "no transfer"
    if wanted is False and extensions:
        return [f"expected no transfer, but there was {got}"]
    if wanted is True and not extensions:
        return ["expected a transfer, but there was none"]
    if isinstance(wanted, str) and wanted not in extensions:
        return [f"expected a transfer to {wanted}, but there was {got}"]
    return []


def extension(target: str) -> str:
    """The user part of a Refer-To URI: ``sip:300@pbx.example`` → ``300``."""
    return re.sub(r"^<?sips?:", "", target).partition("@")[0]
