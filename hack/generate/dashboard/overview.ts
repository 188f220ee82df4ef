import { number, of, one, type Row, total } from './panel.ts'

const objects = 'keyferry_objects'

export const overview: Row = {
  title: 'Overview',
  panels: [
    {
      title: 'ExternalSecrets Ready',
      description: 'Of all that the leader looks after',
      kind: 'number',
      unit: 'short',
      queries: one(number(objects, ', controller="externalsecret", ready="True"')),
    },
    {
      title: 'Not Ready',
      description: 'ExternalSecrets, stores and issuers that are not Ready, or were not judged yet',
      kind: 'number',
      unit: 'short',
      redAbove: 0,
      queries: one(number(objects, ', ready!="True"')),
    },
    {
      title: 'Issuers Ready',
      description: 'ExternalIssuers and ExternalClusterIssuers',
      kind: 'number',
      unit: 'short',
      queries: one(number(objects, ', controller=~"external(cluster)?issuer", ready="True"')),
    },
    {
      title: 'Leaders',
      description: 'One for each Lease: 0 serves nothing, 2 is a fault',
      kind: 'number',
      unit: 'short',
      redAbove: 1,
      queries: one(total('name', 'leader_election_master_status'), '{{name}}', 'there is no leader election'),
    },
    {
      title: 'Version',
      description: 'Processes by version',
      kind: 'number',
      unit: 'short',
      queries: one(`count by (version) (keyferry_build_info{${of}})`, '{{version}}'),
    },
    {
      title: 'Not Ready, by reason',
      description: 'The reason is the one in the condition Ready',
      kind: 'stack',
      unit: 'short',
      queries: one(
        total('controller, reason', objects, ', ready!="True"'),
        '{{controller}}: {{reason}}',
        'all is Ready',
      ),
    },
    {
      title: 'Ready',
      description: 'Objects by kind',
      kind: 'lines',
      unit: 'short',
      queries: one(total('controller', objects, ', ready="True"'), '{{controller}}'),
    },
  ],
}
