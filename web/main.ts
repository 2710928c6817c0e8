import { ApiProblem, api, type CheckReport, useKey } from './api-client.ts'
import { showBreakdown } from './breakdown.ts'
import { showCheck } from './check.ts'
import { showComparison } from './comparison.ts'
import { byId, element, replace } from './dom.ts'
import { showHeadline } from './headline.ts'
import { showSegments } from './segments.ts'
import { showTearsheet } from './tearsheet.ts'

/** Loads the list of campaigns, then the one the address names (`#NAME`), or else the first that is served. */
async function start(): Promise<void> {
  const { items } = await api.campaigns()
  const pick = byId<HTMLSelectElement>('campaign')
  if (items.length === 0) throw new Error('This workspace has no campaign yet.')
  replace(pick, ...items.map(({ name, title }) => element('option', { value: name }, title ?? name)))
  const named = decodeURIComponent(location.hash.slice(1))
  const first = items.find(({ name }) => name === named) ?? items.find(({ active }) => active) ?? items[0]!
  pick.value = first.name
  pick.addEventListener('change', () => {
    history.replaceState(null, '', `#${encodeURIComponent(pick.value)}`)
    run(() => show(pick.value))
  })
  await show(first.name)
}

async function show(name: string): Promise<void> {
  const [campaign, check, report] = await Promise.all([
    api.campaign(name),
    api.check(name),
    api.report(name, 'segment'),
  ])
  byId('problem').hidden = true
  document.title = `${campaign.title ?? name} · Polyad`
  showHeadline(campaign.title ?? name, report, check)
  showComparison(report)
  showCheck(name, check, await checkBefore(name, check))
  showSegments(check)
  showTearsheet(campaign, check)
  showBreakdown(
    name,
    campaign.slots.map(({ slot }) => slot),
    report,
  )
}

/** The check of the revision before, when this one is what rolling that one up made. */
async function checkBefore(name: string, check: CheckReport | undefined): Promise<CheckReport | undefined> {
  if (!check || check.revision === 1) return undefined
  const before = await api.checkOf(name, check.revision - 1)
  return before?.rollUp ? before : undefined
}

/** Runs a step of the page and tells what went wrong, in the server's words. */
function run(step: () => Promise<void>): void {
  step().catch((error: unknown) => {
    const problem = byId('problem')
    problem.hidden = false
    if (error instanceof ApiProblem && error.status === 401) replace(problem, keyForm(step))
    else replace(problem, element('p', {}, error instanceof Error ? error.message : String(error)))
  })
}

function keyForm(step: () => Promise<void>): HTMLElement {
  const field = element('input', { type: 'password', autocomplete: 'off', required: true })
  return element(
    'form',
    {
      class: 'controls',
      onsubmit: (event) => {
        event.preventDefault()
        useKey(field.value)
        run(step)
      },
    },
    element('label', { class: 'pick' }, 'This server asks for a key ', field),
    element('button', { type: 'submit' }, 'Use it'),
  )
}

run(start)
