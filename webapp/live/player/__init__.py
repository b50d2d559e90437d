"""The Live page's browser component: camera, connection, picture and controls."""
