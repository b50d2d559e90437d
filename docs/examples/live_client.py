"""Prints the faces that a server sees in a film or a camera: python live_client.py http://localhost:8501 film.mp4."""

import asyncio
import json
import sys
import urllib.request

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer


async def watch(server: str, film: str) -> None:
    peer, over = RTCPeerConnection(RTCConfiguration(iceServers=[])), asyncio.Event()
    player = MediaPlayer(film)  # A camera: MediaPlayer("/dev/video0", format="v4l2").
    peer.addTrack(player.video)
    player.video.on("ended", over.set)
    channel = peer.createDataChannel("faces", ordered=False, maxRetransmits=0)
    channel.on("message", lambda message: print(message, flush=True))
    channel.on("close", over.set)
    await peer.setLocalDescription(await peer.createOffer())
    offer = json.dumps({"sdp": peer.localDescription.sdp, "type": "offer"}).encode()
    request = urllib.request.Request(f"{server}/live/offer", offer, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        answer = json.load(reply)
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
    await over.wait()
    await peer.close()


asyncio.run(watch(sys.argv[1], sys.argv[2]))
