from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import ADULT, IceServer, SettingsError, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.label_above, settings.label_below) == ("Sexy", "Ugly")
    assert settings.min_age == ADULT
    assert settings.ice_servers == []


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "fairest.toml").write_text('label_above = "Hot"\nlabel_below = "Not"\n')
    monkeypatch.setenv("FAIREST_LABEL_BELOW", "Plain")
    settings = load_settings()
    assert (settings.label_above, settings.label_below) == ("Hot", "Plain")


def test_another_file_can_be_named(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "my.toml").write_text("max_viewers = 9\n")
    monkeypatch.setenv("FAIREST_CONFIG", str(empty_folder / "my.toml"))
    assert load_settings().max_viewers == 9


def test_ice_servers_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_ICE_SERVERS", '[{"urls": ["stun:stun.example.org"]}]')
    assert load_settings().ice_servers == [IceServer(urls=["stun:stun.example.org"])]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FAIREST_MIN_AGE", "17", "min_age"),
        ("FAIREST_THREADS", "none", "threads"),
        ("FAIREST_LABEL_BELOW", "Sexy", "must differ"),
        ("FAIREST_ICE_SERVERS", "[", "ice_servers"),
        ("FAIREST_CONFIG", "nowhere.toml", "nowhere.toml"),
    ],
)
def test_a_bad_value_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says):
        load_settings()


@pytest.mark.parametrize("text", ["no such = = toml", "unknown_name = 1"])
def test_a_bad_file_gets_a_sentence(empty_folder: Path, text: str) -> None:
    (empty_folder / "fairest.toml").write_text(text)
    with pytest.raises(SettingsError, match="settings cannot be"):
        load_settings()


def test_the_safe_age_can_be_raised_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_MIN_AGE", "30")
    assert load_settings().min_age == 30


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'password = "{SECRET[:7]}"', "password: .* at least 8"),
        (f'password = "{SECRET}"\npassword_hash = "{SECRET}"', "not both"),
        (f'password = ["{SECRET}"]', "password"),
        (f'pasword = "{SECRET}"', "pasword"),
        (f'secret = "{SECRET}"', "secret: .* at least 32"),
        (f'label_below = "Sexy"\npassword = "{SECRET}"', "must differ"),
        (f'[[ice_servers]]\nurls = "none"\ncredential = "{SECRET}"', "ice_servers.0.urls"),
    ],
)
def test_a_bad_value_is_told_without_what_is_secret(empty_folder: Path, text: str, says: str) -> None:
    (empty_folder / "fairest.toml").write_text(text)
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings()
    assert SECRET[:7] not in f"{caught.value} {caught.value.__cause__}"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_PASSWORD", SECRET)
    settings = load_settings()
    assert settings.password
    assert settings.password.get_secret_value() == SECRET
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump_json()}"
