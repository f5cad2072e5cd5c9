"""The servers whose fan-out is compared: how each is started, and how watchers and publishers speak."""

import json
import os
import subprocess
import sys

from running import HERE, Missing, Server, folder, free_port, program, run

UPDATE_BYTES = 202


def bare_loop(tools):
    """A loop in C that does nothing but send(2): what the kernel takes."""
    place = folder()
    pipe = place / "updates"
    os.mkfifo(pipe)
    # Opened for both, so that neither side waits for the other.
    end = os.open(pipe, os.O_RDWR)
    with open(place / "port", "wb") as output:
        process = subprocess.Popen(
            [tools.benchmarks, "bare-loop", str(UPDATE_BYTES)], stdin=end, stdout=output,
            stderr=subprocess.DEVNULL)
    os.close(end)
    for _ in range(100):
        text = (place / "port").read_text()
        if text.strip().isdigit():
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise Missing("this build has no bare loop")
    server = Server.__new__(Server)
    server.folder, server.port, server.process = place, int(text), process
    server.log = open(place / "log", "wb")
    return server, ["--hello", '{"type":"watch"}', "--snapshot", "--publish-pipe", str(pipe)]


def gavel(tools):
    """Each update is a bid, accepted, on disk and outbid at once by somebody with a huge max."""
    place, port = folder(), free_port()
    database = place / "gavel.db"
    limits = [f"{name}=1000000" for name in (
        "messages-per-second", "message-burst", "bids-per-second", "bid-burst",
        "bids-on-lot-per-second", "bid-on-lot-burst", "new-connections-per-second",
        "new-connections-burst")]
    server = Server(
        [tools.gavel, "serve", "--database", str(database), "--listen", f"127.0.0.1:{port}"]
        + [word for limit in limits for word in ("--limit", limit)], place, port)
    server.wait_until_listening()

    def command(*words):
        return run([tools.gavel, *words, "--database", str(database)]).strip()

    command("auction", "create", "Load", "--id", "lot", "--start", "1", "--increments", "1",
            "--closes", "+1h")
    tokens = {}
    for bidder in ("high", "bidder"):
        command("bidder", "add", bidder)
        tokens[bidder] = json.loads(command("bidder", "token", bidder, "--json"))["token"]
    command("bid", "lot", "--amount", "90071992547409.91", "--token", tokens["high"])
    return server, ["--path", "/v1/ws", "--snapshot", "--publish-path", "/v1/ws", "--publish-token",
                    tokens["bidder"], "--bid-on", "lot", "--hello",
                    '{"type":"watch","auction":"lot","feed":"full"}']


def uwebsockets(tools):
    python = tools.virtual_environment / "bin" / "python"
    if not python.exists():
        raise Missing("socketify could not be installed from PyPI")
    port = free_port()
    server = Server([str(python), str(HERE / "uwebsockets.py"), str(port)], folder(), port)
    return server.wait_until_listening(), ["--path", "/sub", "--publish-path", "/pub"]


def node_ws(tools):
    node = program("node")
    if not os.path.exists("/usr/share/nodejs/ws"):
        raise Missing("there is no node-ws")
    port = free_port()
    server = Server([node, str(HERE / "node_ws.js"), str(port)], folder(), port)
    return server.wait_until_listening(), ["--path", "/sub", "--publish-path", "/pub"]


def nchan(tools):
    nginx = program("nginx", "/usr/sbin/nginx")
    module = "/usr/lib/nginx/modules/ngx_nchan_module.so"
    if not os.path.exists(module):
        raise Missing("nginx has no nchan")
    place, port = folder(), free_port()
    # Started by a superuser it gives its worker another user by itself; by others it needs Debian's
    # folders to be theirs.
    (place / "nginx.conf").write_text(f"""
        load_module {module};
        daemon off; worker_processes 1; worker_rlimit_nofile 60000; pid {place}/pid;
        error_log {place}/log warn;
        events {{ worker_connections 50000; }}
        http {{
            access_log off;
            client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
            uwsgi_temp_path {place}; scgi_temp_path {place};
            nchan_shared_memory_size 256m;
            server {{
                listen 127.0.0.1:{port} backlog=1024;
                location = /sub {{
                    nchan_subscriber websocket; nchan_channel_id lot;
                    nchan_subscriber_first_message newest; nchan_message_buffer_length 10;
                }}
                location = /pub {{
                    nchan_publisher websocket; nchan_channel_id lot; nchan_message_buffer_length 10;
                }}
            }}
        }}
        """)
    server = Server([nginx, "-c", f"{place}/nginx.conf", "-p", f"{place}/"], place, port)
    return server.wait_until_listening(), ["--path", "/sub", "--publish-path", "/pub"]


def nats(tools):
    nats_server = program("nats-server", "/usr/sbin/nats-server")
    place, port = folder(), free_port()
    (place / "nats.conf").write_text(f"""
        listen: "127.0.0.1:{free_port()}"
        max_connections: 200000
        websocket {{ listen: "127.0.0.1:{port}", no_tls: true, compression: false }}
        """)
    server = Server([nats_server, "-c", f"{place}/nats.conf"], place, port, "nobody")
    connect = r'CONNECT {"verbose":false,"pedantic":false}\n'
    return server.wait_until_listening(), [
        "--hello", connect + r"SUB lot 1\n", "--publish-path", "/",
        "--publish-head", rf"PUB lot {UPDATE_BYTES}\n", "--publish-tail", r"\n"]


PEERS = [
    ("Gavel", gavel),
    ("bare C loop, send(2)", bare_loop),
    ("uWebSockets (socketify)", uwebsockets),
    ("nginx, nchan", nchan),
    ("Node, ws", node_ws),
    ("NATS, WebSocket", nats),
]

if sys.version_info < (3, 9):
    sys.exit("Python 3.9 or newer is needed")
