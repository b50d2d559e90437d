"""The Live page, and the glue between WebRTC and core."""
