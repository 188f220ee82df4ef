import { requestAccessReview } from './access-api.ts'
import { ask, isSuccess } from './answer.ts'
import { apiErrorOf, property } from './api-status.ts'
import {
  applyCall,
  createCall,
  deleteCall,
  getCall,
  jsonPatchCall,
  listCall,
  mergePatchCall,
} from './calls.ts'
import type { Client, ListOptions, ObjectList, RequestOptions } from './client.ts'
import { isNotFound } from './errors.ts'
import type { Kind } from './kind.ts'
import type { KubeObject, ObjectRef } from './object.ts'
import { withType } from './selection-request.ts'
import { type Call, createSend, type Send, type SendOptions } from './send.ts'
import { requestToken, reviewToken } from './token-api.ts'
import type { Transport } from './transport.ts'

/** A client over a transport; the contract is that of `Client`, `retry.ts` says what is sent again. */
export function createClient(transport: Transport, options: SendOptions = {}): Client {
  const send = createSend(transport, options)
  const object = async <T>(call: Call, options: RequestOptions) => (await ask(send, call, options)).value as T
  const client: Client = {
    get: async (kind, ref, options) => object(getCall(kind, ref, options), options),
    find: <T extends KubeObject>(kind: Kind, ref: ObjectRef, options: RequestOptions) =>
      client.get<T>(kind, ref, options).catch(undefinedIfNotFound),
    list: async (kind, options) => list(send, kind, options),
    create: async (kind, body, options) => object(createCall(kind, body, options), options),
    apply: async <T extends KubeObject>(kind: Kind, body: T, options: Parameters<Client['apply']>[2]) => {
      const { value, status } = await ask(send, applyCall(kind, body, options), options)
      return { object: value as T, created: status === 201 }
    },
    jsonPatch: async (kind, ref, patch, options) => object(jsonPatchCall(kind, ref, patch, options), options),
    mergePatch: async (kind, ref, patch, options) =>
      object(mergePatchCall(kind, ref, patch, options), options),
    delete: async (kind, ref, options) => {
      const call = deleteCall(kind, ref, options)
      const { response, uncertain } = await send(call, options)
      // Gone after an attempt whose answer was lost: that attempt deleted it.
      if (response.status === 404 && uncertain) return
      if (!isSuccess(response.status)) throw apiErrorOf(call.asked, response)
    },
    createToken: (serviceAccount, options) => requestToken(send, serviceAccount, options),
    reviewToken: (token, options) => reviewToken(send, token, options),
    reviewAccess: (user, attributes, options) => requestAccessReview(send, user, attributes, options),
    getPath: async (path, options) => {
      const { response } = await send({ asked: `get ${path}`, method: 'GET', path, repeat: 'read' }, options)
      return { status: response.status, body: response.body }
    },
  }
  return client
}

async function list<T extends KubeObject>(
  send: Send,
  kind: Kind,
  options: ListOptions,
): Promise<ObjectList<T>> {
  const { value } = await ask(send, listCall(kind, options), options)
  const items = property(value, 'items')
  const metadata = property(value, 'metadata')
  const next = property(metadata, 'continue')
  const resourceVersion = property(metadata, 'resourceVersion')
  const selection = { kind, metadataOnly: options.metadataOnly === true }
  return {
    items: (Array.isArray(items) ? items : []).map((it: KubeObject) => withType(it, selection) as T),
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    ...(typeof next === 'string' && next !== '' ? { continue: next } : {}),
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}
