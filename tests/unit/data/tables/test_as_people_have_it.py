"""Chats, tagged words, sentence pairs and instructions in the forms that messengers, corpora and tools write them."""

import json

import pytest

from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding
from bigmodel.data.versions.versions import load_rows
from bigmodel.settings import Settings
from tests.unit.data.tables.test_shapes import read, said

PEOPLE = ("Ann", "Ben")
SAID = [f"{('did you see', 'yes, I saw')[at % 2]} number {at}" for at in range(40)]
EN = [f"{'the quick fox ' * (1 + at % 4)}jumps {at}" for at in range(40)]
ZH = [f"{'敏捷的狐狸' * (1 + at % 4)}跳第{at}次。" for at in range(40)]


@pytest.mark.parametrize(
    "line",
    [
        "[01.03.24, 10:{0:02}:07] {1}: {2}",
        "\u200e[3/1/24, 9:{0:02}:07 PM] {1}: {2}",
        "01/03/2024, 10:{0:02} - {1}: {2}",
        "2024-03-01 10:{0:02}:07 {1}\n{2}\n",
    ],
)
def test_chats_of_messengers_are_messages_with_their_sender(settings: Settings, line: str) -> None:
    lines = [line.format(at, PEOPLE[at % 2], text) for at, text in enumerate(SAID)]
    lines[5] += "\nand a second line"
    version = read(settings, "\n".join(lines), "chat.txt")
    assert (version.recipe.input, version.recipe.target) == ("message", "sender")
    assert version.summary.classes == {"Ann": 20, "Ben": 20}
    rows = load_rows(settings.home / version.folder)["input"]
    assert (rows[4], rows[5]) == (SAID[4], f"{SAID[5]}\nand a second line")


def test_logs_of_programs_are_no_chats(settings: Settings) -> None:
    lines = [f"[2024-03-01 10:{at:02}:07] {('INFO', 'ERROR')[at % 2]}: it went {at}" for at in range(40)]  # fmt: skip
    assert said(read(settings, "\n".join(lines), "log.txt"), "messenger") is None


WORDS, TAGS = ["Ann", "went", "to", "New", "York"], ["B-PER", "O", "O", "B-LOC", "I-LOC"]


@pytest.mark.parametrize("form", ["lists", "words"])
def test_tagged_words_are_texts_with_marks(settings: Settings, form: str) -> None:
    lines = [json.dumps({"id": at, "tokens": [*WORDS, str(at)], "ner_tags": [*TAGS, "O"]}) for at in range(30)]  # fmt: skip
    if form == "words":
        lines = ["Sentence #,Word,POS,Tag"]
        for at in range(30):
            pairs = zip([*WORDS, str(at)], [*TAGS, "O"], strict=True)
            lines += [f"{'' if n else f'Sentence: {at}'},{word},NN,{tag}" for n, (word, tag) in enumerate(pairs)]  # fmt: skip
    version = read(settings, "\n".join(lines), "t.jsonl" if form == "lists" else "t.csv")
    assert (version.summary.target, version.summary.rows) == ("spans", 30)
    assert version.summary.classes == {"PER": 30, "LOC": 30}
    assert load_rows(settings.home / version.folder)["input"][3] == "Ann went to New York 3"


@pytest.mark.parametrize("form", ["id", "source", "opus"])
def test_pairs_without_names_keep_their_first_row(settings: Settings, form: str) -> None:
    pairs = list(enumerate(zip(EN, ZH, strict=True)))
    lines = {
        "id": [f"{at}\t{a}\t{1000 + at}\t{b}" for at, (a, b) in pairs],
        "source": [f"{a}\t{b}\tCC-BY 2.0 Attribution: tatoeba.org #{at} & so on" for at, (a, b) in pairs],
        "opus": [json.dumps({"translation": {"en": a, "zh": b}}) for _, (a, b) in pairs],
    }[form]  # fmt: skip
    version = read(settings, "\n".join(lines), "t.jsonl" if form == "opus" else "t.tsv")
    rows = load_rows(settings.home / version.folder)
    assert version.summary.target == "text"
    assert (rows["input"][0], rows["target"][0], len(rows["input"])) == (EN[0], ZH[0], 40)


def test_questions_of_a_survey_stay_names(settings: Settings) -> None:
    head = "What did you like about the service?\tHow do you feel about the food today?"
    lines = [f"it was a very good thing {at}\tI feel fine about it {at % 3}" for at in range(40)]
    assert read(settings, "\n".join([head, *lines]), "t.tsv").summary.rows == 40


def test_short_answers_to_instructions_are_learned_whole(settings: Settings) -> None:
    rows = [{"instruction": f"add {at}", "input": f"{at}+{at}" * (at % 2), "output": str(2 * at)} for at in range(40)]  # fmt: skip
    version = read(settings, json.dumps(rows), "t.json")
    assert (version.recipe.inputs, version.summary.target) == (("instruction", "output"), "none")


def test_passages_in_a_plain_list_keep_their_questions(settings: Settings) -> None:
    rows = [
        {
            "context": f"Built in {1800 + at} by me.",
            "qas": [
                {"question": "When?", "answers": [{"text": str(1800 + at), "answer_start": 9}]}
            ],
        }
        for at in range(30)
    ]
    assert read(settings, json.dumps(rows), "t.json").summary.target == "extracted"


def test_styled_text_of_telegram_is_one_text(settings: Settings) -> None:
    styled = ["yes ", {"type": "bold", "text": "great"}, " so"]
    told = [{"from": PEOPLE[at % 2], "text": styled if at % 2 else text} for at, text in enumerate(SAID)]  # fmt: skip
    version = read(settings, json.dumps({"name": "x", "messages": told}), "result.json")
    assert load_rows(settings.home / version.folder)["input"][1] == "yes great so"


@pytest.mark.parametrize(("codec", "name"), [("mac_roman", "Mac OS Roman"), ("cp850", "DOS, CP850")])  # fmt: skip
def test_old_western_encodings_are_told_by_their_letters(
    settings: Settings, codec: str, name: str
) -> None:
    path = settings.scratch / "old.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "Für später: größer, schöner; très réussi à l'hôtel, garçon.\n"
    path.write_bytes(text.encode(codec) * 3)
    assert find_encoding(path).name == name


def test_code_for_no_answer_among_numbers_is_said(settings: Settings) -> None:
    lines = [f"row {at} is said,{999 if at % 10 == 0 else 20 + at % 40}" for at in range(120)]
    told = read(settings, "\n".join(["text,age", *lines]))
    assert said(told, "numbers_codes") == {"column": "age", "number": 999.0, "count": 12}
    plain = [line.replace(",999", ",61") for line in lines]
    assert said(read(settings, "\n".join(["text,age", *plain])), "numbers_codes") is None


def test_ticks_in_several_columns_are_labels_to_choose_from(settings: Settings) -> None:
    lines = [
        f"row {at} is said,{','.join('x' * (at % 3 == k) for k in range(3))}" for at in range(60)
    ]
    version = read(settings, "\n".join(["text,food,service,price", *lines]))
    assert said(version, "labels_one_hot") == {"columns": "food, service, price"}


MARKS = [f"{name} lives in {place} {at}" for at, (name, place) in enumerate([("Ann", "Rome"), ("Ben", "Oslo")] * 15)]  # fmt: skip
PLAIN, TAGGED = [line.split() for line in MARKS], ["B-PER", "O", "O", "B-LOC", "O"]


def csv_of(head: str, rows: list[str]) -> str:
    return "\n".join([head, *rows])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.txt", "\n".join(f"[{w[0]}](PER) lives in [{w[3]}](LOC) {w[4]}" for w in PLAIN)),
        ("t.txt", "\n".join(f"<PER>{w[0]}</PER> lives in <LOC>{w[3]}</LOC> {w[4]}" for w in PLAIN)),
        ("t.txt", "\n".join(f"{{{w[0]}|PER}} lives in {{{w[3]}|LOC}} {w[4]}" for w in PLAIN)),
        ("t.txt", "\n".join(" ".join(map("{}/{}".format, w, TAGGED)) for w in PLAIN)),
        ("t.csv", csv_of("id,text", [f"{w[4]},[PER: {w[0]}] lives in [LOC: {w[3]}] {w[4]}" for w in PLAIN])),
        ("t.csv", csv_of("sentence,tags", [f"{' '.join(w)},{' '.join(TAGGED)}" for w in PLAIN])),
        ("t.csv", csv_of("text;PER;LOC", [f"{' '.join(w)};{w[0]};{w[3]}" for w in PLAIN])),
        ("t.csv", "\n\n".join("\n".join(map("{};{}".format, w, TAGGED)) for w in PLAIN)),
        ("t.txt", "\n\n".join("\n".join(map("{}\t{}".format, w, [t.replace("-", "_") for t in TAGGED])) for w in PLAIN)),
    ],
)  # fmt: skip
def test_marks_inside_texts_and_tags_beside_them_are_read(
    settings: Settings, name: str, text: str
) -> None:
    version = read(settings, text, name, task="token_classification")
    assert version.summary.classes == {"PER": 30, "LOC": 30}
    rows = load_rows(settings.home / version.folder)
    assert (rows["input"][0], rows["target"][0]) == (MARKS[0], '[[0, 3, "PER", "Ann"], [13, 17, "LOC", "Rome"]]')  # fmt: skip


def told(at: int) -> dict[str, object]:
    marks = [{"from_name": "who", "value": {"start": 0, "end": 3, "labels": ["PER"]}}]
    chosen = [{"from_name": "topic", "value": {"choices": [("home", "work")[at % 2]]}}]
    return {"data": {"text": MARKS[at]}, "annotations": [{"result": [*marks, *chosen]}]}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", json.dumps([told(at) for at in range(30)])),
        ("t.csv", csv_of("text,topic", [f"[{w[0]}](PER) lives in {w[3]} {w[4]},{('home', 'work')[at % 2]}" for at, w in enumerate(PLAIN)])),
        ("t.jsonl", "\n".join(json.dumps({"tokens": w, "tags": TAGGED, "intent": ("home", "work")[at % 2]}) for at, w in enumerate(PLAIN))),
    ],
)  # fmt: skip
def test_marks_and_classes_of_a_row_are_learned_at_once(
    settings: Settings, name: str, text: str
) -> None:
    version = read(settings, text, name, task="multi_task")
    targets = load_rows(settings.home / version.folder)["target"]
    assert version.summary.target == "columns"
    assert ('"home"' in targets[0], "PER" in targets[0], len(targets)) == (True, True, 30)


def test_tags_that_are_numbers_are_asked_for(settings: Settings) -> None:
    lines = [json.dumps({"tokens": w, "ner_tags": [1, 0, 0, 2, 0]}) for w in PLAIN]
    with pytest.raises(DatasetError, match="tags_numbers"):
        read(settings, "\n".join(lines), "t.jsonl", task="token_classification")


SCRIPT = "\n\n".join(f"User: {SAID[at]}?\nAssistant: it is {at},\nas you said" for at in range(30))
TREE = [{"mapping": {str(n): {"parent": str(n - 1), "message": {"author": {"role": who}, "content": {"parts": [f"{SAID[at]} {n}"]}}} for n, who in enumerate(("system", "user", "assistant"))}} for at in range(30)]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "turns"),
    [
        ("t.txt", SCRIPT, 2),
        ("t.json", json.dumps(TREE), 2),
        ("t.json", json.dumps([{"talk": [{"human": SAID[at], "assistant": f"it is {at}"}]} for at in range(30)]), 2),
        ("t.json", json.dumps([{"instruction": SAID[at], "input": "", "output": f"it is {at}", "history": [["hello", "good day"]]} for at in range(30)]), 4),
        ("t.csv", csv_of("Customer;Agent", [f"{SAID[at]} please;it is the number {at}" for at in range(30)]), 2),
        ("t.tsv", "\n".join(f"where is number {at}, please?\tit is on the shelf behind {at}." for at in range(30)), 2),
    ],
)  # fmt: skip
def test_conversations_in_further_forms_keep_their_turns(
    settings: Settings, name: str, text: str, turns: int
) -> None:
    version = read(settings, text, name, task="text_generation")
    rows = load_rows(settings.home / version.folder)["input"]
    assert (len(rows), {len(turns_of(row)) for row in rows}) == (30, {turns})


XLIFF = '<?xml version="1.0"?><xliff version="1.2"><file source-language="en" target-language="zh"><body>{}</body></file></xliff>'  # fmt: skip
UNITS = "".join(f"<trans-unit id='{at}'><source>{a}</source><target>{b}</target></trans-unit>" for at, (a, b) in enumerate(zip(EN, ZH, strict=True)))  # fmt: skip


def test_files_of_translators_have_a_column_a_language(settings: Settings) -> None:
    version = read(settings, XLIFF.format(UNITS), "t.xlf", task="translation")
    assert (version.recipe.input, version.recipe.target, version.summary.rows) == ("en", "zh", 40)
