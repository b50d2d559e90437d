from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from core.settings import ROOT
from core.settings_reader import load_settings
from webapp.commands import app


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that Streamlit gets."""
    words: list[str] = []
    monkeypatch.setattr("runpy.run_module", lambda *_, **__: words.extend(sys.argv))
    monkeypatch.setattr(sys, "argv", ["fairest"])
    return words


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_streamlit_serves_the_page_with_its_own_options(called: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--port", "9000", "--server.baseUrlPath", "fairest"]) == 0
    script = str(ROOT / "webapp" / "app.py")
    assert called == ["streamlit", "run", script, "--server.port", "9000", "--server.baseUrlPath", "fairest"]
    assert "http://localhost:9000" in capsys.readouterr().out
    assert Path.cwd() == ROOT, "the folder that holds .streamlit"


def test_https_makes_a_certificate_first(
    called: list[str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("webapp.server.https.FOLDER", elsewhere / "certs")
    app.main(["--https"])
    assert called[-4:] == [
        *("--server.sslCertFile", str(elsewhere / "certs" / "server.crt")),
        *("--server.sslKeyFile", str(elsewhere / "certs" / "server.key")),
    ]
    assert all(Path(file).is_file() for file in called[-3::2])
    assert "https://localhost:8501" in capsys.readouterr().out


def test_a_settings_file_here_holds_in_the_projects_folder_too(
    called: list[str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIREST_CONFIG", "fairest.toml")
    (elsewhere / "fairest.toml").write_text("min_face = 77")
    app.main([])
    assert load_settings().rating.min_face == 77
    assert called


def test_an_installed_page_stays_where_it_was_called(
    called: list[str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "INSTALLED", True)
    app.main([])
    assert Path(os.getcwd()) == elsewhere
    assert called


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.main(["--port", text])
    assert "1 to 65535" in capsys.readouterr().err
