import { describe, expect, it } from 'vitest'
import type { OutcomeCount } from '../../../engine/ports/delivery-history.ts'
import { askedOf, assignedByText } from '../../../engine/reporting/asked.ts'

const count = (day: string, outcome: OutcomeCount['outcome'], requests: number): OutcomeCount => ({
  campaign: 'spring',
  day,
  outcome,
  requests,
})

describe('askedOf', () => {
  it('adds up the days it is asked for', async () => {
    const asked: unknown[] = []
    const outcomes = async (query: unknown) => {
      asked.push(query)
      return [
        count('2026-03-08', 'served', 9000),
        count('2026-03-09', 'served', 1),
        count('2026-03-09', 'capped', 20),
      ]
    }
    const found = await askedOf({ outcomes }, 'spring', { fromDay: '2026-03-08' })
    expect(asked).toEqual([{ campaign: 'spring', fromDay: '2026-03-08' }])
    expect(found).toMatchObject({ requests: 9021, outcomes: { served: 9001, capped: 20, paused: 0 } })
    expect(found.text).toBe('Asked 9,021 times: 9,001 served, 20 capped.')
  })

  it('says so when there is nothing', async () => {
    expect((await askedOf({ outcomes: async () => [] }, 'spring', {})).text).toBe(
      'No request it could have answered is on record.',
    )
  })
})

it('assignedByText says what is lost where people are not whom the campaign assigns', () => {
  expect(assignedByText({})).toBeNull()
  expect(assignedByText({ assignment: 'session' })).toContain('every "person" here is a session')
  expect(assignedByText({ assignment: 'none' })).toContain('not compared with broad')
})
