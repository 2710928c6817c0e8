import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { applyRollUp } from '../../../engine/guard/apply-roll-up.ts'
import { examine } from '../../../engine/guard/check-campaign.ts'
import type { CheckReport } from '../../../engine/guard/check-report.ts'
import { checkName, readCheck, requireChecked } from '../../../engine/guard/require-checked.ts'
import { loadFonts } from '../../../templates/fonts.ts'
import { memoryDocuments } from './memory-documents.ts'
import { CAMPAIGN, populationOf, worldOf } from './world.ts'

const fonts = await loadFonts(fileURLToPath(new URL('../../../templates/fonts', import.meta.url)))
const { plan, segmented } = worldOf(populationOf(5000))
const refused: CheckReport = { ...examine(plan, segmented, fonts), atMs: 5 }

function stored(report: CheckReport) {
  return { documents: memoryDocuments([['check', checkName('spring', report.revision), report]]) }
}

describe('a campaign may run', () => {
  it('not before it was checked', async () => {
    await expect(requireChecked({ documents: memoryDocuments() }, plan)).rejects.toMatchObject({
      code: 'CHECK_MISSING',
      exit: 3,
      message: 'campaign spring@1: it has not been checked yet; run: polyad check spring',
    })
  })

  it('not when it is refused, and then it says why', async () => {
    await expect(requireChecked(stored(refused), plan)).rejects.toMatchObject({
      code: 'CHECK_REFUSED',
      message: expect.stringContaining('have fewer than 50 people'),
    })
  })

  it('when somebody has overridden that, with who and when', async () => {
    const override = { reason: 'agreed', who: 'ada', atMs: 7 }
    const report = await requireChecked(stored({ ...refused, override }), plan)
    expect(report.override).toEqual(override)
  })

  it('also by a check an earlier version of Polyad wrote; what else that said has to be found anew', async () => {
    const { readable: _, history: __, overlaps: ___, ...rest } = refused
    const old = { ...rest, version: 1, verdict: 'passed', reasons: [], breakEven: { lift: 1, reach: 1 } }
    const documents = memoryDocuments([
      ['campaign', 'spring', CAMPAIGN],
      ['check', 'spring@1', old],
    ])
    await expect(requireChecked({ documents }, plan)).resolves.toMatchObject({
      verdict: 'passed',
      version: 1,
    })
    await expect(requireChecked({ documents }, { ...plan, populationHash: 'new' })).rejects.toMatchObject({
      code: 'CHECK_MISSING',
    })
    expect(await readCheck({ documents }, 'spring', 1)).toBeUndefined()
    await expect(applyRollUp({ documents }, 'spring')).rejects.toThrow(
      'an earlier version of Polyad checked it, and wrote less than this one needs; run: polyad check spring',
    )
    // One that is damaged is no earlier one.
    await documents.write('check', 'spring@1', { ...old, version: 2 })
    await expect(readCheck({ documents }, 'spring', 1)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  it('not after the population or a segment changed', async () => {
    const passed = stored({ ...refused, verdict: 'passed', reasons: [] })
    await expect(requireChecked(passed, plan)).resolves.toBeDefined()
    await expect(requireChecked(passed, { ...plan, populationHash: 'new' })).rejects.toMatchObject({
      code: 'CHECK_MISSING',
      message: expect.stringContaining('the population changed since it was checked'),
    })
    await expect(requireChecked(passed, { ...plan, segments: plan.segments.slice(1) })).rejects.toThrow(
      'its segments, template or brand changed',
    )
    await expect(requireChecked(passed, { ...plan, revision: 2 })).rejects.toThrow('has not been checked yet')
  })
})

describe('applying a roll-up', () => {
  it('writes the proposal as a new revision of the campaign, nothing else changed', async () => {
    const documents = memoryDocuments([
      ['campaign', 'spring', CAMPAIGN],
      ['check', 'spring@1', refused],
    ])
    const applied = await applyRollUp({ documents }, 'spring')
    expect(applied.revision).toBe(2)
    expect(applied.rollUp.merges.length).toBeGreaterThan(100)
    const { body } = (await documents.read('campaign', 'spring'))!
    expect(body).toEqual({ ...CAMPAIGN, segments: refused.rollUp!.entries })
  })

  it('needs the check of the newest revision, with something to propose', async () => {
    const documents = memoryDocuments([['campaign', 'spring', CAMPAIGN]])
    await expect(applyRollUp({ documents }, 'spring')).rejects.toMatchObject({ code: 'CHECK_MISSING' })
    await expect(applyRollUp({ documents }, 'autumn')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { rollUp: _, ...without } = refused
    await documents.write('check', 'spring@1', without)
    await expect(applyRollUp({ documents }, 'spring')).rejects.toThrow('proposes no roll-up')
  })
})
