from __future__ import annotations

import zipfile

import pytest

from core.errors import ImageError
from tests.webapp.sandbox import zips
from webapp.sandbox.archive import Entry, Listing, content, is_archive, list_entries


def listing(data: bytes, max_files: int = 10, max_mb: int = 1, max_archive_mb: int = 1) -> Listing:
    return list_entries(data, max_files, max_mb, max_archive_mb)


def refusals(data: bytes) -> dict[str, str]:
    return {refusal.name: str(refusal.error) for refusal in listing(data).refused}


def test_entries_are_listed_and_opened() -> None:
    data = zips.zipped({"a.jpg": b"one", "b/c.png": b"two!"})
    assert listing(data) == Listing((Entry(0, "a.jpg", 3), Entry(1, "c.png", 4)), ())
    assert content(data, 1, 1) == b"two!"


def test_archives_are_known_by_their_content() -> None:
    assert is_archive(zips.zipped({"a": b""}))
    assert is_archive(zips.zipped({}))
    assert not is_archive(b"\xff\xd8\xff" + zips.zipped({"a": b""}))
    assert not is_archive(b"")


def test_folders_and_what_systems_leave_behind_are_passed_over() -> None:
    files = {"b/": b"", "__MACOSX/b/._a.jpg": b"x", ".DS_Store": b"x", "b/.hidden.jpg": b"x", "b/a.jpg": b"one"}
    assert listing(zips.zipped(files)) == Listing((Entry(4, "a.jpg", 3),), ())


def test_thumbnails_and_settings_of_folders_are_passed_over() -> None:
    passed_over = ("Thumbs.db", "b/desktop.ini", ".Trashes/x.jpg", "__MACOSX/._a.jpg", "$RECYCLE.BIN/y.jpg")
    listed = listing(zips.zipped({**dict.fromkeys(passed_over, b"x"), "b/notes.txt": b"hello", "a.jpg": b"one"}))
    assert [entry.name for entry in listed.entries] == ["notes.txt", "a.jpg"]
    assert listed.refused == ()
    with pytest.raises(ImageError, match="contains no files"):
        listing(zips.zipped(dict.fromkeys(passed_over, b"x")))


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("cp866", ["Фото Маши.jpg", "отпуск/пляж.jpg", "ещё.jpg"]),
        ("cp932", ["表紙.jpg", "旅行/能登.jpg", "ソフト.jpg"]),
        ("gbk", ["照片/我的.jpg", "毕业典礼.jpg"]),
    ],
)
def test_names_in_code_pages_are_read(page: str, names: list[str]) -> None:
    """Some of their second bytes are those of a backslash."""
    stand_ins = ["".join(f"{byte:02x}" for byte in name.encode(page))[: len(name.encode(page))] for name in names]
    data = zips.zipped(dict.fromkeys(stand_ins, b"one"))
    for stand_in, name in zip(stand_ins, names, strict=True):
        data = data.replace(stand_in.encode(), name.encode(page))
    listed = listing(data)
    assert [entry.name for entry in listed.entries] == [name.rpartition("/")[2] for name in names]
    assert [content(data, entry.index, 1) for entry in listed.entries] == [b"one"] * len(names)


@pytest.mark.parametrize("name", ["../../x.jpg", "/etc/x.jpg", "C:\\x.jpg", "a/../x.jpg", "\u202ex.jpg"])
def test_names_are_shown_and_never_paths(name: str) -> None:
    assert [entry.name for entry in listing(zips.zipped({name: b"one"})).entries] == ["x.jpg"]


def test_names_of_macs_are_read() -> None:
    data = zips.zipped({"cn.jpg": b"one"}).replace(b"cn.jpg", "ф.jpg".encode())
    assert [entry.name for entry in listing(data).entries] == ["ф.jpg"]


def test_encrypted_entries_are_refused() -> None:
    data = zips.encrypted(zips.zipped({"a.jpg": b"one"}))
    assert "encrypted" in refusals(data)["a.jpg"]
    with pytest.raises(ImageError, match="encrypted"):
        content(data, 0, 1)


@pytest.mark.parametrize(
    "begin", [zips.zipped({"x": b""}), b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"]
)
def test_archives_within_are_refused(begin: bytes) -> None:
    assert "archive inside" in refusals(zips.zipped({"a.jpg": begin + bytes(100)}))["a.jpg"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int) -> None:
    assert "another method" in refusals(zips.zipped({"a.jpg": b"one"}, method))["a.jpg"]


def test_an_entry_that_is_too_large_is_refused() -> None:
    assert "at most 1 MB" in refusals(zips.zipped({"a.jpg": bytes(1_000_001)}))["a.jpg"]


def test_an_entry_that_is_larger_than_it_says_is_refused_without_being_read_whole() -> None:
    data = zips.claiming(zips.zeros("a.jpg", 40), 500_000)
    (entry,) = listing(data).entries
    assert entry.size == 500_000
    with pytest.raises(ImageError):
        content(data, 0, 1)


def test_all_together_may_be_too_large() -> None:
    listed = listing(zips.zipped({f"{n}.jpg": bytes(900_000) for n in range(6)}))
    assert [entry.index for entry in listed.entries] == [0, 1, 2, 3]
    assert all("at most 4 MB in a zip" in str(refusal.error) for refusal in listed.refused)


def test_those_beyond_the_most_are_left_out_in_one_sentence() -> None:
    listed = listing(zips.zipped({f"{n}.jpg": b"x" for n in range(500)}))
    assert len(listed.entries) == 10
    (refusal,) = listed.refused
    assert refusal.name == ""
    assert "at most 10 pictures in a zip; this one contains 500" in str(refusal.error)


def test_entries_that_share_their_bytes_count_each() -> None:
    data = zips.overlapping(zips.zipped({"a.jpg": bytes(900_000)}), 1000)
    assert len(listing(data).entries) <= 4


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip", zips.zipped({"a.jpg": bytes(500)})[:60]])
def test_what_is_no_zip_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(ImageError, match="truncated or damaged"):
        listing(data)


def test_a_zip_of_nothing_gets_a_sentence() -> None:
    with pytest.raises(ImageError, match="contains no files"):
        listing(zips.zipped({"b/": b""}))


def test_damage_within_an_entry_gets_a_sentence() -> None:
    data = bytearray(zips.zipped({"a.jpg": bytes(range(256)) * 20}, zipfile.ZIP_STORED))
    data[2000] ^= 0xFF
    assert len(listing(bytes(data)).entries) == 1
    with pytest.raises(ImageError, match="truncated or damaged"):
        content(bytes(data), 0, 1)


def test_every_truncation_and_many_changes_end_in_a_listing_or_a_sentence() -> None:
    data = zips.zipped({"a.jpg": b"one" * 50, "b/c.png": b"two"})
    for position in range(len(data)):
        for changed in (data[:position], data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]):
            try:
                listed = listing(changed)
                for entry in listed.entries:
                    content(changed, entry.index, 1)
            except ImageError as error:
                message = str(error)
            else:
                message = "Expected."
            assert message.startswith("Expected")
