import { readdir, readFile, readlink } from 'node:fs/promises'

interface Socket {
  readonly local: string
  readonly remote: string
  readonly state: string
}

const established = '01'
const listening = '0A'

/** Where the connections lead that a process made and has open: `127.0.0.1:8080`. Linux only. */
export async function connectionsOf(pid: number): Promise<readonly string[]> {
  const sockets = await socketsOf(pid)
  const own = new Set(sockets.filter((it) => it.state === listening).map((it) => portOf(it.local)))
  const made = sockets.filter((it) => it.state === established && !own.has(portOf(it.local)))
  return made.map((it) => it.remote)
}

/** Ports on which a process listens. Linux only. */
export async function listeningPortsOf(pid: number): Promise<readonly number[]> {
  const sockets = await socketsOf(pid)
  return sockets.filter((it) => it.state === listening).map((it) => portOf(it.local))
}

function portOf(place: string): number {
  return Number(place.slice(place.lastIndexOf(':') + 1))
}

/** The TCP sockets of a process, from the tables of proc(5). */
async function socketsOf(pid: number): Promise<readonly Socket[]> {
  const inodes = await inodesOf(pid)
  const tables = await Promise.all(['tcp', 'tcp6'].map((it) => readFile(`/proc/${pid}/net/${it}`, 'utf8')))
  const rows = tables.flatMap((table) => table.split('\n').slice(1))
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => inodes.has(columns[9] ?? ''))
    .map(([, local = '', remote = '', state = '']) => ({
      local: placeOf(local),
      remote: placeOf(remote),
      state,
    }))
}

async function inodesOf(pid: number): Promise<ReadonlySet<string>> {
  const names = await readdir(`/proc/${pid}/fd`)
  const links = await Promise.all(names.map((it) => readlink(`/proc/${pid}/fd/${it}`).catch(() => '')))
  return new Set(links.flatMap((it) => /^socket:\[(\d+)\]$/.exec(it)?.[1] ?? []))
}

/** `0100007F:1F90` is 127.0.0.1:8080; an IPv6 address stays in hexadecimal. */
function placeOf(text: string): string {
  const [address = '', port = ''] = text.split(':')
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(address.slice(at, at + 2), 16))
  return `${address.length === 8 ? bytes.join('.') : address}:${Number.parseInt(port, 16)}`
}
