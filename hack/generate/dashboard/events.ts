import { increased, one, type Row, rate } from './panel.ts'

export const events: Row = {
  title: 'Events',
  panels: [
    {
      title: 'Notices of Akeyless, a second',
      description: 'What became of requests of event forwarders',
      kind: 'stack',
      unit: 'ops',
      queries: one(rate('result', 'keyferry_event_requests_total'), '{{result}}', 'no forwarder sends any'),
    },
    {
      title: 'Events of Kubernetes that were dropped',
      description: 'Within an hour; many at once are cut',
      kind: 'lines',
      unit: 'short',
      queries: one(increased('keyferry_events_dropped_total'), 'dropped'),
    },
  ],
}
