// ws for Node: whoever connects to /sub gets what is sent to /pub. node node_ws.js PORT
const http = require("http");
const { WebSocketServer, WebSocket } = require("/usr/share/nodejs/ws");

const server = http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const watchers = new Set();
sockets.on("connection", (socket, request) => {
  if (request.url === "/sub") {
    watchers.add(socket);
    socket.on("close", () => watchers.delete(socket));
  } else {
    socket.on("message", (update) => {
      for (const watcher of watchers) {
        if (watcher.readyState === WebSocket.OPEN) watcher.send(update, { binary: false });
      }
    });
  }
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 1024 }, () =>
  console.log("ready"));
