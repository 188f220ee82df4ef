const offset = /[+-]\d{2,6}/g

/** True for two texts that are the same but for offsets in ours where the other has names of time zones. */
export function differInZoneNames(theirs: string, ours: string): boolean {
  const offsets = ours.match(offset) ?? []
  const around = ours.split(offset).map((it) => it.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
  const found = new RegExp(`^${around.join('([+-]\\d{2,6}|[A-Za-z]{3,5})')}$`).exec(theirs)
  return found?.slice(1).every((it, index) => /^[A-Za-z]/.test(it) || it === offsets[index]) ?? false
}
