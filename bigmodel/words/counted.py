"""English sentences whose number is one: "1 rows are left out" is said as "1 row is left out"; Chinese counts alike."""

import re
from collections.abc import Collection

from bigmodel.core.language import Language

# What is counted in our sentences. A word that is not here stays as it is, for many an "s" ends a verb.
NOUNS = """
    answers attributes bits boxes bytes cells changes channels characters classes columns conversations
    copies cores datasets dialogues epochs files findings formulas groups hours items kinds labels lines
    marks megapixels messages minutes mistakes models objects others packages pairs parts passages people
    photos pictures pieces pixels places points questions recordings records rows runs samples seconds
    sentences sheets stars steps tables takes texts times tokens trainings turns values voices words
"""
COUNTED = re.compile(
    r"\{(\w+)\}((?: (?!of|in|to|or|and|with|than)[a-z-]+){0,2}?) "
    rf"({'|'.join(NOUNS.split())})\b( are| were| have| hold| stand| change)?"
)
ONE = {
    " are": " is",
    " were": " was",
    " have": " has",
    " hold": " holds",
    " stand": " stands",
    " change": " changes",
    None: "",
}


def in_number(language: Language, template: str, ones: Collection[str]) -> str:
    """Return a text whose arguments of the value one are followed by what they count in the singular."""
    if language != "en" or not ones:
        return template

    def one(found: re.Match[str]) -> str:
        name, between, noun, verb = found.groups()
        said = f"{{{name}}}{between} {_singular(noun)}{ONE[verb]}"
        return said if name in ones else found[0]

    return COUNTED.sub(one, template)


def _singular(noun: str) -> str:
    if noun == "people":
        return "person"
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-2] if noun.endswith(("xes", "sses")) else noun[:-1]
