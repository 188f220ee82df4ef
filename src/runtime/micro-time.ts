/** metav1.MicroTime: RFC 3339 with exactly six digits of a second; the API server refuses others in a Lease. */
export function microTimeOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
