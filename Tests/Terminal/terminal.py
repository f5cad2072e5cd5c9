"""A terminal of some size with a program in it, and what a person would see there."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

PATIENCE = 60


class Terminal:
    """Runs a command in a pseudo-terminal and follows what it draws."""

    def __init__(self, command, columns=80, rows=24, environment=None):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        master, slave = pty.openpty()
        self.master = master
        self._set_size(columns, rows)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def _set_size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.read()
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def read(self, seconds=0.05):
        """Takes what has come; false once the program has let go of its end."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.bytes += data
            self.stream.feed(data)
            seconds = 0
        return True

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self):
        return "\n".join(self.lines)

    def wait(self, what, condition):
        """Reads until it holds; what is on the screen is told when it never does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            is_open = self.read()
            if condition(self):
                return
            if not is_open:
                break
        raise AssertionError(f"{what}: this is on the terminal:\n{self.text}")

    def wait_for(self, *words):
        self.wait(f"{words} never came", lambda it: all(word in it.text for word in words))

    def type(self, data):
        os.write(self.master, data)

    def end(self):
        """Waits for the program's end; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not self.read() or self.process.poll() is not None:
                break
        self.read()
        return self.process.wait(PATIENCE)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
