from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from core.settings import ADULT, WEIGHTS, IceServer, Settings
from core.settings_reader import SettingsError, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert (settings.rating.label_above, settings.rating.label_below) == ("Sexy", "Ugly")
    assert settings.rating.min_age == ADULT
    assert settings.rating.weights_dir == WEIGHTS
    assert settings.live.ice_servers == []


def test_what_is_given_wins_over_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", "elsewhere")
    monkeypatch.setenv("FAIREST_THREADS", "3")
    settings = load_settings(weights_dir=tmp_path)
    assert (settings.rating.weights_dir, settings.rating.threads) == (tmp_path, 3)


def test_each_group_gets_its_own_and_knows_what_was_set(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "fairest.toml").write_text("max_pictures = 7\nmin_face = 40\n")
    monkeypatch.setenv("FAIREST_MAX_MEGAPIXELS", "9")
    monkeypatch.setenv("FAIREST_TRUSTED_PROXIES", "1")
    settings = load_settings()
    assert (settings.photos.max_pictures, settings.rating.min_face) == (7, 40)
    assert (settings.pictures.max_megapixels, settings.server.trusted_proxies) == (9, 1)
    assert {name: group.model_fields_set for name, group in settings} == {
        "rating": {"min_face"},
        "pictures": {"max_megapixels"},
        "photos": {"max_pictures"},
        "live": set(),
        "api": set(),
        "server": {"trusted_proxies"},
    }


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "fairest.toml").write_text('label_above = "Hot"\nlabel_below = "Not"\n')
    monkeypatch.setenv("FAIREST_LABEL_BELOW", "Plain")
    settings = load_settings()
    assert (settings.rating.label_above, settings.rating.label_below) == ("Hot", "Plain")


def test_another_file_can_be_named(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "my.toml").write_text("max_viewers = 9\n")
    monkeypatch.setenv("FAIREST_CONFIG", str(empty_folder / "my.toml"))
    assert load_settings().live.max_viewers == 9


def test_ice_servers_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_ICE_SERVERS", '[{"urls": ["stun:stun.example.org"]}]')
    assert load_settings().live.ice_servers == [IceServer(urls=["stun:stun.example.org"])]


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
    with pytest.raises(SettingsError, match=r"settings (are invalid|cannot be read)"):
        load_settings()


def test_the_safe_age_can_be_raised_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_MIN_AGE", "30")
    assert load_settings().rating.min_age == 30


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
        (f'[[api_keys]]\nname = "a b"\nhash = "{SECRET}"', "api_keys.0.name"),
    ],
)
def test_a_bad_value_is_reported_without_what_is_secret(empty_folder: Path, text: str, says: str) -> None:
    (empty_folder / "fairest.toml").write_text(text)
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings()
    assert SECRET[:7] not in f"{caught.value} {caught.value.__cause__}"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_PASSWORD", SECRET)
    settings = load_settings()
    assert settings.server.password
    assert settings.server.password.get_secret_value() == SECRET
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FAIREST_PASWORD", "FAIREST_PASSWORD"),
        ("FAIREST_PASS", "FAIREST_PASSWORD"),
        ("fairest_passwrod", "FAIREST_PASSWORD"),
        ("FAIREST_PASSWORD_HASHED", "FAIREST_PASSWORD_HASH"),
        ("FAIREST_SECRETS", "FAIREST_SECRET"),
        ("FAIREST__SECRET", "FAIREST_SECRET"),
        ("FAIREST_TRUSTED_PROXY", "FAIREST_TRUSTED_PROXIES"),
        ("FAIREST_MAXVIEWERS", "FAIREST_MAX_VIEWERS"),
        ("FAIREST_ICE_SERVERS__0__URLS", "FAIREST_ICE_SERVERS"),
        ("FAIREST_CONFIGS", "FAIREST_CONFIG"),
        ("FAIREST-PASSWORD", "FAIREST_PASSWORD"),
        ("FAIRESTPASSWORD", "FAIREST_PASSWORD"),
        ("FAIRIST_PASSWORD", "FAIREST_PASSWORD"),
    ],
)
def test_a_misspelt_variable_stops_the_start_and_is_told_what_it_was_meant_for(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, SECRET)
    with pytest.raises(SettingsError, match=f"{name} is not a setting; did you mean {meant}\\?") as caught:
        load_settings()
    assert SECRET[:7] not in f"{caught.value} {caught.value.__cause__}"


def test_a_variable_like_none_is_told_all_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_QQQQQQQQQQQQ", "1")
    with pytest.raises(
        SettingsError, match=r"FAIREST_QQQQQQQQQQQQ is not a setting; the settings are FAIREST_API_KEYS, .*THREADS"
    ):
        load_settings()


def test_every_fault_is_told_at_once(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "fairest.toml").write_text("min_aeg = 30\nthreads = 0\n")
    monkeypatch.setenv("FAIREST_PASWORD", SECRET)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    for part in ("FAIREST_PASWORD is not", "min_aeg is not a setting; did you mean min_age?", "threads: "):
        assert part in str(caught.value)


def test_variables_of_others_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "FAIREST_SITE",
        "FAIREST_A",
        "FAIREST_C",
        "FAIREST_FUZZ",
        "FOREST_SECRET",
        "FAIRSEQ_CONFIG",
        "PASSWORD",
    ):
        monkeypatch.setenv(name, "1")
    load_settings()


SERVICE = {
    "FAIREST_SERVICE_HOST": "10.0.0.7",
    "FAIREST_SERVICE_PORT": "80",
    "FAIREST_SERVICE_PORT_HTTP": "80",
    "FAIREST_PORT": "tcp://10.0.0.7:80",
    "FAIREST_PORT_80_TCP": "tcp://10.0.0.7:80",
    "FAIREST_PORT_80_TCP_ADDR": "10.0.0.7",
    "FAIREST_TURN_PORT_3478_UDP_PROTO": "udp",
    "FAIREST_TURN_SERVICE_HOST": "10.0.0.8",
}
"""What Kubernetes gives a pod, for the Services `fairest` and `fairest-turn` beside it."""


def test_what_kubernetes_adds_for_a_service_of_our_name_is_known_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICE.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="FAIREST_PORT is not a setting"):
        load_settings()
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    load_settings()
    monkeypatch.setenv("FAIREST_SERVICE_PASSWORD", SECRET)
    with pytest.raises(SettingsError, match="FAIREST_SERVICE_PASSWORD is not a setting"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('pasword = "x"', "pasword is not a setting; did you mean password?"),
        ('FAIREST_PASSWORD = "x"', "FAIREST_PASSWORD is not a setting; did you mean password?"),
        ("max-viewers = 3", "max-viewers is not a setting; did you mean max_viewers?"),
        ('[fairest]\npassword = "x"', "fairest is not a setting; the settings are api_keys, "),
        ('[[ice_servers]]\nurl = "stun:a"', "ice_servers.0: url is not a setting; did you mean urls?"),
        ('[[ice_servers]]\nurls = "stun:a"\npassword = "x"', "ice_servers.0: password is inside a table"),
        (
            '[[api_keys]]\nname = "a"\nhash = "x"\nper_minit = 3',
            "api_keys.0: per_minit is not a setting; did you mean per_",
        ),
    ],
)
def test_a_misspelt_key_is_told_what_it_was_meant_for(empty_folder: Path, text: str, says: str) -> None:
    (empty_folder / "fairest.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_is_passed_over(empty_folder: Path, mark: bytes, codec: str) -> None:
    text = 'label_above = "Красиво"\r\nmin_face = 40\r\n'
    (empty_folder / "fairest.toml").write_bytes(mark + text.encode(codec))
    settings = load_settings()
    assert (settings.rating.label_above, settings.rating.min_face) == ("Красиво", 40)


def test_a_file_in_another_encoding_gets_a_sentence(empty_folder: Path) -> None:
    (empty_folder / "fairest.toml").write_bytes('label_above = "Красиво"'.encode("cp1251"))
    with pytest.raises(SettingsError, match=r"expected UTF-8 text; byte 16 .*Check fairest\.toml"):
        load_settings()


def test_a_file_that_may_not_be_read_gets_a_sentence(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "fairest.toml").touch()

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SettingsError, match="Permission denied"):
        load_settings()


def test_an_ice_server_may_have_one_address_as_in_the_browser(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "fairest.toml").write_text('[[ice_servers]]\nurls = "stun:stun.example.org"')
    assert load_settings().live.ice_servers == [IceServer(urls=["stun:stun.example.org"])]
    monkeypatch.setenv("FAIREST_ICE_SERVERS", '[{"urls": "turn:t.example.org", "username": "u", "credential": "c"}]')
    assert load_settings().live.ice_servers[0].urls == ["turn:t.example.org"]


@pytest.mark.parametrize("urls", ['"http://stun.example.org"', "[]", '["stun:a", "b"]', '"stun:"', "7"])
def test_what_is_no_ice_server_is_reported(empty_folder: Path, urls: str) -> None:
    (empty_folder / "fairest.toml").write_text(f"[[ice_servers]]\nurls = {urls}")
    with pytest.raises(SettingsError, match=r"ice_servers\.0\.urls"):
        load_settings()
