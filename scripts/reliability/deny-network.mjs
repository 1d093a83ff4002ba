// node --import ./scripts/reliability/deny-network.mjs …: every way of Node to a network throws, and says so on stderr, in worker threads too.
import dgram from 'node:dgram'
import dns from 'node:dns'
import {syncBuiltinESMExports} from 'node:module'
import net from 'node:net'

function deny(what) {
  return (...args) => {
    // A synchronous write: an error that somebody catches is to be seen all the same.
    process._rawDebug(
      `network denied: ${what} ${String(args[0]?.host ?? args[0]?.hostname ?? args[0]?.path ?? args[0] ?? '')}`,
    )
    throw new Error(`network denied: ${what}`)
  }
}

// http, https, http2, tls and fetch end in net.Socket#connect; fetch is named for its own sake.
net.Socket.prototype.connect = deny('connect')
net.Server.prototype.listen = deny('listen')
dgram.createSocket = deny('dgram')
for (const names of [dns, dns.promises])
  for (const name of Object.keys(names)) if (/^(lookup|resolve|reverse)/.test(name)) names[name] = deny(`dns.${name}`)
globalThis.fetch = deny('fetch')
syncBuiltinESMExports()
