// The entry of a worker thread: renders the sets of templates that call slow functions, one after the other.
import { parentPort } from 'node:worker_threads'
import { defect, renderHere } from './engine.ts'
import { TemplateError } from './error.ts'
import type { WorkerMessage, WorkerRequest } from './worker-message.ts'

parentPort?.on('message', (request: WorkerRequest) => {
  tell({ kind: 'began' })
  tell(answerTo(request))
})

function answerTo({ templates, job }: WorkerRequest): WorkerMessage {
  try {
    return { kind: 'done', results: renderHere(templates, job) }
  } catch (error) {
    if (!(error instanceof TemplateError)) return { kind: 'broken', stack: defect(error).stack ?? '' }
    return { kind: 'failed', message: error.message, place: error.place }
  }
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message, [])
}
