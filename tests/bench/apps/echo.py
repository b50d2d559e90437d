"""Plain echo: the video comes back as it is. What remains is the cost of WebRTC itself.

streamlit run tests/bench/apps/echo.py
"""

from streamlit_webrtc import WebRtcMode, webrtc_streamer

webrtc_streamer(
    key="live",
    mode=WebRtcMode.SENDRECV,
    rtc_configuration={"iceServers": []},
    media_stream_constraints={"video": True, "audio": False},
)
