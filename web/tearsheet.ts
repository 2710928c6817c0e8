import { type AdUnitRow, api, type CampaignDocument, type Cell, type CheckReport } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count } from './format.ts'

const COLUMNS = 3
const PER_PAGE = 4
const GOLDEN = 0.618

/** Ad units with their pictures: one placement and language, a few segments side by side. */
export function showTearsheet(campaign: CampaignDocument, check: CheckReport | undefined): void {
  const titles = new Map(check?.leaves.map(({ id, title }) => [id, title]))
  const named = ['broad', ...titles.keys()]
  // Nodes of a grid are certain of something, so their ads differ from broad: they come first, the largest leading.
  const largest = (check?.leaves ?? [])
    .map(({ id }) => id)
    .filter((id) => id.includes('/') && named.includes(id))
  const start = ['broad', ...largest, ...named.slice(1)].filter((id, at, all) => all.indexOf(id) === at)

  let page = 0
  let turn = 0
  const placement = select('Placement', campaign.placements, (value) => value)
  const locale = select('Language', campaign.locales, (value) => value)
  const order = select('Show', ['spread', 'ranks'], (value) =>
    value === 'spread' ? 'a spread' : 'in rank order',
  )
  const segments = Array.from({ length: Math.min(COLUMNS, named.length) }, (_, at) =>
    select(
      `Column ${at + 1}`,
      named,
      (id) => titles.get(id) ?? (id === 'broad' ? 'Everybody' : id),
      start[at],
    ),
  )
  const sheet = element('div', { class: 'sheet', 'aria-live': 'polite' })
  const position = element('output', { class: 'quiet' })
  const back = element('button', { type: 'button', onclick: () => go(page - 1) }, 'Back')
  const next = element('button', { type: 'button', onclick: () => go(page + 1) }, 'More')

  async function go(wanted: number): Promise<void> {
    page = Math.max(0, wanted)
    const mine = ++turn
    sheet.setAttribute('aria-busy', 'true')
    try {
      const columns = await Promise.all(
        segments.map(async ({ field }) => {
          const cell = { segment: field.value, locale: locale.field.value, placement: placement.field.value }
          return { title: field.selectedOptions[0]!.text, ...(await unitsOf(cell)) }
        }),
      )
      if (mine !== turn) return
      replace(sheet, ...columns.map(({ title, size, rows }) => column(title, size, rows)))
      position.textContent = `Ad units ${count(page * PER_PAGE + 1)} to ${count((page + 1) * PER_PAGE)} of each segment`
      next.disabled = columns.every(({ size }) => BigInt((page + 1) * PER_PAGE) >= size)
    } catch (error) {
      if (mine === turn) replace(sheet, element('p', { class: 'notice' }, (error as Error).message))
    } finally {
      if (mine === turn) sheet.removeAttribute('aria-busy')
      back.disabled = page === 0
    }
  }

  /** The page's ad units of a cell: neighbours in rank order, or spread over the whole cell. */
  async function unitsOf(cell: Cell): Promise<{ size: bigint; rows: readonly AdUnitRow[] }> {
    const first = BigInt(page * PER_PAGE)
    const window = await api.adUnits(campaign.name, cell, 0n, 1)
    const size = BigInt(window.count)
    if (first >= size) return { size, rows: [] }
    const length = Number(size - first < BigInt(PER_PAGE) ? size - first : BigInt(PER_PAGE))
    if (order.field.value === 'ranks') {
      return { size, rows: (await api.adUnits(campaign.name, cell, first, length)).items }
    }
    const stride = strideOf(size)
    const spread = Array.from({ length }, async (_, step) => {
      const { items } = await api.adUnits(campaign.name, cell, ((first + BigInt(step)) * stride) % size, 1)
      return items[0]!
    })
    return { size, rows: await Promise.all(spread) }
  }

  for (const { field } of [placement, locale, order, ...segments])
    field.addEventListener('change', () => go(0))
  replace(
    byId('tearsheet'),
    element(
      'div',
      { class: 'controls' },
      placement.label,
      locale.label,
      order.label,
      ...segments.map(({ label }) => label),
    ),
    sheet,
    element('div', { class: 'pager' }, back, next, position),
  )
  // Pictures are made when asked for, so the sheet waits until somebody scrolls to it.
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return
    watcher.disconnect()
    void go(0)
  })
  watcher.observe(sheet)
}

/** A step that visits every position once, and neighbours far apart: near the golden section, coprime to the size. */
function strideOf(size: bigint): bigint {
  let stride = BigInt(Math.max(1, Math.round(Number(size) * GOLDEN)))
  while (commonDivisor(stride, size) !== 1n) stride++
  return stride
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b)
}

function column(title: string, size: bigint, rows: readonly AdUnitRow[]): HTMLElement {
  return element(
    'section',
    { class: 'sheet-column' },
    element('h3', {}, title),
    element('p', { class: 'quiet' }, size > 0n ? `${count(String(size))} ad units` : 'no ad units here'),
    ...rows.map(adFigure),
  )
}

function adFigure(row: AdUnitRow): HTMLElement {
  const { headline, ...others } = row.slots
  const spoken = [headline, ...Object.values(others)]
    .filter((text) => text && !/^#|\.\w{3,4}$/.test(text))
    .join('. ')
  return element(
    'figure',
    { class: 'ad' },
    element('img', {
      src: api.picture(row.id),
      width: row.widthPx,
      height: row.heightPx,
      alt: spoken,
      loading: 'lazy',
      decoding: 'async',
    }),
    element('figcaption', {}, `Rank ${count(row.rank)} · `, element('code', {}, row.id)),
  )
}

function select(
  text: string,
  values: readonly string[],
  label: (value: string) => string,
  chosen?: string,
): { readonly label: HTMLLabelElement; readonly field: HTMLSelectElement } {
  const field = element(
    'select',
    {},
    ...values.map((value) => element('option', { value, selected: value === chosen }, label(value))),
  )
  return { label: element('label', { class: 'pick' }, `${text} `, field), field }
}
