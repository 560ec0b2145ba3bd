"""What a notice says: what happened, what it means, what to do; in words for a person and as facts for a machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from catalogue.model.harvest import HarvestRun, HarvestSource
from catalogue.model.notices import NoticeKind
from catalogue.model.wording import counted

LONGEST_LINE = 500
Numbers = Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Words:
    """A notice without its receiver. `facts` are plain JSON values."""

    subject: str
    text: str
    facts: Mapping[str, object]


def words_of(
    kind: NoticeKind,
    source: HarvestSource | None,
    run: HarvestRun | None,
    numbers: Numbers,
    base: str,
) -> Words:
    """The words about a run of a source; a test speaks of neither. `numbers`: failures, share, share_before."""
    if source is None or run is None:
        text = "\n\n".join((_TEST, _FOOT.format(base=base)))
        return Words("Pharos: a test notice", f"{text}\n", {"event": kind.value})
    name = plain(source.title) or source.slug
    subject, happened, means, do = _PARTS[kind](name, run, numbers)
    why = (
        [f"Why: {plain(run.reason)}"] if run.reason and kind in (NoticeKind.FAILING, NoticeKind.HELD) else []
    )
    advice = (
        [f"What the run advises: {plain(run.advice)}"] if run.advice and kind is NoticeKind.FAILING else []
    )
    paragraphs = [
        happened,
        *why,
        f"What it means: {means}",
        f"What to do: {do}",
        *advice,
        f"The run in full: {base}/runs/{run.run_id}\nThe source: {base}/sources/{source.slug}",
        _FOOT.format(base=base),
    ]
    return Words(subject, "\n\n".join(paragraphs) + "\n", _facts(kind, source, run, base) | dict(numbers))


def _facts(kind: NoticeKind, source: HarvestSource, run: HarvestRun, base: str) -> dict[str, object]:
    return {
        "event": kind.value,
        "source": {"slug": source.slug, "title": source.title, "url": f"{base}/sources/{source.slug}"},
        "run": {
            "id": run.run_id,
            "state": run.state.value,
            "code": run.code.value,
            "reason": plain(run.reason),
            "advice": plain(run.advice),
            "counts": asdict(run.counts),
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "url": f"{base}/runs/{run.run_id}",
        },
    }


def plain(text: str) -> str:
    """One line without control characters: parts of it come from strangers, and mails have headers."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_LINE]


def _failing(name: str, run: HarvestRun, numbers: Numbers) -> tuple[str, ...]:
    del numbers
    when = f" on {run.finished_at:%d %B %Y at %H:%M} UTC" if run.finished_at else ""
    return (
        f"Pharos: {name} can no longer be harvested",
        f"The harvest of {name} failed{when}.",
        "What the catalogue shows of this source stays as it was before, and slowly goes out of date. "
        "Pharos goes on trying, more and more rarely.",
        "If the source is yours, see whether its address answers. Nothing has to be done when it was down for a "
        "moment: Pharos tells you when a harvest succeeds again.",
    )


def _recovered(name: str, run: HarvestRun, numbers: Numbers) -> tuple[str, ...]:
    del numbers
    counts = run.counts
    return (
        f"Pharos: {name} is harvested again",
        f"A harvest of {name} succeeded after it had failed before: {counted(counts.found, 'record')} found, "
        f"{counts.created} of them new and {counts.updated} changed.",
        "The catalogue shows what the source says now, and it is harvested at its usual times again.",
        "Nothing.",
    )


def _held(name: str, run: HarvestRun, numbers: Numbers) -> tuple[str, ...]:
    del numbers
    return (
        f"Pharos: {name} would lose many records; a person must decide",
        f"A harvest of {name} read the whole source and no longer found many of its records.",
        "New and changed records were taken. The missing ones stay in the catalogue until a person has decided, "
        "because a source that loses so many at once has often lost them by mistake.",
        "If the source is yours: are the records really gone? Put them back, or tell the operator of the catalogue. "
        f"Operators: `pharos runs release {run.run_id}` withdraws them, `pharos runs discard {run.run_id}` keeps "
        "them. The next complete harvest decides anew.",
    )


def _fell(name: str, run: HarvestRun, numbers: Numbers) -> tuple[str, ...]:
    del run
    before, now = (numbers.get("share_before") or 0) * 100, (numbers.get("share") or 0) * 100
    return (
        f"Pharos: fewer records of {name} conform to their profile",
        f"Of the records of {name}, {now:.0f} % have no violation of their profile; before it were {before:.0f} %.",
        "Records with violations are found less well, and other catalogues may refuse them.",
        "Open the run and its records: each says which statement breaks which rule, and how to mend it. When nothing "
        "changed at the source, the profile may have become stricter.",
    )


_PARTS = {
    NoticeKind.FAILING: _failing,
    NoticeKind.RECOVERED: _recovered,
    NoticeKind.HELD: _held,
    NoticeKind.CONFORMANCE_FELL: _fell,
}
_TEST = (
    "This is a test. It means that notices of this catalogue reach you.\n\n"
    "What to do: nothing. You are told when the harvest of a source begins to fail, when it succeeds again, when "
    "records would leave in number, and when fewer of them conform to their profile."
)
_FOOT = "-- \nPharos at {base} sends this when the state of a source changes, and not otherwise."
