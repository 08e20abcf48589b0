"""The only place with sockets: pinned TLS out, WSGI in."""
