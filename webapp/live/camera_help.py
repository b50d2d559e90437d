"""What to do when the browser provides no camera, in a sentence for each of the browser's error names.

webapp.live.player shows these; browsers themselves say no more than "NotAllowedError: Permission denied".
"""

from __future__ import annotations

from webapp.common.i18n import N_

SENTENCES = {
    "insecure": N_(
        "This page cannot use a camera here: browsers allow it only over HTTPS or on localhost. Open the page as "
        "https://, or on the machine that runs the server as http://localhost. Without a camera, choose the demo video "
        "or use Photos."
    ),
    "NotAllowedError": N_(
        "Camera access was denied. Allow it for this page (the camera icon next to the address), then press START "
        "again. Without a camera, choose the demo video or use Photos."
    ),
    "NotFoundError": N_(
        "No camera was found. Connect one, then press START again. Without a camera, choose the demo video or use "
        "Photos."
    ),
    "NotReadableError": N_(
        "The camera is not available: another program may be using it. Close that program, then press START again. "
        "Without a camera, choose the demo video or use Photos."
    ),
    "OverconstrainedError": N_(
        "This camera does not offer a usable picture size. Choose another one, or the demo video, or use Photos."
    ),
    "PathError": N_(
        "Your video cannot reach the server: your browser and the server find no network path to each other. Try "
        "another network, or switch off your VPN; a firewall may be blocking UDP. The server's operator can open its "
        "UDP ports or configure a TURN server."
    ),
    "AbortError": N_(
        "The camera stopped responding. Reconnect it, then press START again. Without a camera, choose the demo video "
        "or use Photos."
    ),
}
