"""Labels that are one class are joined, those that only look so are told, several in one cell are seen."""

from bigmodel.data.tables.label import Spellings, alike, are_codes, joined, several, shown


def test_other_spellings_of_a_label_are_joined() -> None:
    labels = {
        "1": 5,
        "1.0": 9,
        "POS": 2,
        "pos": 9,
        "\uff59es": 1,
        "yes ": 4,
        "sa\u200bfe": 1,
        "safe": 3,
    }
    assert joined(labels, {}) == {
        "1.0": "1", "POS": "pos", "\uff59es": "yes ", "sa\u200bfe": "safe",
    }  # fmt: skip


def test_what_a_person_decided_stays() -> None:
    assert joined({"POS": 9, "pos": 2}, {"pos": "pos"}) == {"POS": "pos"}
    assert joined({"POS": 9, "pos": 2}, {"pos": "pos", "POS": "POS"}) == {}


def test_labels_that_look_alike_are_told() -> None:
    cyrillic, turned = "s\u0430fe", "\u202eefas"
    assert len(alike(["safe", cyrillic, turned, "odd"])) == 1
    assert alike(["1", "01", "2"]) == ["1 / 01"]
    assert "U+202E" in shown(turned)


def test_several_labels_in_one_cell_are_seen() -> None:
    rows = {"food": 9, "food;price": 9, "service": 9, "service;food": 8}
    assert several(rows) == (";", ["food", "price", "service"])
    assert several({'["a", "b"]': 5, '["a"]': 5, '["b"]': 5}) == ("[]", ["a", "b"])
    assert several({"Salt Lake, Utah": 5, "Reno, Nevada": 5, "Bern": 3}) is None


def test_codes_are_told_from_amounts() -> None:
    assert are_codes(["000", "001", "120"])
    assert not are_codes(["10", "20", "120"])
    assert not are_codes(["0", "1", "2"])


def test_class_is_found_however_it_is_written() -> None:
    spelled = Spellings(["1", "0", "pos"])
    assert [spelled(label) for label in ("1.0", "0", " POS", "neg")] == ["1", "0", "pos", "neg"]


def test_tags_parted_by_blanks_are_seen_and_names_of_several_words_are_not() -> None:
    sky, ground = ("clear", "haze", "cloudy"), ("primary", "water", "road", "agriculture")
    tags = {f"{one} {two}": 3 for one in sky for two in ground}
    tags |= {f"{one} primary {two}": 2 for one in sky for two in ground[1:]}
    assert several(tags) == (" ", [*sky[:1], *ground, *sky[1:]])
    grades = ("very good", "good", "bad", "very bad", "not good", "not bad")
    assert several(dict.fromkeys(grades, 5)) is None
    assert several({f"New {name} City": 4 for name in "abcdefghijklmn"}) is None


def test_few_tags_parted_by_a_blank_are_seen() -> None:
    assert several({"food": 9, "price": 9, "food price": 5}) == (" ", ["food", "price"])
    places = ("cat indoor", "cat outdoor", "dog indoor", "dog outdoor", "cat", "dog")
    assert several(dict.fromkeys(places, 4)) == (" ", ["cat", "indoor", "outdoor", "dog"])
    assert several({"#a #b": 4, "#b #c": 4, "#a": 3, "#c": 2}) == (" ", ["#a", "#b", "#c"])
    assert several({"strongly agree": 4, "agree": 4, "disagree": 3}) is None
