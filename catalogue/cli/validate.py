"""`pharos validate`: what a provider asks before anybody harvests. Needs no data folder and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.bootstrap import Judging, open_judging
from catalogue.bootstrap_validation import Checker
from catalogue.cli.context import Invocation, founding
from catalogue.cli.output import note
from catalogue.cli.validate_formats import FORMATS, Answer
from catalogue.cli.validate_inputs import Input, inputs_of, payload_of
from catalogue.errors import CatalogueError
from catalogue.harvesting.examination import SLUG
from catalogue.harvesting.judge import check_profile
from catalogue.model.places import address_for_others
from catalogue.model.records import RecordOutcome

FOUND, UNCHECKED = 1, 3
"""Exit codes: something has to be mended; something could not be checked."""


@click.command()
@click.argument("targets", metavar="FILE|FOLDER|PATTERN|URL|-...", nargs=-1, required=True)
@click.option(
    "--profile",
    default="auto",
    show_default=True,
    metavar="auto|NAME|FILE",
    help="Profile to judge by, or a file of shapes.",
)
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), help="Default: text.")
@founding
def validate(invocation: Invocation, targets: Sequence[str], profile: str, format_: str | None) -> None:
    """Check the dataset descriptions of files, URLs or standard input.

    Exit code 0: no violation; 1: violations, or a record that cannot be kept; 2: usage; 3: something could not be
    checked. Of several documents the worst counts.
    """
    judging = open_judging(invocation.settings(), invocation.secrets())
    profile = _chosen(judging, profile)
    given = inputs_of(targets)
    checker = Checker(judging)
    answer = FORMATS[format_ or ("json" if invocation.json else "text")](checker)
    worst = 0
    for each in given:
        # The only document's error is the command's own; of several, the others are checked all the same.
        alone = len(given) == 1 and not answer.holds_errors
        worst = max(worst, _check(checker, answer, each, profile, alone=alone))
    answer.finish()
    raise click.exceptions.Exit(worst)


def _chosen(judging: Judging, profile: str) -> str:
    """The profile's name; a file's is that of the file. InvalidQuery when it is neither a profile nor a file."""
    profiles = judging.profiles
    if profile != "auto" and profile not in profiles and Path(profile).is_file():
        assert isinstance(profiles, ProfilesOnDemand)
        return profiles.include(Path(profile))
    check_profile(profile, profiles)
    return profile


def _check(checker: Checker, answer: Answer, given: Input, profile: str, *, alone: bool) -> int:
    """One document's exit code. Raises its error if it is `alone` and nothing of it was told."""
    worst, told = 0, False
    try:
        document = checker.check(payload_of(checker.judging, given), profile, given.name)
        for problem in document.problems:
            where = f" (line {problem.line})" if problem.line else ""
            note(f"{given.name}: {problem.rule}{where}: {problem.message}")
        for each in document.results:
            told = True
            if isinstance(each, RecordOutcome):
                answer.skipped(_as_written(each), given)
                worst = FOUND
            else:
                answer.record(each, given)
                worst = FOUND if each.report.counts["Violation"] else worst
    except CatalogueError as error:
        if alone and not told:
            raise
        note(f"pharos: {given.name}: {error.detail}")
        if error.advice:
            note(f"        {error.advice}")
        answer.failed(error, given)
        return UNCHECKED
    return worst


def _as_written(line: RecordOutcome) -> RecordOutcome:
    """A relative IRI of a file as it stands there: the address that it was read under is ours, not the reader's."""
    base = address_for_others(SLUG, "file:///")
    return replace(
        line,
        subject=line.subject and line.subject.replace(base, ""),
        reason=line.reason and line.reason.replace(base, ""),
    )
