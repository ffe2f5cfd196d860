"""The consent of a speaker beside the results of a voice, and in its card; it judges none."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bigmodel.core.language import Language
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.data import consents
from bigmodel.words import Words


def with_consent(results: Results, model: Path) -> Results:
    """Return results with what the speaker agreed to, and its recording to hear; the same where no voice was made."""
    consent = consents.read(model)
    if consent is None:
        return results
    recording = b64encode(consents.recording_of(model)).decode()
    data = {"type": "audio/flac", "content": recording, "text": consent.sentence}
    panel = Panel("media", data, "consent.recording", "consent.recording_about", quotes=True)
    return replace(
        results,
        remarks=(*results.remarks, consent.told),
        panels=(*results.panels, panel) if recording else results.panels,
    )


def consent_lines(words: Words, language: Language, model: Path) -> Iterator[str]:
    """Yield what the card of a voice says of its consent; nothing where nobody was asked."""
    if consent := consents.read(model):
        yield f"\n## {words.text(language, 'consent.card.title')}\n"
        yield words.say(language, consent.told) + "\n"
        if consent.digest:
            yield words.text(language, "consent.card.digest", digest=consent.digest) + "\n"
