"""The package as it is built and installed, outside the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.settings import ROOT, WEIGHTS
from deploy.light_wheel import lighten
from tests import faces
from tests.browser.serving import end, free_port
from tests.patience import until
from tests.webapp.commands.sites import file_server
from webapp.doctor.finding import Level
from webapp.doctor.network import is_fairest
from webapp.doctor.proxy import check_page

LEFT_OUT = ("__pycache__", ".pyc", ".venv", "tests/", "docs/")
RATED = """
from core.settings_reader import load_settings
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings

if __name__ == "__main__":
    pool = Pool(WorkerSettings.of(load_settings()))
    picture = open({picture!r}, "rb").read()
    print(len(pool.rate(picture, "facegrid", "mobilenet_v2").result(60).faces))
    pool.close()
"""
"""Has a picture rated as the photos page does: in a process that may read no more than it must."""


def run(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program outside the repository, without what our variables say."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FAIREST", "PYTHON"))}
    return subprocess.run(
        command, cwd=cwd, env=environment | variables, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that is made from it."""
    out = tmp_path_factory.mktemp("dist")
    completed = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=out)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the programs of an environment with the wheel."""
    with installed(wheel, tmp_path_factory.mktemp("venv")) as folder:
        yield folder


@contextmanager
def installed(wheel: Path, place: Path) -> Iterator[Path]:
    """The folder of the programs of a fresh environment, whose own package is ours alone; the others are borrowed."""
    venv.create(place, with_pip=False)
    paths = sysconfig.get_paths("venv", {"base": str(place), "platbase": str(place)})
    borrowed = "\n".join(entry for entry in sys.path if entry.endswith("site-packages"))
    (Path(paths["purelib"]) / "borrowed.pth").write_text(borrowed)
    python = shutil.which("python", path=paths["scripts"])
    assert python is not None
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    completed = run(*pip, "install", "--no-deps", "--no-index", "-q", str(wheel), cwd=place)
    assert completed.returncode == 0, completed.stderr
    yield Path(paths["scripts"])
    shutil.rmtree(place)


def fairest(scripts: Path, *words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("fairest", path=str(scripts))
    assert program is not None
    return run(program, *words, cwd=cwd, **variables)


def test_the_wheel_has_what_the_page_reads_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(archive.read(name).decode() for name in names if name.endswith("METADATA"))
    assert {"core/weights/manifest.json", "webapp/.streamlit/config.toml", "core/batch/codepages.json"} <= names
    assert not [name for name in names if any(part in name for part in LEFT_OUT)]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"core", "training", "webapp", "fairest"}
    assert "Provides-Extra: train" in metadata


def test_the_sdist_has_what_the_wheel_is_made_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "weights/manifest.json", ".streamlit/config.toml"} <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", ".venv"))]


def test_it_prints_its_version(scripts: Path, tmp_path: Path) -> None:
    completed = fairest(scripts, "--version", cwd=tmp_path)
    assert (completed.returncode, completed.stdout.split()[0]) == (0, "fairest"), completed.stderr


def test_its_client_goes_by_its_name(scripts: Path, tmp_path: Path) -> None:
    program = "import fairest; print(fairest.__all__ and fairest.Client('http://x').url, fairest.AsyncClient.__name__)"
    completed = run(str(scripts / Path(sys.executable).name), "-c", program, cwd=tmp_path)
    assert completed.stdout.split() == ["http://x", "AsyncClient"], completed.stderr


def test_it_rates_a_picture_with_its_own_models(scripts: Path, tmp_path: Path) -> None:
    completed = fairest(scripts, "rate", str(faces.FOLDER / faces.ADULT), cwd=tmp_path)
    assert completed.returncode == 0, completed.stderr
    (face,) = json.loads(completed.stdout)["faces"]
    assert 1 < face["rating"] < 5


def test_a_light_one_brings_its_models_once(wheel: Path, tmp_path: Path) -> None:
    light = lighten(wheel)
    assert light.stat().st_size < wheel.stat().st_size / 5
    with installed(light, tmp_path / "venv") as scripts, file_server(WEIGHTS) as address:
        rating = ("rate", str(faces.FOLDER / faces.ADULT))
        refused = fairest(scripts, *rating, cwd=tmp_path)
        assert (refused.returncode, "fairest weights" in refused.stderr) == (2, True), refused.stderr
        downloading = fairest(scripts, *rating, cwd=tmp_path, FAIREST_WEIGHTS_URL=address)
        assert downloading.returncode == 0, downloading.stderr
        afterwards = fairest(scripts, *rating, cwd=tmp_path)
        assert json.loads(afterwards.stdout)["faces"] == json.loads(downloading.stdout)["faces"]
    light.unlink()


def test_the_doctor_finds_it_well(scripts: Path, tmp_path: Path) -> None:
    completed = fairest(scripts, "doctor", "--port", str(free_port()), cwd=tmp_path, HOME=str(tmp_path))
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert str(Path("core", "weights")) in completed.stdout
    assert str(ROOT) + os.sep not in completed.stdout.replace(str(scripts.parent), "")


def test_pictures_are_opened_in_a_confined_process(scripts: Path, tmp_path: Path) -> None:
    program = tmp_path / "rated.py"
    program.write_text(RATED.format(picture=str(faces.FOLDER / faces.ADULT)))
    python = shutil.which("python", path=str(scripts))
    assert python is not None
    completed = run(python, str(program), cwd=tmp_path)
    assert (completed.returncode, completed.stdout) == (0, "1\n"), completed.stderr


def test_it_serves_the_page_with_its_own_configuration(scripts: Path, tmp_path: Path) -> None:
    port = free_port()
    program = shutil.which("fairest", path=str(scripts))
    assert program is not None
    command = [program, "app", "--port", str(port), "--server.address", "127.0.0.1"]
    environment = os.environ | {"HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            until(lambda: is_fairest(port))
            until(lambda: [finding.level for finding in check_page(f"http://127.0.0.1:{port}", 0)] == [Level.OK] * 4)
        finally:
            end(process)
