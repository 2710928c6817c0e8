import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../../core/schema.ts'
import { GUARD_DEFINITIONS } from '../../../../engine/guard/experiment/guard-definitions.ts'
import { type GuardReport, GuardReportSchema } from '../../../../engine/guard/experiment/guard-report.ts'
import { guardText } from '../../../../engine/guard/experiment/guard-text.ts'
import { outcomeUnits } from '../../../../engine/guard/experiment/outcome-units.ts'
import { unreadableTable } from '../../../../engine/guard/table/unreadable-table.ts'
import { candidate, SPLIT } from './reports.ts'

/** The page without the definitions, which are the same on each. */
function page(report: GuardReport, options = {}): string {
  const [text, definitions] = guardText(report, options).split('\n\nWhat the numbers mean\n')
  if (report.candidates.length > 0)
    expect(definitions!.trimEnd().split('\n')).toHaveLength(Object.keys(GUARD_DEFINITIONS).length)
  return text!.trimEnd()
}

describe('the page of a guard', () => {
  it('of a split: answer, why, gain, what to do, and what it stands on', () => {
    expect(page(SPLIT, { remarks: ['nobody saw the ads'] })).toBe(`SPLIT: Split by city.
nobody saw the ads

Why
GAIN_PROVED: held out, it gains

Gain over broad (mens), a person
            percentage points of visit
held out                         +1.25  guarded; 95 % interval +0.85 to +1.65, p <0.0001; +6.94 % of broad's mean
in-sample                        +1.31  on the people it was chosen on: what a naive look would promise
worthwhile                        +0.9  the smallest gain that is worth the trouble

What to do, segment by segment
city  people   share  give them                best other arm less broad  chance it is better
Graz  30,000  75.0 %  mens       as broad           womens -4 (-5 to -3)               <0.1 %
Linz  10,000  25.0 %  womens               womens +5.12 (+3.92 to +6.32)              >99.9 %

The experiment
visit (yes or no) by mail, 40,000 people; propensities: the planned shares
arm     people  responders  visit a person
mens    20,010       3,602          18.0 %  broad: the best arm for everybody
womens  19,990       3,019          15.1 %
assignment: as planned? p 0.92 (fine); segment with the largest deviation: city Linz, q 0.70

Segmentations judged: 3; proved with a Holm of 0.01 or less
gains over broad in percentage points of visit
segments  split by   in-sample         held out (95 %)           guarded (95 %)        p     Holm  decision
       2  city           +1.31  +1.25 (+0.85 to +1.65)  +1.13 (+0.725 to +1.53)  <0.0001  <0.0001  CHOSEN
      14  city, age      +1.72     +0.9 (+0.4 to +1.4)   +0.81 (+0.31 to +1.31)  0.00030  0.00090  proved
       7  age             +0.4     -0.2 (-0.5 to +0.1)   -0.18 (-0.48 to +0.12)     0.40        1  not proved

What this test can show
of a typical split, one that gives half of the people another arm than broad, before it is known which:
smallest gain it would see with 80 % probability: +0.62 points (3.44 % of broad's mean)
it is large enough for the worthwhile gain of +0.9 points: about 19,000 people would do

Settings
2 folds, 20 times, seed 1; 1.00 % chance of one false split among all; another arm than broad's where it is better with a chance of 80.0 % (60.0 % once a split is proved), and where each arm has 50 events`)
  })

  it('of counts and of money has them in their units', () => {
    const count = outcomeUnits({ kind: 'count', outcome: 'orders' })
    expect([count.mean(0.0512), count.gain(-0.00432), count.gain(0), count.gainUnit]).toEqual([
      '0.0512',
      '-0.00432 a person',
      '0 a person',
      'orders a person',
    ])
    const dollars = outcomeUnits({ kind: 'money', outcome: 'spend' }, 'USD')
    expect([dollars.mean(1.4226), dollars.gain(0.0312), dollars.gain(-12.345), dollars.gainUnit]).toEqual([
      '$1.42',
      '+$0.0312 a person',
      '-$12.35 a person',
      'spend (USD) a person',
    ])
    const plain = outcomeUnits({ kind: 'money', outcome: 'spend' })
    expect([plain.mean(-1234.5), plain.gain(1e-7), plain.gain(3e12)]).toEqual([
      '-1,234.5',
      '+1.00e-7 a person',
      '+3.00e+12 a person',
    ])
    const visits = outcomeUnits({ kind: 'binary', outcome: 'visit' })
    expect([visits.mean(0.1831), visits.gain(0.0125), visits.gainUnit, visits.scaled(0.5)]).toEqual([
      '18.3 %',
      '+1.25 points',
      'percentage points of visit',
      50,
    ])
  })

  it('that cannot be read has the reasons and no number', () => {
    const facts = { rows: 10, people: 20, kind: 'money', propensities: 'equal shares' } as const
    const names = { treatment: 'mail', outcome: 'spend', seed: '1' }
    const report = unreadableTable([{ code: 'SPREAD_UNKNOWN', text: 'only sums' }], facts, names)
    expect(() => createDoor('report', GuardReportSchema)(report, 'test')).not.toThrow()
    expect(guardText(report)).toBe(`UNREADABLE: This experiment cannot be read: only sums.

Why
SPREAD_UNKNOWN

The experiment
spend (an amount) by mail, 20 people in 10 rows; propensities: none given, so all arms count as equally likely
`)
  })

  it('whose arms do not fit equal shares says that these were taken for granted', () => {
    const report: GuardReport = {
      ...SPLIT,
      verdict: 'UNREADABLE',
      reasons: [{ code: 'SAMPLE_RATIO', text: 'not as assigned' }],
      experiment: { ...SPLIT.experiment, propensities: 'equal shares' },
    }
    expect(page(report)).toContain(
      'No shares were given, so all arms counted as equally likely; if they were not, say',
    )
    expect(page({ ...report, experiment: SPLIT.experiment })).not.toContain('No shares were given')
  })

  it('lists 20 actions and says how many there are besides', () => {
    const actions = Array.from({ length: 23 }, (_, at) => ({
      ...SPLIT.actions[0]!,
      segment: { city: `c${at}` },
    }))
    const text = page({ ...SPLIT, actions })
    expect(text).toContain('c19 ')
    expect(text).not.toContain('c20 ')
    expect(text).toContain('and 3 more; --json has them all')
  })

  it('shows of many columns the last ones', () => {
    const columns = Array.from({ length: 12 }, (_, at) => `a column ${at}`)
    const text = page({
      ...SPLIT,
      candidates: [candidate(columns, 90, [0, 0, 0]), candidate([], 1, [0, 0, 0])],
    })
    expect(text).toContain('…, a column 8, a column 9, a column 10, a column 11 ')
    expect(text).toContain('(everybody alike)')
  })

  it('says what more people would be needed, and what they cost', () => {
    const power = {
      ...SPLIT.power!,
      peopleNeeded: 87_212,
      costToKnow: { amountMicros: 512_500_000, currency: 'EUR' },
    }
    const text = page({ ...SPLIT, power })
    expect(text).toContain('about 87,000 people, about 47,000 more than now')
    expect(text).toContain('what the missing people cost: €512.50')
    expect(text).not.toContain('BROAD stands')
  })

  it('of broad says that people missing for a typical split do not speak against it', () => {
    const power = { ...SPLIT.power!, peopleNeeded: 87_212 }
    const told = (code: 'NO_WORTHWHILE_GAIN' | 'NOT_WORTH_ITS_COST') => {
      const text = page({ ...SPLIT, power, verdict: 'BROAD', reasons: [{ code, text: 'as is said' }] })
      return /What this test can show\n(.*?)\n\n/s.exec(text)![1]
    }
    const typical = `of a typical split, one that gives half of the people another arm than broad, before it is known which:
smallest gain it would see with 80 % probability: +0.62 points (3.44 % of broad's mean)
to see the worthwhile gain of +0.9 points: about 87,000 people, about 47,000 more than now
BROAD stands without them: `
    expect(told('NO_WORTHWHILE_GAIN')).toBe(
      `${typical}its reason excludes a worthwhile gain from what was judged here, not from every split there could be`,
    )
    expect(told('NOT_WORTH_ITS_COST')).toBe(
      `${typical}its reason is what narrow costs, which more people would not change`,
    )
  })
})
