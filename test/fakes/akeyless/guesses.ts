import { createHash, randomInt } from 'node:crypto'

/**
 * Facts about Akeyless that no document states and nobody could verify. Each lists the answers that are plausible;
 * every run draws one of each from its seed, and client code must work under any. The documented facts stand in the
 * endpoints themselves and never depend on a draw.
 */
export const alternatives = {
  /** /auth answers 200 by the document; half of all operations answer 201. */
  authStatus: [200, 201],
  /** How the `expiration` of a new token is spelled. */
  expiration: ['rfc3339', 'unix', 'absent'],
  /** `ttl` of /validate-token: a number in the model, but models have been wrong. */
  ttlType: ['number', 'string'],
  /** /validate-token of a token that is no longer good: refused, or 200 with is_valid false. */
  validateInvalid: ['refused', 'notValid'],
  /** A call with an expired, revoked or unknown token. */
  invalidTokenStatus: [401, 403],
  /** A call without any token. */
  missingTokenStatus: [401, 400],
  /** /auth with a Kubernetes auth config that the Gateway does not know. */
  unknownConfigStatus: [404, 401, 400],
  /** /auth when the TokenReview says that the JWT is not authenticated. */
  reviewRefusedStatus: [401, 403],
  /** /auth when the API server cannot be reached or refuses the reviewer. */
  reviewFailedStatus: [500, 502, 503],
  /** /auth of an access id that was blocked after five failures. */
  blockedStatus: [401, 403, 429],
  /** Whether refusals of /auth come in the long documented form or as a short sentence. */
  authErrorForm: ['wrapped', 'short'],
  /** `Retry-After` on 429. */
  retryAfter: ['absent', 'seconds', 'date'],
  /** A batch of names of which one is denied or missing. */
  batchPartial: ['fail401', 'fail404', 'omit'],
  /** Whether a rule `/demo/app/*` covers `/demo/app` itself. */
  folderGlobCoversFolder: [true, false],
  /** Keys of a value map when the leading slash was left out of the request. */
  keyNames: ['asRequested', 'normalised'],
  /** What holds the fields of a rotated value. */
  rotatedEnvelope: ['value', 'targetValue', 'bare'],
  /** A value call for an item of another type. */
  wrongTypeStatus: [400, 404, 500],
  /** A value call for a version that does not exist. */
  unknownVersionStatus: [404, 400],
  /** `version: -2`: the last value but one, or the last two as a list. */
  negativeVersion: ['nthLast', 'list'],
  /** Where the leaf stands in `certificate_pem` when the item holds a chain. */
  chainOrder: ['leafFirst', 'leafLast'],
  /** Whether `minimal-view` of /list-items carries last_version and modification_date. */
  minimalViewShowsVersion: [true, false],
  /** What a rotation moves: the version and modification_date too, or last_rotation_date alone. */
  rotationMoves: ['version', 'dateOnly'],
  /** `last_rotation_date` of a secret that never rotated: when it was made, none, or Go's word for no time. */
  neverRotatedDate: ['creation', 'absent', 'yearOne'],
  /** Whether `auto-pagination: enabled` pages inside the service or leaves it to the caller. */
  autoPagination: ['inside', 'byCaller'],
  /** `item_type` of a classic key: a word of its own, or its algorithm. */
  classicKeyType: ['CLASSIC_KEY', 'RSA2048'],
  /** How /export-classic-key spells the certificate: as the model does, or as the fixtures do. */
  classicKeyCertificate: ['certificatePem', 'certificate_pem'],
  /** Whether `minimal-view` of /list-items is filtered by tag as the full view is. */
  minimalViewKnowsTags: [true, false],
  /** `next_page` of the last page. */
  lastPage: ['absent', 'empty'],
  /** /list-items of a folder where nothing may be seen. */
  listNothing: ['empty', 'refused'],
  /** A write without the capability for it. */
  deniedWriteStatus: [401, 403],
  /** /create-secret of a name that exists. */
  existsStatus: [409, 400],
  /** A value over 16 KB. */
  tooLargeStatus: [400, 413],
  /** The right on a dynamic secret that lets one extend its temporary credentials. */
  extendRight: ['read', 'update'],
  /** The right that lets one revoke them. */
  revokeRight: ['read', 'delete'],
  /** Temporary credentials that another access id asked for. */
  foreignLease: ['allowed', 'denied', 'hidden'],
  /** From when `new-ttl-min` counts. */
  extensionCountsFrom: ['now', 'creation'],
  /** Whether `host` of temporary credentials must be the one they are listed with. */
  leaseHost: ['any', 'listed'],
  /** An id of temporary credentials that nobody knows. */
  unknownLeaseStatus: [404, 400],
  /** An extension beyond the account's cap. */
  ttlOverCap: ['refused', 'capped'],
  /** A mint that the database refuses. */
  producerFailureStatus: [500, 400],
  /** A Gateway's command sent to the public service. */
  gatewayOnlyStatus: [400, 403, 404],
} as const satisfies Record<string, readonly (string | number | boolean)[]>

/** One answer for each open question. */
export type Guesses = { readonly [Name in keyof typeof alternatives]: (typeof alternatives)[Name][number] }

/** Draws one answer per question; the same seed gives the same answers, whatever questions are added later. */
export function drawGuesses(seed: number): Guesses {
  const drawn = Object.entries(alternatives).map(([name, answers]) => [
    name,
    answers[draw(seed, name) % answers.length],
  ])
  return Object.fromEntries(drawn) as Guesses
}

function draw(seed: number, name: string): number {
  return createHash('sha256').update(`${seed}/${name}`).digest().readUInt32BE(0)
}

let processSeed: number | undefined

/** The seed of this process: AKEYLESS_STANDIN_SEED to replay a failure, else drawn and told once on stderr. */
export function seedOfThisRun(): number {
  if (processSeed !== undefined) return processSeed
  const given = process.env['AKEYLESS_STANDIN_SEED']
  processSeed = given === undefined ? randomInt(1_000_000) : Number(given)
  if (!Number.isSafeInteger(processSeed))
    throw new Error('Cannot read AKEYLESS_STANDIN_SEED: it is not a whole number')
  process.stderr.write(`Akeyless stand-in: replay its guesses with AKEYLESS_STANDIN_SEED=${processSeed}\n`)
  return processSeed
}
