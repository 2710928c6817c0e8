import { type AdUnitRow, api, type CampaignDocument, type Cell, type CheckReport } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count } from './format.ts'

const COLUMNS = 3
const PER_PAGE = 4
const GOLDEN = 0.618
/** The segment everybody is in. */
const BROAD = 'broad'

/** Ad units with their pictures: one placement and language, a few segments side by side. */
export function showTearsheet(campaign: CampaignDocument, check: CheckReport | undefined): void {
  const titles = new Map(check?.leaves.map(({ id, title }) => [id, title]))
  titles.set(BROAD, 'Everybody')
  const segments = [BROAD, ...[...titles.keys()].filter((id) => id !== BROAD)]
  // Nodes of a grid are certain of something, so their ads differ from broad: they come first, the largest leading.
  const nodes = segments.filter((id) => id.includes('/'))
  const start = [...new Set([BROAD, ...nodes, ...segments])].slice(0, COLUMNS)

  let page = 0
  let turn = 0
  const placement = select(campaign.placements)
  const locale = select(campaign.locales)
  const order = select(['spread', 'ranks'], (value) => (value === 'spread' ? 'a spread' : 'in rank order'))
  const columns = start.map((chosen, at) =>
    createColumn(
      select(segments, (id) => titles.get(id)!, chosen),
      at,
    ),
  )
  const sheet = element('div', { class: 'sheet' }, ...columns.map(({ panel }) => panel))
  const position = element('output', { class: 'quiet' })
  const back = element('button', { type: 'button', onclick: () => go(page - 1) }, 'Back')
  const next = element('button', { type: 'button', onclick: () => go(page + 1) }, 'More')

  async function go(wanted: number): Promise<void> {
    page = wanted
    const mine = ++turn
    const first = BigInt(page * PER_PAGE)
    sheet.setAttribute('aria-busy', 'true')
    const sizes = await Promise.all(
      columns.map(async (column) => {
        const cell = { segment: column.field.value, locale: locale.value, placement: placement.value }
        try {
          const found = await unitsOf(campaign.name, cell, first, order.value === 'spread')
          if (mine === turn) column.show(found)
          return found.size
        } catch (error) {
          if (mine === turn) column.fail(error as Error)
          return 0n
        }
      }),
    )
    if (mine !== turn) return
    let largest = 0n
    for (const size of sizes) if (size > largest) largest = size
    const last = first + BigInt(PER_PAGE) < largest ? first + BigInt(PER_PAGE) : largest
    sheet.removeAttribute('aria-busy')
    position.textContent =
      largest > 0n ? `Ad units ${count(String(first + 1n))} to ${count(String(last))} of each segment` : ''
    back.disabled = page === 0
    next.disabled = last >= largest
  }

  for (const field of [placement, locale, order, ...columns.map((column) => column.field)]) {
    field.addEventListener('change', () => go(0))
  }
  replace(
    byId('tearsheet'),
    element(
      'div',
      { class: 'controls' },
      labelled('Placement', placement),
      labelled('Language', locale),
      labelled('Show', order),
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

/** Ad units of a cell, and how many it has. */
interface Found {
  readonly size: bigint
  readonly rows: readonly AdUnitRow[]
}

/** The page of a cell that starts at `first`: neighbours in rank order, or spread over the whole cell. */
async function unitsOf(campaign: string, cell: Cell, first: bigint, spread: boolean): Promise<Found> {
  const window = await api.adUnits(campaign, cell, 0n, 1)
  const size = BigInt(window.count)
  if (first >= size) return { size, rows: [] }
  const length = Number(size - first < BigInt(PER_PAGE) ? size - first : BigInt(PER_PAGE))
  if (!spread) return { size, rows: (await api.adUnits(campaign, cell, first, length)).items }
  const stride = strideOf(size)
  const rows = Array.from({ length }, async (_, step) => {
    const { items } = await api.adUnits(campaign, cell, ((first + BigInt(step)) * stride) % size, 1)
    return items[0]!
  })
  return { size, rows: await Promise.all(rows) }
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

interface Column {
  readonly panel: HTMLElement
  /** Chooses the column's segment. */
  readonly field: HTMLSelectElement
  show(found: Found): void
  fail(error: Error): void
}

function createColumn(field: HTMLSelectElement, at: number): Column {
  field.setAttribute('aria-label', `Segment of column ${at + 1}`)
  const size = element('p', { class: 'quiet' })
  const ads = element('div', { class: 'ads' })
  return {
    panel: element('div', { class: 'sheet-column' }, field, size, ads),
    field,
    show({ size: of, rows }) {
      const widest = Math.max(0, ...rows.map(({ widthPx }) => widthPx))
      // The sheet has as many columns as ads of this width leave room for.
      if (widest > 0) ads.closest<HTMLElement>('.sheet')!.style.setProperty('--ad-width', `${widest}px`)
      size.textContent = of > 0n ? `${count(String(of))} ad units` : 'No ad units here'
      replace(ads, ...rows.map(adFigure))
    },
    fail(error) {
      size.textContent = ''
      replace(ads, element('p', { class: 'problem' }, error.message))
    },
  }
}

function adFigure(row: AdUnitRow): HTMLElement {
  const { headline, ...others } = row.slots
  const spoken = [headline, ...Object.values(others)]
    .filter((text) => text && !/^#|\.\w{3,4}$/.test(text))
    .join('. ')
  const address = { href: api.document(row.id), target: '_blank', rel: 'noopener' }
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
    element(
      'figcaption',
      {},
      `Rank ${count(row.rank)} · `,
      element('a', address, element('code', {}, row.id)),
    ),
  )
}

function select(
  values: readonly string[],
  label = (value: string): string => value,
  chosen?: string,
): HTMLSelectElement {
  return element(
    'select',
    {},
    ...values.map((value) => element('option', { value, selected: value === chosen }, label(value))),
  )
}

function labelled(text: string, field: HTMLElement): HTMLElement {
  return element('label', { class: 'pick' }, `${text} `, field)
}
