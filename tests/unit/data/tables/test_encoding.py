"""Texts in encodings of one byte a character are told apart by their letters; Western ones stay what they were."""

from pathlib import Path

import pytest

from bigmodel.data.tables.encoding import find_encoding

TEXTS = {
    "ru": "Доставка пришла вовремя, но упаковка была повреждена. Очень хороший товар, всем советую!\n",
    "uk": "Доставка була швидкою, але коробка виявилася пошкодженою. Дуже гарний товар.\n",
    "el": "Αυτή η παράδοση ήταν γρήγορη αλλά το κουτί ήταν χαλασμένο. Πολύ καλό προϊόν.\n",
    "he": "המשלוח הגיע בזמן אבל האריזה הייתה פגומה. מוצר טוב מאוד\n",
    "ar": "وصل الطلب في الوقت المحدد ولكن العبوة كانت تالفة منتج جيد جدا\n",
    "th": "สินค้ามาถึงตรงเวลาแต่กล่องเสียหาย สินค้าดีมาก\n",
    "pl": "Dostawa była szybka, lecz pudełko było zniszczone. Bardzo się cieszę, że działa.\n",
    "cs": "Příliš žluťoučký kůň, rychlé dodání, ale krabice byla poškozená. Říkám děkuji moc.\n",
    "de": "Die Lieferung war pünktlich, aber die Schachtel beschädigt. Für mich schön groß.\n",
    "fr": "La livraison était à l’heure, mais la boîte abîmée. Très bon produit, ça va « bien ».\n",
    "es": "El envío llegó rápido, pero ¿la caja? Dañada. ¡Qué lástima! Mañana pediré otra.\n",
    "pounds": "U don’t win £1000 every day, it’s true.\n",
    "da": "Leveringen var hurtig, men æsken var ødelagt på vej. Rød grød med fløde.\n",
}


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        ("ru", "cp1251", "Windows-1251"),
        ("ru", "koi8_r", "KOI8-R"),
        ("ru", "cp866", "CP866"),
        ("uk", "cp1251", "Windows-1251"),
        ("el", "cp1253", "Windows-1253"),
        ("he", "cp1255", "Windows-1255"),
        ("ar", "cp1256", "Windows-1256"),
        ("th", "cp874", "Windows-874"),
        ("pl", "cp1250", "Windows-1250"),
        ("cs", "cp1250", "Windows-1250"),
        ("de", "cp1252", "Windows-1252"),
        ("fr", "cp1252", "Windows-1252"),
        ("es", "cp1252", "Windows-1252"),
        ("pounds", "cp1252", "Windows-1252"),
        ("de", "cp850", "DOS, CP850"),
        ("es", "mac_roman", "Mac OS Roman"),
        ("da", "cp1252", "Windows-1252"),
    ],
)
def test_letters_tell_the_encoding(tmp_path: Path, text: str, codec: str, name: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(("text,label\n" + TEXTS[text] * 30).encode(codec))
    assert find_encoding(path).name == name


def test_japanese_of_a_bank_has_few_kana(tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    rows = [
        f"2024/3/{n},{('スーパー', '電車')[n % 2]}で支払い,{n}円,{('食費', '交通費')[n % 2]}"
        for n in range(9)
    ]
    path.write_bytes("\n".join(["日付,摘要,お支払金額,分類", *rows]).encode("cp932"))
    assert find_encoding(path).name == "Shift-JIS"
