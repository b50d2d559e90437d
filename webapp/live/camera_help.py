"""What to do when the browser provides no camera, in a sentence for each of the browser's error names.

webapp.live.player shows these; browsers themselves say no more than "NotAllowedError: Permission denied".
"""

from __future__ import annotations

from webapp.common.i18n import N_

SENTENCES = {
    "insecure": N_(
        "This page cannot reach a camera here: browsers allow it only over HTTPS or on localhost. Open the page as "
        "https://, or on the machine that serves it as http://localhost. Without a camera, choose the demo video or "
        "use Photos."
    ),
    "NotAllowedError": N_(
        "The camera was refused. Allow it for this page (the camera sign beside the address), then press START again. "
        "Without a camera, choose the demo video or use Photos."
    ),
    "NotFoundError": N_(
        "No camera was found. Connect one, then press START again. Without a camera, choose the demo video or use "
        "Photos."
    ),
    "NotReadableError": N_(
        "The camera cannot be read: another program may be using it. Close that program, then press START again. "
        "Without a camera, choose the demo video or use Photos."
    ),
    "OverconstrainedError": N_(
        "This camera does not offer a usable picture size. Choose another one, or the demo video, or use Photos."
    ),
    "PathError": N_(
        "No picture can reach the server: your browser and the server find no path for video to each other. Try "
        "another network, or switch a VPN off; a firewall may let no UDP through. Whoever runs the server can open its "
        "UDP ports or name a TURN server."
    ),
    "AbortError": N_(
        "The camera stopped answering. Connect it anew, then press START again. Without a camera, choose the demo "
        "video or use Photos."
    ),
}
