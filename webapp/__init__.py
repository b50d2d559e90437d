"""What a person sees: the pages, and the glue between WebRTC and core."""
