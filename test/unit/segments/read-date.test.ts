import { describe, expect, it } from 'vitest'
import { createDateReader } from '../../../segments/read-date.ts'

const iso = (atMs: number | undefined) => (atMs === undefined ? undefined : new Date(atMs).toISOString())

describe('createDateReader', () => {
  it.each([
    ['M/D/YYYY H:mm', 'UTC', '2/24/2015 11:15', '2015-02-24T11:15:00.000Z'],
    ['YYYY-MM-DD hh:mm A', 'UTC', '2015-02-24 12:05 am', '2015-02-24T00:05:00.000Z'],
    ['YYYY-MM-DD HH:mm:ss Z', 'UTC', '2015-02-24 11:35:52 -0800', '2015-02-24T19:35:52.000Z'],
    ['iso', 'UTC', '2015-02-24T11:35:52.123+01:00', '2015-02-24T10:35:52.123Z'],
    ['iso', 'America/New_York', '2015-02-24', '2015-02-24T05:00:00.000Z'],
    ['unix', 'UTC', '1424777752', '2015-02-24T11:35:52.000Z'],
    ['unix-ms', 'UTC', '1424777752001', '2015-02-24T11:35:52.001Z'],
    // Clocks in New York went forward at 2015-03-08 02:00 and back at 2015-11-01 02:00.
    ['iso', 'America/New_York', '2015-03-08T01:59', '2015-03-08T06:59:00.000Z'],
    ['iso', 'America/New_York', '2015-03-08T03:00', '2015-03-08T07:00:00.000Z'],
    ['iso', 'America/New_York', '2015-03-08T02:30', '2015-03-08T07:30:00.000Z'],
    ['iso', 'America/New_York', '2015-11-01T01:30', '2015-11-01T05:30:00.000Z'],
    ['iso', 'America/New_York', '2015-11-01T02:30', '2015-11-01T07:30:00.000Z'],
    ['iso', 'Asia/Kathmandu', '2015-02-24T12:00', '2015-02-24T06:15:00.000Z'],
  ])('%s in %s: %s', (format, zone, text, expected) => {
    expect(iso(createDateReader(format, zone)(text))).toBe(expected)
  })

  it.each([
    ['M/D/YYYY H:mm', '24/2/2015 11:15'],
    ['M/D/YYYY H:mm', '2/29/2015 11:15'],
    ['M/D/YYYY H:mm', '2/24/2015 24:00'],
    ['hh:mm YYYY-MM-DD', '11:15 2015-02-24'],
    ['iso', 'yesterday'],
    ['iso', '2015-13-01'],
    ['unix', '1424777752001'],
    ['unix', ''],
  ])('%s does not read %s', (format, text) => {
    expect(createDateReader(format, 'UTC')(text)).toBeUndefined()
  })
})
