"""The language of some texts, as far as a choice of a base model needs it: by their script, then by words that every text has."""

import re
from collections import Counter
from collections.abc import Sequence

CHINESE_SHARE = 0.2  # of the letters
OTHER_SHARE = 0.5  # of the letters, in a script that is neither Latin nor Chinese
FEWEST_WORDS = 3  # of a language, before it is believed
OTHER = "other"  # neither Chinese nor English
WORD = re.compile(r"[^\W\d_]+")
WORDS = {  # articles, conjunctions and small numbers; what two of the languages share says little, and is left out
    "en": "the and of to is it you that was for with on are this not have be one two three four five six seven eight nine zero yes",
    "de": "der die das und ist nicht ich ein eine zu mit den von auf für sich sie wir auch dem eins zwei drei vier fünf sechs sieben acht neun null ja nein",
    "fr": "le les et est une je vous nous pas dans pour qui sur avec il elle ce au deux trois quatre cinq sept huit neuf zéro oui non",
    "es": "el los y es una yo que por con para como pero muy está lo uno dos tres cuatro cinco seis siete ocho nueve cero sí",
    "it": "il che di è gli sono con per ma questo della nel anche più due tre quattro cinque sei sette otto nove sì",
    "pt": "o os e é uma eu que não com para por mas muito isso um dois três quatro cinco sete oito nove sim não",
    "nl": "de het een en niet ik van dat op zijn voor met ook maar twee drie vier vijf zes zeven acht negen nul nee",
    "pl": "i w nie na się że jest z do to jak ale tak dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "tr": "ve bir bu da ne için çok ile var değil iki üç dört beş yedi sekiz dokuz evet",
    "sv": "och att det är som inte jag en av för på två tre fyra fem sex sju åtta nio noll nej",
}  # fmt: skip
KNOWN = {language: frozenset(words.split()) for language, words in WORDS.items()}


def language_of(texts: Sequence[str]) -> str:
    """Return zh, en, `OTHER`, or "" where nothing tells: no letters, or words of none of the known languages."""
    letters = [letter for text in texts for letter in text if letter.isalpha()]
    if not letters:
        return ""
    is_japanese = any("\u3040" <= letter <= "\u30ff" for letter in letters)
    if sum("\u3400" <= letter <= "\u9fff" for letter in letters) > CHINESE_SHARE * len(letters):
        return OTHER if is_japanese else "zh"
    latin = sum(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in letters)
    if latin < (1 - OTHER_SHARE) * len(letters):
        return OTHER
    return _of_words(Counter(word for text in texts for word in WORD.findall(text.lower())))


def _of_words(counts: Counter[str]) -> str:
    """Return en, `OTHER` or "" by the words of each language that occur."""
    shared = Counter(word for words in KNOWN.values() for word in words)
    found = {
        language: sum(counts[word] for word in words if shared[word] == 1)
        for language, words in KNOWN.items()
    }
    best = max(found, key=lambda language: found[language])
    if found[best] < FEWEST_WORDS:
        return ""
    return "en" if best == "en" else OTHER
