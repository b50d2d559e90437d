"""The Photos page: pictures arrive, are rated, looked through and taken home."""
