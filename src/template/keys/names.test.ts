import { expect, test } from 'vitest'
import { bytesOf, goString } from '../value/bytes.ts'
import { element, oid, sequence, setOf } from './der-writer.ts'
import { directoryString } from './directory-string.ts'
import { ipText, parseIp } from './ip.ts'
import { nameText } from './names.ts'
import { uriText } from './uri-text.ts'

const rdn = (type: string, value: Buffer) => setOf([sequence(oid(type), value)])
const text = (value: string) => directoryString(goString(value))

test('a name is written as Go writes it: in its own order, the unknown last, backwards', () => {
  const name = sequence(
    rdn('1.2.840.113549.1.9.1', element(0x16, Buffer.from('a@b'))),
    rdn('2.5.4.3', text('first')),
    rdn('2.5.4.10', text('Acme, "Inc."')),
    rdn('2.5.4.10', text('#Two;x')),
    rdn('2.5.4.6', text('DE')),
    rdn('2.5.4.3', text(' Köln <+\\> ')),
    rdn('2.5.4.5', text('')),
    rdn('2.5.4.7', element(0x1e, Buffer.from('00fc', 'hex'))),
    rdn('2.5.4.8', element(0x14, Buffer.of(0xe4))),
  )

  expect(bytesOf(nameText(name)).toString('utf8')).toBe(
    'CN=\\ Köln \\<\\+\\\\\\>\\ ,O=Acme\\, \\"Inc.\\"+O=\\#Two\\;x,L=ü,ST=ä,C=DE,1.2.840.113549.1.9.1=#0c03614062',
  )
})

test('an empty name is empty', () => {
  expect(nameText(sequence())).toBe('')
})

test.each([
  ['1.2.3.4', '01020304', '1.2.3.4'],
  ['::', '00'.repeat(16), '::'],
  ['::1', `${'00'.repeat(15)}01`, '::1'],
  ['2001:DB8::1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
  ['1:0:2:3:4:5:6:7', '00010000000200030004000500060007', '1:0:2:3:4:5:6:7'],
  ['1::', `0001${'00'.repeat(14)}`, '1::'],
  ['::ffff:1.2.3.4', '01020304', '1.2.3.4'],
  ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304', '64:ff9b::102:304'],
])('the address %s', (address, hex, written) => {
  expect(parseIp(address)?.toString('hex')).toBe(hex)
  expect(ipText(Buffer.from(hex, 'hex'))).toBe(written)
})

test.each(['', '1.2.3', '01.2.3.4', '1.2.3.256', 'fe80::1%eth0', ':::', '1:2:3:4:5:6:7:8:9'])(
  '%s is no address',
  (it) => {
    expect(parseIp(it)).toBeUndefined()
  },
)

test.each([
  ['SPIFFE://Td/a%2Fb?q=%zz#f', 'spiffe://Td/a%2Fb?q=%zz#f'],
  ['', ''],
  ['urn:A:b c', 'urn:A:b c'],
  ['x:/a%41 !', 'x:/aA%20%21'],
  ['x:/a#b c!', 'x:/a#b%20c!'],
  ['https://h:1/a b"c', 'https://h:1/a%20b%22c'],
  ['foo://', 'foo:'],
  ['file:///x', 'file:///x'],
  ['/relative#', '/relative'],
])('the URI %s is given back as %s', (uri, written) => {
  expect(uriText(uri)).toBe(written)
})

test.each(['a%zz', 'a\nb'])('%j is no URI', (uri) => {
  expect(() => uriText(uri)).toThrow('a URI that is none')
})
