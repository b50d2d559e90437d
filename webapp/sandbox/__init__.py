"""Rate untrusted pictures in separate, sandboxed processes, so that a malicious file cannot compromise the server."""
