// Preloaded into servers that would listen on all interfaces: they listen on loopback only.
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port === "object") return listen.call(this, { ...port, host: "127.0.0.1" }, ...rest);
  const callback = rest.find((argument) => typeof argument === "function");
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, callback);
};
