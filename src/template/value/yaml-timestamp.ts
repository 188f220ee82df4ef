const dateOnly = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const dateTime =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d))| +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)$/
const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** True for what go-yaml takes for a timestamp: a date, or a date and a time in one of its three forms. */
export function parseTimestamp(text: string): boolean {
  const [, year, month, day] = dateOnly.exec(text) ?? []
  if (year !== undefined) return isDate(Number(year), Number(month), Number(day))
  const match = dateTime.exec(text)
  if (match === null) return false
  const [hour, minute, second] = [match[4] ?? match[9], match[5] ?? match[10], match[6] ?? match[11]]
  return (
    isDate(Number(match[1]), Number(match[2]), Number(match[3])) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60 &&
    Number(match[7] ?? 0) <= 24 &&
    Number(match[8] ?? 0) < 60
  )
}

function isDate(year: number, month: number, day: number): boolean {
  const last = month === 2 && !isLeap(year) ? 28 : (days[month - 1] ?? 0)
  return day >= 1 && day <= last
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
