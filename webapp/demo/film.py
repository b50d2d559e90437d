"""Make a film of portraits: slow pans over one, two or three side by side, cross-faded, in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from core.images.crop import Image
from core.output.files import atomic_write

WIDTH, HEIGHT, FPS = 640, 480, 30
FADE = 0.5
"""Duration of a cross-fade in seconds; part of both scenes."""

CELL = 480
"""Width in pixels to which portraits are cropped when several stand side by side."""

SEAM = 60
"""Width in pixels over which neighbouring portraits' backgrounds are blended."""


@dataclass(frozen=True, slots=True)
class View:
    """The visible part of a strip of portraits: the strip point at the picture's centre, and picture pixels per strip
    pixel.
    """

    x: float
    y: float
    scale: float

    def towards(self, other: View, share: float) -> View:
        """Interpolate towards another view; share: 0 to 1."""
        x, y, scale = (
            a + share * (b - a) for a, b in ((self.x, other.x), (self.y, other.y), (self.scale, other.scale))
        )
        return View(x, y, scale)

    def of(self, strip: Image) -> Image:
        """Render the view, RGB uint8 (HEIGHT, WIDTH, 3); beyond the strip its edge pixels are repeated."""
        matrix = np.array(
            [[self.scale, 0, WIDTH / 2 - self.scale * self.x], [0, self.scale, HEIGHT / 2 - self.scale * self.y]]
        )
        rendered = cv2.warpAffine(
            strip, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(rendered, np.uint8)


@dataclass(frozen=True, slots=True)
class Scene:
    """Portraits side by side and a slow pan over them. seconds: duration including the fades at both ends."""

    portraits: tuple[str, ...]
    start: View
    end: View
    seconds: float


# No face is centred where one is in the next scene: a tracker must not confuse two people.
SCENES = (
    Scene(("014_08.jpg",), View(360, 325, 1.06), View(354, 318, 1.14), 4.0),
    Scene(("013_08.jpg", "017_08.jpg"), View(460, 366, 0.70), View(500, 352, 0.73), 5.0),
    Scene(("004_08.jpg",), View(356, 322, 1.14), View(362, 330, 1.06), 4.0),
    Scene(("011_08.jpg", "021_08.jpg", "024_08.jpg"), View(460, 362, 0.70), View(980, 362, 0.70), 7.0),
)
"""From the Face Research Lab London Set; people who clearly look adult, so that the guard lets them be rated."""


def side_by_side(portraits: list[Image]) -> Image:
    """Join portraits into a strip, RGB uint8, all of the same height: a single one unchanged, several cropped and
    blended.
    """
    if len(portraits) == 1:
        return portraits[0]
    height, width = portraits[0].shape[:2]
    strip = np.zeros((height, CELL * len(portraits), 3), np.float32)
    weight = np.zeros((1, strip.shape[1], 1), np.float32)
    margin = SEAM // 2
    ramp = np.minimum(1.0, (np.arange(CELL + SEAM) + 1) / SEAM)
    blend = np.minimum(ramp, ramp[::-1]).astype(np.float32)[None, :, None]
    left = (width - CELL) // 2 - margin
    for number, portrait in enumerate(portraits):
        x0 = number * CELL - margin
        begin, end = max(0, -x0), min(CELL + SEAM, strip.shape[1] - x0)
        strip[:, x0 + begin : x0 + end] += blend[:, begin:end] * portrait[:, left + begin : left + end]
        weight[:, x0 + begin : x0 + end] += blend[:, begin:end]
    return np.asarray(np.rint(strip / weight), np.uint8)


def frames(scenes: tuple[Scene, ...], strips: list[Image]) -> Iterator[Image]:
    """Yield the film's frames, FPS per second, RGB uint8 (HEIGHT, WIDTH, 3). The last scene fades into the first.

    Args:
        scenes: at least two, each longer than two fades.
        strips: one per scene.
    """
    fade = round(FADE * FPS)
    lengths = [round(scene.seconds * FPS) for scene in scenes]

    def frame(scene: int, number: int) -> Image:
        view = scenes[scene].start.towards(scenes[scene].end, number / lengths[scene])
        return view.of(strips[scene])

    for scene, length in enumerate(lengths):
        previous = scene - 1
        for number in range(length - fade):
            picture = frame(scene, number)
            if number < fade:
                share = (number + 1) / (fade + 1)
                last = frame(previous, lengths[previous] - fade + number)
                picture = np.asarray(cv2.addWeighted(picture, share, last, 1 - share, 0), np.uint8)
            yield picture


def read_strips(folder: Path, scenes: tuple[Scene, ...] = SCENES) -> list[Image]:
    """Read the portraits from a folder and return the strip of each scene.

    Raises:
        FileNotFoundError: a portrait is missing or is not a readable picture.
    """

    def read(name: str) -> Image:
        picture = cv2.imread(str(folder / name))
        if picture is None:
            raise FileNotFoundError(f"expected a portrait {folder / name}; it cannot be read.")
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)

    return [side_by_side([read(name) for name in scene.portraits]) for scene in scenes]


def write(path: Path, pictures: Iterator[Image], quality: int = 28) -> None:
    """Encode frames as WebM, VP9.

    Args:
        path: output file.
        pictures: RGB uint8 (HEIGHT, WIDTH, 3), FPS per second.
        quality: CRF, 0 to 63; lower is better and larger.
    """
    options = {"crf": str(quality), "b": "0", "deadline": "good", "cpu-used": "2", "g": str(4 * FPS)}
    with atomic_write(path) as file, av.open(file, "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
