import { ApiProblem, api, type CampaignListing, type CheckReport, useKey } from './api-client.ts'
import { showBreakdown } from './breakdown.ts'
import { showCheck } from './check.ts'
import { showComparison } from './comparison.ts'
import { byId, element, replace } from './dom.ts'
import { showElements } from './elements.ts'
import { showFigures, showState } from './headline.ts'
import { showLeafLifts } from './leaf-lifts.ts'
import { showSegments } from './segments.ts'
import { showTearsheet } from './tearsheet.ts'

/** Loads the list of campaigns, then the one the address names (`#NAME`), or else the first that is served. */
async function start(): Promise<void> {
  const { items } = await api.campaigns()
  byId('problem').hidden = true
  const named = decodeURIComponent(location.hash.slice(1))
  const first = items.find(({ name }) => name === named) ?? items.find(({ active }) => active) ?? items[0]
  byId('sections').hidden = first === undefined
  byId('no-campaign').hidden = first !== undefined
  if (!first) return
  const pick = byId<HTMLSelectElement>('campaign')
  replace(pick, ...items.map(({ name, title }) => element('option', { value: name }, title ?? name)))
  pick.value = first.name
  pick.disabled = false
  pick.addEventListener('change', () => {
    history.replaceState(null, '', `#${encodeURIComponent(pick.value)}`)
    show(items.find(({ name }) => name === pick.value)!)
  })
  show(first)
}

/** Counts the campaigns asked for, so that a slow answer never overwrites a later choice. */
let turn = 0

/** Fills every section as its own data arrive; one that fails tells so in its own place. */
function show(listing: CampaignListing): void {
  const mine = ++turn
  const { name } = listing
  const title = listing.title ?? name
  document.title = `${title} · Polyad`
  byId('headline-title').textContent = title

  const section = async <T>(id: string, data: Promise<T>, draw: (data: T) => void): Promise<void> => {
    const panel = byId(id)
    panel.setAttribute('aria-busy', 'true')
    try {
      const loaded = await data
      if (mine === turn) draw(loaded)
    } catch (error) {
      if (mine === turn) replace(panel, element('p', { class: 'problem' }, messageOf(error)))
    } finally {
      if (mine === turn) panel.removeAttribute('aria-busy')
    }
  }
  const campaign = api.campaign(name)
  const check = api.check(name)
  const report = api.report(name, 'segment')
  const checkIfAny = check.catch(() => undefined)
  const reportIfAny = report.catch(() => undefined)

  section('headline-text', check, (of) => showState(listing, of))
  section('headline', Promise.all([reportIfAny, checkIfAny]), ([numbers, of]) => showFigures(numbers, of))
  section('comparison', report, showComparison)
  section('leaf-lifts', report, showLeafLifts)
  section('elements', report, showElements)
  section('check', withCheckBefore(name, check), ([of, before]) => showCheck(name, of, before))
  section('segments', check, showSegments)
  section('tearsheet', Promise.all([campaign, checkIfAny]), ([of, sizes]) => showTearsheet(of, sizes))
  section('breakdown', Promise.all([campaign, report]), ([{ slots }, numbers]) =>
    showBreakdown(
      name,
      slots.map(({ slot }) => slot),
      numbers,
    ),
  )
}

type Checks = readonly [check: CheckReport | undefined, before: CheckReport | undefined]

/** The check, and the one of the revision before when this revision is what rolling that one up made. */
async function withCheckBefore(name: string, asked: Promise<CheckReport | undefined>): Promise<Checks> {
  const check = await asked
  if (!check || check.revision === 1) return [check, undefined]
  const before = await api.checkOf(name, check.revision - 1)
  return [check, before?.rollUp ? before : undefined]
}

/** Runs the start and tells what kept it, in the server's words; asks for a key where one is needed. */
async function begin(): Promise<void> {
  const loading = byId('loading')
  loading.hidden = false
  try {
    await start()
  } catch (error) {
    const problem = byId('problem')
    problem.hidden = false
    if (error instanceof ApiProblem && error.status === 401) replace(problem, keyForm())
    else replace(problem, element('p', {}, messageOf(error)))
  } finally {
    loading.hidden = true
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function keyForm(): HTMLElement {
  const field = element('input', { type: 'password', autocomplete: 'off', required: true })
  return element(
    'form',
    {
      class: 'controls',
      onsubmit: (event) => {
        event.preventDefault()
        useKey(field.value)
        void begin()
      },
    },
    element('label', { class: 'pick' }, 'This server asks for a key ', field),
    element('button', { type: 'submit' }, 'Use it'),
  )
}

void begin()
