import { describe, expectTypeOf, it } from 'vitest'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { CheckReport } from '../../../engine/guard/check-report.ts'
import type { Report } from '../../../engine/reporting/report.ts'
import type * as page from '../../../web/api-client.ts'

// The page may import nothing of the engine, so it states what it reads; the compiler (`npm run check`) compares.
describe('what the page reads', () => {
  it('is what the server answers', () => {
    expectTypeOf<Report>().toExtend<page.Report>()
    expectTypeOf<CheckReport>().toExtend<page.CheckReport>()
    expectTypeOf<Campaign>().toExtend<page.CampaignDocument>()
  })
})
