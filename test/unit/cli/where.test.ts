import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nothingMeets, readWhereOptions } from '../../../cli/where.ts'
import { inNewFolder } from '../../contract/contract.ts'
import { smallPlan, textAsset } from '../space/small-plan.ts'

describe('--where', () => {
  const slots = [{ slot: 'a', default: 'x0', assets: [textAsset('x0'), textAsset('x1')] }]
  const plan = smallPlan({ slots })

  it('is one rule, or all of several, from the command line and from files', async () => {
    await inNewFolder(async (folder) => {
      const file = join(folder, 'rule.json')
      await writeFile(file, '{"a": "x1"}')
      expect(await readWhereOptions(undefined)).toBeUndefined()
      expect(await readWhereOptions([`@${file}`])).toEqual({ a: 'x1' })
      expect(await readWhereOptions(['{"placement": "wide"}', `@${file}`])).toEqual({
        all: [{ placement: 'wide' }, { a: 'x1' }],
      })
      await expect(readWhereOptions([`@${file}x`])).rejects.toThrow('there is no such file')
    })
    await expect(readWhereOptions(['a=x1'])).rejects.toThrow('option: --where: "a=x1" is not JSON')
  })

  it('tells why nothing was left', () => {
    expect(nothingMeets(plan, { any: [] })).toBe('no ad unit meets the --where rule')
    expect(nothingMeets(plan, { all: [{ a: 'x0' }, { a: 'x1' }] })).toBe(
      'no ad unit meets the --where rule; by themselves its parts leave {"a":"x0"} 1, {"a":"x1"} 1',
    )
    expect(nothingMeets(plan, { a: 'x1' })).toBe(
      'no ad unit of the window meets the --where rule; 1 outside it do',
    )
  })
})
