from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from core.batch.codepages import choose_codepage
from core.batch.listing import list_pictures
from core.batch.reading import Reader
from core.batch.zipnames import owner_names
from core.settings import PictureSettings
from tests.core.batch.factories import jpeg

RUSSIAN = ["Фото Маши.jpg", "отпуск/пляж.jpg", "ИВАНОВ.JPG", "день рождения Оли.png", "Ёлка.jpg", "IMG_001.jpg"]
JAPANESE = ["沖縄旅行/海.jpg", "田中さん.jpg", "表情.jpg", "ソニー 能登.jpg"]
CHINESE = ["我的照片/海边.jpg", "身份证正面.jpg", "毕业典礼 (2).jpg"]
TAIWANESE = ["我的相片/海邊.jpg", "許功蓋.jpg", "畢業典禮.jpg"]
KOREAN = ["제주도 여행/바다.jpg", "김철수.jpg", "졸업사진.jpg"]
GERMAN = ["Müller.jpg", "schöne Grüße/Übersicht.jpg", "Ägypten.jpg"]
FRENCH = ["élève.jpg", "Noël/père.jpg", "à la plage.jpg", "forêt.jpg"]
POLISH = ["Małgorzata.jpg", "święta u babci.jpg", "Łódź.jpg"]
GREEK = ["Αθήνα.jpg", "η γιαγιά μου.jpg"]
HEBREW = ["ירושלים.jpg", "יום הולדת.jpg"]
TURKISH = ["düğün.jpg", "İstanbul'da çocuk.jpg", "kardeşim.jpg"]

ARCHIVES = [
    *((RUSSIAN, page) for page in ("cp866", "cp1251", "koi8-r")),
    *((JAPANESE, page) for page in ("cp932", "euc-jp")),
    (CHINESE, "gbk"),
    (TAIWANESE, "cp950"),
    (KOREAN, "cp949"),
    *((GERMAN, page) for page in ("cp437", "cp850", "cp1252")),
    *((FRENCH, page) for page in ("cp437", "cp850", "cp1252")),
    *((POLISH, page) for page in ("cp852", "cp1250")),
    *((GREEK, page) for page in ("cp737", "cp1253")),
    *((HEBREW, page) for page in ("cp862", "cp1255")),
    *((TURKISH, page) for page in ("cp857", "cp1254")),
]


def packed(names: list[bytes], extra: bytes = b"", flag: int = 0) -> bytes:
    """A zip of entries with these names, as a program that knows nothing of Unicode writes it."""
    local, central = b"", b""
    for name in names:
        data = jpeg(1)
        head = struct.pack(
            "<HHHHHIIIHH", 20, flag, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(name), len(extra)
        )
        central += b"PK\x01\x02\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name + extra
        local += b"PK\x03\x04" + head + name + extra + data
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(central), len(local), 0)
    return local + central + end


def read(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return owner_names(archive.infolist())


@pytest.mark.parametrize(("names", "page"), ARCHIVES)
def test_names_are_read_as_their_owner_sees_them(names: list[str], page: str) -> None:
    assert read(packed([name.encode(page) for name in names])) == names


@pytest.mark.parametrize("names", [RUSSIAN, JAPANESE, GERMAN, ["हिन्दी.jpg"], ["ф.jpg"], ["é.jpg"], ["emoji 😀.jpg"]])
def test_utf8_is_known_though_nothing_says_it(names: list[str]) -> None:
    assert read(packed([name.encode() for name in names])) == names


def test_utf8_is_known_beside_names_that_are_none() -> None:
    names = [*(name.encode("cp866") for name in RUSSIAN), "Снимок.jpg".encode()]
    assert read(packed(names)) == [*RUSSIAN, "Снимок.jpg"]


def test_what_an_entry_says_counts() -> None:
    assert read(packed(["я.jpg".encode()], flag=0x800)) == ["я.jpg"]


def unicode_path(name: bytes, shown: str) -> bytes:
    content = b"\1" + struct.pack("<I", zlib.crc32(name)) + shown.encode()
    return struct.pack("<HH", 0x7075, len(content)) + content


def test_the_extra_field_of_info_zip_counts_for_the_name_that_it_was_made_for() -> None:
    raw = b"???.jpg\x80"
    timestamp_field = struct.pack("<HHI", 0x5455, 4, 0)
    assert read(packed([raw], timestamp_field + unicode_path(raw, "日本.jpg"))) == ["日本.jpg"]
    assert read(packed([raw], unicode_path(b"before.jpg", "日本.jpg"))) != ["日本.jpg"]


def test_bytes_that_no_language_writes_are_still_a_name() -> None:
    high_bytes = bytes(range(0x80, 0x100))
    (name,) = read(packed([high_bytes + b".jpg"]))
    assert name.endswith(".jpg")
    assert choose_codepage([]) == "utf-8"


def test_an_address_into_a_zip_has_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed([name.encode("cp866") for name in RUSSIAN] + [b"__MACOSX/._x.jpg"]))
    pictures = list(list_pictures([f"zip://::file://{tmp_path}/a.zip"]))
    assert sorted(picture.file for picture in pictures) == sorted(RUSSIAN)
    assert Reader(PictureSettings()).read(pictures[0]).shape == (32, 32, 3)
    (addressed,) = list_pictures([f"zip://{RUSSIAN[0]}::file://{tmp_path}/a.zip"])
    assert Reader(PictureSettings()).read(addressed).shape == (32, 32, 3)
