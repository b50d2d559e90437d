"""Publish a film with FFmpeg's WHIP muxer, via PyAV; a separate process, because it holds the GIL.

python -m tests.live.whip URL SECONDS
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from aiortc import RTCCertificate
from cryptography.hazmat.primitives import serialization

from tests.live.film import scene

SIZE, FPS = (320, 240), 10
OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "bf": "0"}


def publish(url: str, seconds: float, folder: Path) -> None:
    """Send the film to an endpoint in real time, then end the session as WHIP requires."""
    with av.open(url, "w", format="whip", options=identity(folder)) as out:
        stream = out.add_stream("libx264", rate=FPS, options={**OPTIONS, "g": str(FPS)})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        out.start_encoding()
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(scene(SIZE, number / FPS, number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame.reformat(format="yuv420p")))
            time.sleep(1 / FPS)


def identity(folder: Path) -> dict[str, str]:
    """Return muxer options with a key of their own: GnuTLS builds generate one on P-224, which OpenSSL rejects."""
    rtc_certificate = RTCCertificate.generateCertificate()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    key.write_bytes(
        rtc_certificate._key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate.write_bytes(rtc_certificate._cert.public_bytes(pem))
    return {"key_file": str(key), "cert_file": str(certificate)}


if __name__ == "__main__":
    if "-v" in sys.argv:
        av.logging.set_level(av.logging.DEBUG)
    with TemporaryDirectory() as folder:
        publish(sys.argv[1], float(sys.argv[2]), Path(folder))
