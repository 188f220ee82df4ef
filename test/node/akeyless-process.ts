// Runs the Akeyless stand-in inside a node's network, where pods reach it by TLS. Its parent tells it what to hold.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { startAkeyless } from '../fakes/akeyless/stand-in.ts'
import type { Order, OutsideAkeyless } from './akeyless.ts'

const [options] = (await once(process, 'message')) as [OutsideAkeyless]
const standIn = await startAkeyless({
  k8s: options.k8s,
  tls: {
    certificatePem: await readFile(options.certificateFile, 'utf8'),
    privateKeyPem: await readFile(options.keyFile, 'utf8'),
  },
})
standIn.state.k8sAuth(options.auth)
standIn.state.role({ accessId: options.auth.accessId, rules: [options.rule] })

// The stand-in itself listens on loopback only.
const door = createServer((socket) => {
  const inner = connect(standIn.port, '127.0.0.1')
  for (const [from, to] of [
    [socket, inner],
    [inner, socket],
  ] as const) {
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
    from.pipe(to)
  }
})
door.listen(options.port, options.address, () => process.send?.('ready'))

process.on('message', (order: Order) => {
  standIn.state.putSecret(order.name, order.value)
  process.send?.('done')
})
// Whoever started it is gone.
process.on('disconnect', () => process.exit(0))
