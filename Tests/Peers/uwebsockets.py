"""uWebSockets through socketify: whoever connects to /sub gets what is sent to /pub. uwebsockets.py PORT"""

import sys

from socketify import App, OpCode

app = App()


def publish(ws, message, opcode):
    app.publish("lot", message, OpCode.TEXT)


app.ws("/sub", {"compression": 0, "idle_timeout": 120, "open": lambda ws: ws.subscribe("lot")})
app.ws("/pub", {"compression": 0, "idle_timeout": 120, "message": publish})
app.listen({"port": int(sys.argv[1]), "host": "127.0.0.1"}, lambda _: print("ready", flush=True))
app.run()
