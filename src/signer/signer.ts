import type { Log } from '../std/log.ts'
import type { Redacted } from '../std/redacted.ts'

/** What is to be signed, and for whom. Nothing in it is secret. */
export interface SigningRequest {
  /** UID of the CertificateRequest or CertificateSigningRequest: what an idempotency key is made of. */
  readonly uid: string
  readonly name: string
  /** Absent for a Kubernetes CertificateSigningRequest. */
  readonly namespace?: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  /** PKCS#10 as PEM, as it lies in the request: with whatever text stands around it. */
  readonly csrPem: string
  /** For how long the certificate is asked for; 7,776,000 (90 days) when the request does not say. */
  readonly durationSeconds: number
  readonly isCA: boolean
  /** cert-manager's words: `digital signature`, `key encipherment`, `server auth`... */
  readonly usages: readonly string[]
  readonly issuer: IssuerRef
}

export interface IssuerRef {
  readonly kind: string
  /** Absent for the cluster kind. */
  readonly namespace?: string | undefined
  readonly name: string
  readonly uid: string
}

export interface SignOptions {
  readonly signal: AbortSignal
  readonly log: Log
}

/** What came of a submit or a poll. */
export type SignResult = Issued | Pending

/** Certificates as the CA gave them: DER, in any order, with or without root; not yet judged (see `publish.ts`). */
export interface Issued {
  readonly kind: 'issued'
  readonly certificates: readonly Uint8Array[]
}

/** The CA took the request and has not decided. */
export interface Pending {
  readonly kind: 'pending'
  /** What `poll` needs to find it again, after a restart too; no secret, at most 2,000 characters. */
  readonly id: string
  /** For people: `the order waits for approval`. */
  readonly message: string
  readonly pollAfterMs: number
}

/** What a check proved. */
export interface Checked {
  /** For the status: `its health check answered`, or `TCP, TLS and login worked; there is no health step`. */
  readonly how: string
  /** What is to be told loudly: that verification is off, that a mock CA was made anew. */
  readonly warnings: readonly SignerWarning[]
  /** SHA-256 of the CA certificate in lower-case hex, where the signer holds the CA itself. */
  readonly caFingerprint?: string | undefined
}

export interface SignerWarning {
  /** A stable word for condition, Event and metric: `TLSVerificationOff`, `MockCAReplaced`. */
  readonly reason: string
  readonly message: string
}

/** Signs for one issuer, as its configuration was when it was opened. Failures are those of `sign-failure.ts`. */
export interface Signer {
  /** Proves that the CA can be reached and lets us in; signs nothing. */
  check(options: SignOptions): Promise<Checked>
  /** Hands a CSR in. Called once per request UID, unless an earlier call failed in a way that says nothing was made. */
  submit(request: SigningRequest, options: SignOptions): Promise<SignResult>
  /** Asks what became of a pending one. */
  poll(request: SigningRequest, id: string, options: SignOptions): Promise<SignResult>
  /** For how long failures that may pass are retried, from the first of them. */
  readonly retryWindowMs: number
  /** For how long a pending request may stay so; absent is for ever. */
  readonly pendingLimitMs?: number | undefined
  /** For how long a submit or a poll may take in all its calls, where that may be more than two minutes. */
  readonly callLimitMs?: number | undefined
  /** What the answers of this CA may have beyond what was asked; absent is nothing. For `publish.ts`. */
  readonly leniency?: Leniency | undefined
  /** Ends connections; what is known of tokens is forgotten. */
  close(): Promise<void>
}

/** For PKIs whose profiles fix what a request cannot choose. */
export interface Leniency {
  /** The certificate may live longer than was asked for. */
  readonly longerValidity?: boolean | undefined
}

/** Everything a signer is opened with: values, or ways to get them, never the Kubernetes client. */
export interface OpenSignerOptions {
  /** For messages: `ExternalIssuer shop/corp-pki`. */
  readonly title: string
  readonly issuer: IssuerRef
  /** The data of the ConfigMap that configRef names; undefined where a mock CA has none. */
  readonly config: ReadonlyMap<string, string> | undefined
  /** The data of the Secret that authSecretRef names; undefined when it names none. */
  readonly credentials: ReadonlyMap<string, Redacted<Uint8Array>> | undefined
  /** The CA fingerprint that the issuer's status shows from before, if any. */
  readonly previousFingerprint?: string | undefined
  readonly ports: SignerPorts
  readonly log: Log
}

/** What a signer may ask of the cluster; the namespace is the issuer's and cannot be chosen. All throw Failures. */
export interface SignerPorts {
  /** One key of another Secret or ConfigMap: a CA bundle, a client certificate. `path` is for messages. */
  read(ref: DataRef, path: string, signal: AbortSignal): Promise<Redacted<Uint8Array>>
  /** A token of a ServiceAccount by TokenRequest, for backends that review such tokens. */
  serviceAccountToken(
    ref: { readonly name: string; readonly audiences: readonly string[]; readonly expirationSeconds: number },
    path: string,
    signal: AbortSignal,
  ): Promise<Redacted>
  /** Puts one value into a Secret that was made for it (a refresh token that rotates). */
  save(
    ref: { readonly name: string; readonly key: string },
    value: Redacted,
    signal: AbortSignal,
  ): Promise<void>
}

export interface DataRef {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly key: string
}

/** A way of signing: `pki`, `mockca`. `open` checks the configuration and throws `InvalidConfig`. */
export interface SignerType {
  readonly name: string
  open(options: OpenSignerOptions): Promise<Signer>
}
