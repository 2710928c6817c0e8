import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Experiment } from '../../../../engine/guard/experiment/experiment.ts'
import { parseShares } from '../../../../engine/guard/table/planned-shares.ts'
import type { TableRoles } from '../../../../engine/guard/table/table.ts'
import { createTables, experimentOf, type PlainRow } from './tables.ts'

const tables = createTables()
afterAll(() => tables.remove())

const ROLES: TableRoles = {
  treatment: 'arm',
  outcome: 'spend',
  segments: [{ column: 'city' }, { column: 'age' }],
}

async function readable(...given: Parameters<typeof experimentOf>): Promise<Experiment> {
  const read = await experimentOf(...given)
  expect(read).toHaveProperty('experiment')
  return 'experiment' in read ? read.experiment : (undefined as never)
}

async function problemOf(text: string, roles: Partial<TableRoles> = {}, name = 'bad.csv'): Promise<string> {
  const failure = await experimentOf(tables.write(name, text), { ...ROLES, ...roles }).catch(
    (error: unknown) => error,
  )
  expect(failure).toMatchObject({ code: expect.stringMatching(/INPUT_INVALID|FILE_UNREADABLE/) })
  return (failure as Error).message
}

describe('a table of people', () => {
  const row = fc.record({
    arm: fc.constantFrom('mens', 'womens', 'none, at all'),
    spend: fc.double({ min: 0, max: 500, noNaN: true }).map((amount) => Number(amount.toFixed(2))),
    city: fc.constantFrom('Linz', 'São Paulo', 'a "quoted", city', undefined),
    age: fc.option(fc.integer({ min: 18, max: 24 }), { nil: undefined }),
  })

  it('is the same experiment as CSV, TSV, gzip, JSON lines and Parquet', async () => {
    const types = { arm: 'VARCHAR', spend: 'DOUBLE', city: 'VARCHAR', age: 'BIGINT' }
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows: PlainRow[]) => {
        const csv = tables.csv('same.csv', rows)
        const expected = await experimentOf(csv, ROLES)
        const zipped = tables.write('same.csv.gz', gzipSync(readFileSync(csv)))
        for (const path of [
          tables.csv('same.tsv', rows, '\t'),
          tables.csv('semicolons.csv', rows, ';'),
          zipped,
          tables.jsonl('same.jsonl', rows),
          await tables.parquet('same.parquet', rows, types),
        ]) {
          expect(await experimentOf(path, ROLES)).toEqual(expected)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('aggregated has the sums of its people', async () => {
    const people = fc.array(
      fc.record({
        arm: fc.constantFrom('a', 'b'),
        city: fc.constantFrom('x', 'y'),
        spend: fc.integer({ min: 0, max: 9 }),
      }),
      { minLength: 1, maxLength: 80 },
    )
    await fc.assert(
      fc.asyncProperty(people, async (rows) => {
        const roles: TableRoles = {
          treatment: 'arm',
          outcome: 'spend',
          kind: 'count',
          segments: [{ column: 'city' }],
        }
        const groups = new Map<string, { arm: string; city: string; n: number; spend: number; sq: number }>()
        for (const { arm, city, spend } of rows) {
          const group = groups.get(arm + city) ?? { arm, city, n: 0, spend: 0, sq: 0 }
          groups.set(arm + city, {
            ...group,
            n: group.n + 1,
            spend: group.spend + spend,
            sq: group.sq + spend ** 2,
          })
        }
        const expanded = await readable(tables.csv('people.csv', rows), roles)
        const grouped = await readable(tables.csv('groups.csv', [...groups.values()]), {
          ...roles,
          count: 'n',
          squares: 'sq',
        })
        expect(totals(grouped)).toEqual(totals(expanded))
      }),
      { numRuns: 25 },
    )
  })

  /** People, sum and sum of squares by arm and city. */
  function totals({ arm, arms, columns, outcome, people, rows }: Experiment): Record<string, number[]> {
    const found: Record<string, number[]> = {}
    for (let at = 0; at < rows; at++) {
      const [city] = columns
      const key = `${arms[arm[at]!]} ${city!.values[city!.codes[at]!]}`
      const sums = found[key] ?? [0, 0, 0]
      found[key] = sums
      sums[0]! += people?.[at] ?? 1
      sums[1]! += outcome.sums[at]!
      sums[2]! += outcome.squares[at]!
    }
    return found
  }

  it('has the kind of outcome that its values tell, or the one it is told', async () => {
    const kindOf = async (values: string[], roles: Partial<TableRoles> = {}) => {
      const lines = values.map((value, at) => `${'ab'[at % 2]},${value},x`)
      const path = tables.write('kind.csv', `arm,spend,city\n${lines.join('\n')}\n`)
      const read = await experimentOf(path, { ...ROLES, segments: [{ column: 'city' }], ...roles })
      return [read.facts.kind, 'experiment' in read ? [...read.experiment.outcome.sums] : undefined]
    }
    expect(await kindOf(['0', '1', '1'])).toEqual(['binary', [0, 1, 1]])
    expect(await kindOf(['true', 'FALSE'])).toEqual(['binary', [1, 0]])
    expect(await kindOf(['no', 'Yes'])).toEqual(['binary', [0, 1]])
    expect(await kindOf(['0', '2', '1e1'])).toEqual(['count', [0, 2, 10]])
    expect(await kindOf(['0', '-0.5'])).toEqual(['money', [0, -0.5]])
    expect(await kindOf(['0', '1'], { kind: 'money' })).toEqual(['money', [0, 1]])
    expect(await kindOf(['-1', '1'], { kind: 'money' })).toEqual(['money', [-1, 1]])
  })

  it('takes propensities from a column, from shares, or as equal', async () => {
    const path = tables.write('shares.csv', 'arm,spend,city,p\na,1,x,0.25\nb,0,x,0.75\nc,1,y,1\n')
    const roles = { ...ROLES, segments: [{ column: 'city' }] }
    const { propensity } = await readable(path, { ...roles, propensity: 'p' })
    expect([...propensity]).toEqual([0.25, 0.75, 1])
    const shares = new Map([
      ['c', 0.5],
      ['a', 0.2],
      ['b', 0.3],
    ])
    expect([...(await readable(path, roles, { shares })).propensity]).toEqual([0.2, 0.3, 0.5])
    expect([...(await readable(path, roles)).propensity]).toEqual([1 / 3, 1 / 3, 1 / 3])
  })

  it('cuts numbers into bins, at given edges or of equally many people', async () => {
    const ages = ['18', '', '25', '34.5', '25', '50', '61']
    const path = tables.write(
      'ages.csv',
      `arm,spend,age,n\n${ages.map((age, at) => `${'ab'[at % 2]},1,${age},${age === '61' ? 5 : 1}`).join('\n')}\n`,
    )
    const binned = async (
      bins: NonNullable<TableRoles['segments'][number]['bins']>,
      roles: Partial<TableRoles> = {},
    ) => {
      const { columns } = await readable(path, { ...ROLES, segments: [{ column: 'age', bins }], ...roles })
      const [{ values, codes }] = columns as [Experiment['columns'][number]]
      return [values, [...codes].map((code) => values[code])]
    }
    const [values, cells] = await binned({ edges: [25, 50, 99] })
    expect(values).toEqual(['under 25', '25 to under 50', '50 to under 99', '(empty)'])
    expect(cells).toEqual([
      'under 25',
      '(empty)',
      '25 to under 50',
      '25 to under 50',
      '25 to under 50',
      '50 to under 99',
      '50 to under 99',
    ])
    expect((await binned({ quantiles: 2 }))[0]).toEqual(['under 34.5', '34.5 or more', '(empty)'])
    // The five people of 61 are half of everybody.
    expect((await binned({ quantiles: 2 }, { count: 'n' }))[0]).toEqual(['under 61', '61 or more', '(empty)'])
  })

  it('finds the values of a segment in order, whatever the order of the rows', async () => {
    const rows = ['10', '9', 'b', 'a', '', '-1'].map((city, at) => ({ arm: 'ab'[at % 2]!, spend: 1, city }))
    const roles = { ...ROLES, segments: [{ column: 'city' }] }
    const forth = await readable(tables.csv('forth.csv', rows), roles)
    const back = await readable(tables.csv('back.csv', [...rows].reverse()), roles)
    expect(forth.columns[0]!.values).toEqual(['-1', '9', '10', '(empty)', 'a', 'b'])
    expect(back.columns[0]!.values).toEqual(forth.columns[0]!.values)
    expect([...back.columns[0]!.codes].reverse()).toEqual([...forth.columns[0]!.codes])
  })
})

describe('a table that gives no answer', () => {
  const codes = async (text: string, roles: Partial<TableRoles>, settings = {}) => {
    const read = await experimentOf(
      tables.write('unreadable.csv', text),
      { ...ROLES, segments: [{ column: 'city' }], ...roles },
      settings,
    )
    return 'unreadable' in read ? read.unreadable.map(({ code, text }) => `${code}: ${text}`) : []
  }

  it('has people twice: how many and where, never who', async () => {
    const rows = ['ann', 'bob', 'ann', 'cid', 'bob'].map((who, at) => `${'ab'[at % 2]},1,x,${who}`)
    const [found, ...others] = await codes(`arm,spend,city,who\n${rows.join('\n')}\n`, { person: 'who' })
    expect(found).toMatch(/^DUPLICATE_PEOPLE: 2 rows are of .* by the column who, the first in line 4,/)
    expect(found).not.toMatch(/ann|bob/)
    expect(others).toEqual([])
  })

  it('has more values than make segments', async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `${'ab'[at % 2]},${at % 3},c${at}`)
    const text = `arm,spend,city\n${rows.join('\n')}\n`
    expect(await codes(text, {})).toEqual([
      expect.stringMatching(
        /^TOO_MANY_VALUES: column city has more than 1,000 .* --segments city:quantiles=5/,
      ),
    ])
    expect(await codes(text.split('\n').slice(0, 1001).join('\n'), {})).toEqual([])
  })

  it('has sums of counts or amounts without their squares; numbers of responders need none', async () => {
    const text = (sum: string) => `arm,spend,city,n\na,${sum},x,10\nb,3,x,10\n`
    expect(await codes(text('2.5'), { count: 'n' })).toEqual([
      expect.stringMatching(/^SPREAD_UNKNOWN: .*amounts/),
    ])
    expect(await codes(text('12'), { count: 'n' })).toEqual([
      expect.stringMatching(/^SPREAD_UNKNOWN: .*counts/),
    ])
    expect(await codes(text('2'), { count: 'n', kind: 'money' })).toEqual([
      expect.stringMatching(/^SPREAD_UNKNOWN/),
    ])
    expect(await codes(text('2'), { count: 'n' })).toEqual([])
  })

  it("is a platform's export, unless it names the shares of a split test", async () => {
    const text = 'ad_id,arm,spend,city,Impressions\n1,a,1,x,100\n2,b,0,x,90\n'
    const delivered = [expect.stringMatching(/^DELIVERY_OPTIMISED: .*"ad_id" and "spend".*--shares/)]
    expect(await codes(text, {})).toEqual(delivered)
    expect(await codes(text, { count: 'Impressions' })).toEqual([
      expect.stringMatching(/^DELIVERY_OPTIMISED: .*counts showings/),
    ])
    const shares = new Map([
      ['a', 0.5],
      ['b', 0.5],
    ])
    expect(await codes(text, {}, { shares })).toEqual([])
    const own = 'arm,spend,city\na,1,x\nb,0,x\n'
    expect(await codes(own, {})).toEqual([])
    expect(await codes(own, {}, { delivered: true })).toEqual([expect.stringMatching(/^DELIVERY_OPTIMISED/)])
  })
})

describe('a table that is refused', () => {
  const table = (...rows: string[]) => `arm,spend,city,age\n${rows.join('\n')}\n`

  it('lacks a column: which option named it, and what was meant', async () => {
    expect(await problemOf(table('a,1,x,2'), { treatment: 'arms' })).toMatch(
      /^option: --treatment: "arms" is no column of .*bad\.csv; did you mean "arm"\?$/,
    )
    expect(await problemOf(table('a,1,x,2'), { outcome: 'visits' })).toMatch(/it has: arm, spend, city, age$/)
    expect(await problemOf('{"arm": "a", "spend": 1}\n', {}, 'bad.jsonl')).toMatch(/"city" is no column of/)
  })

  it('uses one column for two things', async () => {
    const both = { segments: [{ column: 'city' }, { column: 'arm' }] }
    expect(await problemOf(table('a,1,x,2'), both)).toMatch(
      /--segments: the column "arm" is named by --treatment too/,
    )
    const twice = { segments: [{ column: 'city' }, { column: 'city' }] }
    expect(await problemOf(table('a,1,x,2'), twice)).toMatch(/names the column "city" twice/)
    expect(await problemOf(table('a,1,x,2'), { squares: 'city', segments: [] })).toMatch(/--count/)
    expect(await problemOf(table('a,1,x,2'), { person: 'city', count: 'age', segments: [] })).toMatch(
      /no one person/,
    )
  })

  it('has bad rows: the first five, by line and column, and none is left out', async () => {
    const rows = ['a,1,x,2', 'a,$5,x,2', 'b,,x,2', 'b,1', ',0,x,2', 'a,"1,5",x,2', 'b,nan,x,2', 'b,1,x,2']
    const problem = await problemOf(table(...rows))
    expect(problem).toContain('bad.csv: line 3, "spend": "$5" is not a plain number')
    expect(problem).toContain('line 4, "spend": an empty cell where a number is wanted; write 0 for')
    expect(problem).toContain('line 5, 2 columns where the header has 4')
    expect(problem).toContain('line 6, "arm": an empty cell where the arm is wanted')
    expect(problem).toContain('line 7, "spend": "1,5" is not a plain number')
    expect(problem).not.toContain('line 8')
    expect(problem).toMatch(/mend such rows in the file: without them the answer could be biased/)
  })

  it('has negative or broken counts, or amounts too large to square', async () => {
    expect(await problemOf(table('a,1,x,2', 'b,-3,x,2'))).toMatch(
      /line 3, "spend": "-3" is a negative count; --kind money if these are amounts/,
    )
    expect(await problemOf(table('a,1,x,2', 'b,2.5,x,2'), { kind: 'count' })).toMatch(
      /line 3.*not a whole number/,
    )
    expect(await problemOf(table('a,1,x,2', 'b,2,x,2'), { kind: 'binary' })).toMatch(
      /line 3.*neither 0 nor 1/,
    )
    expect(await problemOf(table('a,yes,x,2', 'b,2,x,2'))).toMatch(/line 2.*"yes" is not a number/)
    expect(await problemOf(table('a,1e300,x,2'))).toMatch(/line 2.*not a plain number/)
    for (const count of ['0', '-1', '1.5', '', 'many']) {
      expect(await problemOf(table(`a,1,x,${count}`), { count: 'age', segments: [] })).toMatch(
        /line 2, "age": .* is no whole number of people from 1/,
      )
    }
    expect(await problemOf(table('a,9,x,2'), { count: 'age', kind: 'binary', segments: [] })).toMatch(
      /no number of responders among 2 people/,
    )
    expect(
      await problemOf('arm,spend,n,sq\na,100,2,100\n', { count: 'n', squares: 'sq', segments: [] }),
    ).toMatch(/"sq": "100" is too small: 2 people with a sum of 100 have 5000 or more/)
  })

  it('has propensities outside (0, 1]', async () => {
    for (const value of ['0', '1.2', '-0.5', '', 'half']) {
      expect(await problemOf(table(`a,1,x,${value}`), { propensity: 'age', segments: [] })).toMatch(
        /line 2, "age": .* is no probability in \(0, 1\]/,
      )
    }
  })

  it('has a text where a bin wants a number, a nameless person, or more arms than an experiment has', async () => {
    const bins = { segments: [{ column: 'city', bins: { quantiles: 4 } }] }
    expect(await problemOf(table('a,1,x,2'), bins)).toMatch(/"city": "x" is not a number, so it has no bin/)
    expect(await problemOf(table('a,1,,2'), { person: 'city', segments: [] })).toMatch(/a person is wanted/)
    const arms = Array.from({ length: 51 }, (_, at) => `arm${at},1,x,2`)
    expect(await problemOf(table(...arms))).toMatch(/--treatment: "arm" has more than 50 values/)
  })

  it('names an arm that is not there', async () => {
    const path = tables.write('arms.csv', table('mens,1,x,2', 'womens,0,x,2'))
    const asked = (settings: object) => experimentOf(path, ROLES, settings)
    await expect(asked({ baseline: 'men' })).rejects.toThrow(
      /--baseline: there is no arm "men"; did you mean "mens"/,
    )
    const shares = (...names: string[]) => ({
      shares: new Map(names.map((name) => [name, 1 / names.length])),
    })
    await expect(asked(shares('mens'))).rejects.toThrow(/the arm "womens" of the table has no share/)
    await expect(asked(shares('mens', 'womens', 'nobody'))).rejects.toThrow(/no row .* has the arm "nobody"/)
  })

  it('is empty, a header alone, a folder, not there, or damaged', async () => {
    expect(await problemOf('')).toMatch(/it is empty/)
    expect(await problemOf('arm,spend,city,age\n')).toMatch(
      /it has no rows; give a file with a row for each person/,
    )
    expect(await problemOf('arm,arm\n1,2\n')).toMatch(/names the column "arm" twice/)
    expect(await problemOf('PAR1 and then nothing of the kind', {}, 'bad.parquet')).toMatch(
      /bad\.parquet: it is damaged/,
    )
    await expect(experimentOf(`${tables.write('x', '')}-none`, ROLES)).rejects.toThrow(
      /there is no such file/,
    )
    expect(await problemOf('{"arm": "a", "spend": [1], "city": 1, "age": 1}\n', {}, 'x.jsonl')).toMatch(
      /line 1, "spend": a list or an object, not one value/,
    )
    expect(await problemOf('{"arm": "a"\n', {}, 'x.jsonl')).toMatch(/no column/)
    expect(await problemOf('[{"arm": "a"}]\n', {}, 'x.json')).toMatch(
      /one JSON list, not JSON lines; write each row/,
    )
  })
})

describe('planned shares', () => {
  const shares = (text: string) => [...parseShares(text)]

  it('are fractions or percents that sum to one', () => {
    expect(shares('a=0.9,b=0.1')).toEqual([
      ['a', 0.9],
      ['b', 0.1],
    ])
    expect(shares('a = 50%, and b=50%')).toEqual([
      ['a', 0.5],
      ['and b', 0.5],
    ])
    expect(shares('a, or so=0.25,b=.75')).toEqual([
      ['a, or so', 0.25],
      ['b', 0.75],
    ])
    expect(shares('a=33.3%,b=33.3%,c=33.3%').map(([, share]) => share)).toEqual([1 / 3, 1 / 3, 1 / 3])
  })

  it.each([
    ['a=0.5,b=0.3', /sum to 0.8, not 1/],
    ['a=1.5,b=-0.5', /"a=1.5" is no share/],
    ['a=0.5,a=0.5', /"a" is there twice/],
    ['a=half,b=half', /"a=half,b=half" is not ARM=SHARE; write them as narrow=0.9,broad=0.1/],
    ['', /sum to 0/],
  ])('but not %j', (text, problem) => {
    expect(() => shares(text)).toThrow(problem)
  })
})
