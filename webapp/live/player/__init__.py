"""The live page's own component: camera, connection, picture and controls, in the browser."""
