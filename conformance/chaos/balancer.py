"""HAProxy in front of the nodes: it asks each of them twice a second whether it serves, and repeats no request."""

import shutil
import subprocess

from ports import free_port

SETTINGS = """
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 12s
    option redispatch
listen nodes
    bind 127.0.0.1:{port}
    balance roundrobin
    option httpchk GET /api/v3/system
    timeout check 1s
    default-server inter 500ms fall 2 rise 1
{servers}
"""


class NoBalancer(Exception):
    """HAProxy is missing."""


class Balancer:
    def __init__(self, folder, ports):
        self.port = free_port()
        self._settings = folder / "haproxy.cfg"
        servers = "\n".join(f"    server node{number} 127.0.0.1:{port} check" for number, port in enumerate(ports))
        self._settings.write_text(SETTINGS.format(port=self.port, servers=servers))

    def __enter__(self):
        program = shutil.which("haproxy") or shutil.which("/usr/sbin/haproxy")
        if not program:
            raise NoBalancer("HAProxy is missing: apt-get install haproxy")
        self._process = subprocess.Popen([program, "-db", "-f", self._settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
