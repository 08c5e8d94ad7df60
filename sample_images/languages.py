"""Where the invented patients live: names, clinics and words in several scripts.

Every family name says that it is invented: "example", "sample", "trial", "imagined" in its own
language. Data elements of one data set share its Specific Character Set, so a patient's doctor
and clinic speak the patient's language.
"""

# ruff: noqa: RUF001 - these scripts have letters that look like Latin ones
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What a patient's language lends to the data set.

    Names are DICOM person names without carets. Where they have three parts, separated by "=",
    these are the alphabetic, ideographic and phonetic component groups (PS3.5 6.2.1).
    `studies` are the Study Descriptions for DX, CT, MR and MG in this order.
    """

    specific_character_set: tuple[str, ...]
    families: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    womens_families: tuple[str, ...] = ()  # where they differ from men's
    suffix: str = ""  # of a physician's name
    prefix: str = ""
    institutions: tuple[str, ...] = ()
    studies: tuple[str, str, str, str] = ("", "", "", "")


GERMAN = Language(
    specific_character_set=("ISO_IR 100",),
    families=(
        "Müsterlein", "Beispielhuber", "Erfundengrün", "Probemöller", "Phantomböck",
        "Musterhölzer", "Ausgedachtner", "Vorlagemüller", "Attrappenßen", "Fantasiewälder",
    ),
    women=("Käthe", "Annegret", "Jördis", "Ulrike", "Heidemarie", "Bärbel", "Svenja", "Liselotte"),
    men=("Jürgen", "Götz", "Matthias", "Björn", "Rüdiger", "Sören", "Korbinian", "Lothar"),
    prefix="Dr. med.",
    institutions=("Klinikum Musterhausen", "Radiologie Beispielstädt", "Krankenhaus Erfundingen"),
    studies=("Thorax p.a. und seitlich", "CT Thorax", "MRT Lendenwirbelsäule", "Mammographie bds."),
)  # fmt: skip

ENGLISH = Language(
    specific_character_set=("ISO_IR 100",),
    families=(
        "Exampleton", "Sampleford", "Fictionby", "Madeupson", "Testerly", "Phantomwick",
        "Placeholder", "Inventham", "Dummysworth", "Imagineau",
    ),
    women=("Phoebe", "Rosalind", "Harriet", "Beatrix", "Winifred", "Imogen", "Cordelia", "Maud"),
    men=("Barnaby", "Edmund", "Percival", "Rupert", "Alistair", "Cuthbert", "Leopold", "Monty"),
    suffix="MD",
    institutions=("Nowhere General Hospital", "St. Example's Infirmary", "Sampleshire Imaging"),
    studies=("Chest PA and lateral", "CT chest", "MRI lumbar spine", "Mammogram, bilateral"),
)  # fmt: skip

TURKISH = Language(
    specific_character_set=("ISO_IR 148",),
    families=(
        "Örnekoğlu", "Denemeci", "Uydurmaz", "Hayaligil", "Taslakçı", "Numuneşen", "Kurgusoy",
        "Sözdeğil", "Modelışık", "Sanalyıldız",
    ),
    women=("Ayşegül", "Gülşen", "Çiğdem", "Nurşah", "Özlem", "Şebnem", "İpek", "Müjgan"),
    men=("Tuğrul", "Ömer", "Barış", "Çağatay", "Işık", "Görkem", "Şükrü", "Yiğit"),
    prefix="Uzm. Dr.",
    institutions=("Örnekköy Devlet Hastanesi", "Hayalşehir Tıp Merkezi", "Deneme Görüntüleme"),
    studies=("Akciğer grafisi PA ve yan", "Toraks BT", "Lomber omurga MR", "Mamografi, iki yönlü"),
)  # fmt: skip

FRENCH = Language(
    specific_character_set=("ISO_IR 100",),
    families=(
        "Exempleau", "Fictivière", "Modèlet", "Inventépin", "Essayé", "Spécimont", "Imaginaçon",
        "Factîce", "Leçonneau", "Maquettoux",
    ),
    women=("Zoé", "Éléonore", "Thérèse", "Océane", "Hélène", "Maëlle", "Françoise", "Aurélie"),
    men=("Loïc", "François", "Jérôme", "Gaël", "Rémi", "Benoît", "Théophile", "Étienne"),
    prefix="Dr",
    institutions=("Hôpital Saint-Exemple", "Clinique de la Fiction", "CHU d'Inventé-sur-Rêve"),
    studies=("Thorax face et profil", "TDM thoracique", "IRM lombaire", "Mammographie bilatérale"),
)  # fmt: skip

# Kanji whose JIS X 0208 code holds the byte of a backslash, caret or equals sign are left out (the
# usual word for "sample" among them): the Standard allows them, but programs that count values or
# components without following escape sequences, dciodvfy among them, take them for delimiters.
_KANJI_FAMILIES = (
    "Kaku=架空=かくう", "Hinagata=雛形=ひながた", "Kamei=仮名=かめい", "Shiken=試験=しけん",
    "Reiji=例示=れいじ", "Gensaku=幻作=げんさく", "Mokei=模型=もけい", "Tsukuri=作里=つくり",
)  # fmt: skip
_KANJI_WOMEN = (
    "Hanako=花子=はなこ", "Misaki=美咲=みさき", "Sachiko=幸子=さちこ", "Yuka=由香=ゆか",
    "Chie=千恵=ちえ", "Akemi=明美=あけみ",
)  # fmt: skip
_KANJI_MEN = (
    "Taro=太郎=たろう", "Ichiro=一郎=いちろう", "Kenji=健二=けんじ", "Shigeru=茂=しげる",
    "Hiroshi=浩=ひろし", "Saburo=三郎=さぶろう",
)  # fmt: skip
_KANJI_INSTITUTIONS = ("架空市立病院", "試験大学病院", "例示画像診断センター")
_KANJI_STUDIES = ("胸部X線 正面・側面", "胸部CT", "腰椎MRI", "マンモグラフィ 両側")

# Two ways to write Japanese that archives meet: code extensions with escape sequences
# (PS3.3 C.12.1.1.2, PS3.5 H) and UTF-8.
JAPANESE = Language(
    specific_character_set=("", "ISO 2022 IR 87"),
    families=_KANJI_FAMILIES,
    women=_KANJI_WOMEN,
    men=_KANJI_MEN,
    institutions=_KANJI_INSTITUTIONS,
    studies=_KANJI_STUDIES,
)
JAPANESE_UTF8 = Language(
    specific_character_set=("ISO_IR 192",),
    families=_KANJI_FAMILIES,
    women=_KANJI_WOMEN,
    men=_KANJI_MEN,
    institutions=_KANJI_INSTITUTIONS,
    studies=_KANJI_STUDIES,
)

GREEK = Language(
    specific_character_set=("ISO_IR 126",),
    families=("Παραδειγματίδης", "Φανταστόπουλος", "Υποδειγματάκης", "Δοκιμόπουλος", "Πλασματίδης"),
    womens_families=(
        "Παραδειγματίδου", "Φανταστοπούλου", "Υποδειγματάκη", "Δοκιμοπούλου", "Πλασματίδου",
    ),
    women=("Ελένη", "Δήμητρα", "Αγγελική", "Ευτυχία", "Χρυσούλα", "Ιφιγένεια"),
    men=("Γιώργος", "Σταύρος", "Θανάσης", "Νικηφόρος", "Λεωνίδας", "Στέλιος"),
    institutions=("Νοσοκομείο Παραδείγματος", "Κλινική Φαντασίας"),
    studies=("Θώρακος F+P", "Αξονική θώρακος", "Μαγνητική ΟΜΣΣ", "Μαστογραφία άμφω"),
)  # fmt: skip

CYRILLIC = Language(
    specific_character_set=("ISO_IR 144",),
    families=("Примеров", "Выдуманов", "Образцов-Тестов", "Условнов", "Черновиков", "Макетов"),
    womens_families=(
        "Примерова", "Выдуманова", "Образцова-Тестова", "Условнова", "Черновикова", "Макетова",
    ),
    women=("Людмила", "Зинаида", "Ольга", "Снежана", "Маргарита", "Ярослава"),
    men=("Геннадий", "Аркадий", "Всеволод", "Тимофей", "Юрий", "Ярополк"),
    institutions=("Больница города Примерска", "Клиника имени Образца"),
    studies=("Рентген грудной клетки", "КТ грудной клетки", "МРТ поясницы", "Маммография"),
)  # fmt: skip

ARABIC = Language(
    specific_character_set=("ISO_IR 127",),
    families=("المثالي", "الخيالي", "التجريبي", "النموذجي", "الافتراضي"),
    women=("ليلى", "سلمى", "نورة", "هيفاء", "زينب", "دلال"),
    men=("عمر", "طارق", "يوسف", "نبيل", "حسام", "رشيد"),
    institutions=("مستشفى المثال العام", "عيادة الخيال"),
    studies=("أشعة الصدر", "تصوير مقطعي للصدر", "رنين العمود القطني", "تصوير الثدي"),
)

# By patient number, round and round; the first sixteen meet every one of them.
ROUND = (
    GERMAN, TURKISH, JAPANESE, FRENCH, ENGLISH, GERMAN, GREEK, TURKISH,
    JAPANESE_UTF8, FRENCH, GERMAN, JAPANESE, CYRILLIC, ENGLISH, TURKISH, ARABIC,
)  # fmt: skip
