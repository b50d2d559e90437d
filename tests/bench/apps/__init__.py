"""Small apps that the live page is measured beside."""
