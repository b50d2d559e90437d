from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr, ValidationError

from core.settings import (
    FIELDS,
    GROUPS,
    INSTALLED,
    ROOT,
    TABLES,
    WEIGHTS,
    ApiKey,
    IceServer,
    LiveSettings,
    PictureSettings,
    RatingSettings,
    ServerSettings,
    Settings,
    find_weights,
    holds_secret,
)

SECRET = "hunter2-hunter2"


def test_models_are_those_of_the_package_or_else_those_beside_it(tmp_path: Path) -> None:
    package = tmp_path / "core"
    assert find_weights(package) == tmp_path / "weights"
    (package / "weights").mkdir(parents=True)
    assert find_weights(package) == package / "weights"
    assert not INSTALLED
    assert ROOT / "weights" == WEIGHTS == RatingSettings().weights_dir


def test_no_two_groups_have_a_setting_of_one_name() -> None:
    assert list(GROUPS) == list(Settings.model_fields)
    assert len(FIELDS) == sum(len(group.model_fields) for group in GROUPS.values())


def test_neither_settings_nor_a_group_is_changed() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.rating = RatingSettings(threads=1)
    with pytest.raises(ValidationError, match="frozen"):
        settings.rating.threads = 1


def test_a_group_has_no_setting_of_another() -> None:
    with pytest.raises(ValidationError, match="max_viewers"):
        RatingSettings.model_validate({"max_viewers": 3})


def test_what_two_settings_say_of_each_other_holds_in_their_group() -> None:
    with pytest.raises(ValidationError, match="must differ"):
        RatingSettings(label_below="Sexy")
    with pytest.raises(ValidationError, match="not both"):
        ServerSettings(password=SecretStr(SECRET), password_hash=SecretStr(SECRET))


def test_secrets_are_known_by_their_type() -> None:
    secrets = {name for name, field in FIELDS.items() if holds_secret(field.annotation)}
    assert secrets == {"password", "password_hash", "secret", "ice_servers", "api_keys"}


def test_secrets_do_not_show() -> None:
    turn = IceServer(urls=["turn:t.example.org"], username="u", credential=SecretStr(SECRET))
    settings = Settings(live=LiveSettings(ice_servers=[turn]), server=ServerSettings(password=SecretStr(SECRET)))
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_lists_of_tables_are_known_by_their_type() -> None:
    assert {"ice_servers": IceServer, "api_keys": ApiKey} == TABLES


def test_no_picture_within_its_limit_is_one_that_pillow_refuses() -> None:
    refused = 2 * (Image.MAX_IMAGE_PIXELS or 0)
    PictureSettings(max_megapixels=refused // 1_000_000)
    with pytest.raises(ValidationError, match="max_megapixels"):
        PictureSettings(max_megapixels=refused // 1_000_000 + 1)
