import { InvalidArgumentError, Option } from 'commander'

/** What the manager is told of the endpoint for Akeyless events. */
export interface NoticeFlags {
  /** Empty: no endpoint. */
  readonly eventListenAddress: string
  readonly eventAdvertiseAddress?: string
  readonly eventTlsCertFile?: string
  readonly eventTlsKeyFile?: string
  readonly eventClientCaFile?: string
  readonly eventTokenFile?: string
}

/** The flags of the endpoint; `bindAddress` reads HOST:PORT. */
export function noticeFlags(bindAddress: (text: string) => string): Option[] {
  return [
    new Option(
      '--event-listen-address <address>',
      "where webhooks of Akeyless's event forwarder are taken by HTTPS; 0 turns it off",
    )
      .argParser(bindAddress)
      .default('0'),
    new Option(
      '--event-advertise-address <host:port>',
      'where the other replicas reach this one (default: POD_IP and the port)',
    ).argParser(reachable),
    new Option('--event-tls-cert-file <file>', 'certificate of that endpoint, PEM; reread when it changes'),
    new Option('--event-tls-key-file <file>', 'its key'),
    new Option('--event-client-ca-file <file>', 'CAs whose client certificates may tell events'),
    new Option('--event-token-file <file>', 'bearer token of whoever may tell events'),
  ]
}

function reachable(text: string): string {
  if (/^([-a-zA-Z0-9.]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(text)) return text
  throw new InvalidArgumentError('It takes HOST:PORT.')
}
