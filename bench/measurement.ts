/** One side of a bench. */
export interface Side {
  readonly name: string
  readonly perSecond: number
  /** What else was seen of this side, e.g. how many rows it made. */
  readonly detail: string
}

/** Both sides of one job, measured one after the other in one run. */
export interface Measurement {
  readonly name: string
  /** What is counted. */
  readonly unit: string
  readonly ours: Side
  readonly plain: Side
  /** Where both sides' output goes. */
  readonly sink: string
  /** How it was made sure that both do the same. */
  readonly same: string
  readonly notMeasured: string
  readonly notes: readonly string[]
}

const LABEL_COLUMNS = 15

/** A measurement as text: both figures, their ratio, and what to know before using them. */
export function measurementText(measured: Measurement): string {
  const { name, unit, ours, plain, sink, same, notMeasured, notes } = measured
  const figures = [ours, plain].map(({ perSecond }) => Math.round(perSecond).toLocaleString('en-US'))
  const width = Math.max(...figures.map((figure) => figure.length))
  const labels = Math.max(ours.name.length, plain.name.length, LABEL_COLUMNS)
  const line = (label: string, text: string) => `  ${label.padEnd(labels)}  ${text}`
  return [
    `${name}: ${unit} a second`,
    line(ours.name, `${figures[0]!.padStart(width)}  ${ours.detail}`),
    line(plain.name, `${figures[1]!.padStart(width)}  ${plain.detail}`),
    line('ratio', (ours.perSecond / plain.perSecond).toPrecision(3)),
    line('sink', sink),
    line('same job', same),
    line('not measured', notMeasured),
    ...notes.map((note) => line('note', note)),
  ].join('\n')
}
