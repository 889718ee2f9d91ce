"""A wire to a database or broker that can be cut."""

from __future__ import annotations

import socket
import threading
import time


class Wire:
    """Passes bytes to a server until it is cut, or falls silent as a machine does that was switched off."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[socket.socket] = []
        self.silent = False
        self.mute = False  # questions still come through, answers do not
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Nobody listens, and who was connected is no longer."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._pairs:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already
        self._pairs.clear()

    def mend(self) -> None:
        """Listens again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            self._pairs += [near, far]
            for one, other in ((near, far), (far, near)):  # questions, answers
                threading.Thread(target=self._pass, args=(one, other, one is far), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        try:
            while data := one.recv(65536):
                while self.silent or (answers and self.mute):
                    time.sleep(0.02)
                other.sendall(data)
        except OSError:
            return
        finally:
            other.close()
