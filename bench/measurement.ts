/** One side of a bench. */
export interface Side {
  readonly name: string
  readonly perSecond: number
  /** For every second of processor time that this side took, in all its threads. */
  readonly perCpuSecond: number
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

/** Processor time of this process so far, all its threads, seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const LABEL_COLUMNS = 16

/** A measurement as text: both figures, their ratio, and what to know before using them. */
export function measurementText(measured: Measurement): string {
  const { name, unit, ours, plain, sink, same, notMeasured, notes } = measured
  const figures = aligned([ours.perSecond, plain.perSecond])
  const byCpu = aligned([ours.perCpuSecond, plain.perCpuSecond])
  const ratio = (ours.perSecond / plain.perSecond).toPrecision(3)
  const cpuRatio = (ours.perCpuSecond / plain.perCpuSecond).toPrecision(3)
  const labels = Math.max(ours.name.length, plain.name.length, LABEL_COLUMNS)
  const line = (label: string, text: string) => `  ${label.padEnd(labels)}  ${text}`
  return [
    `${name}: ${unit} a second`,
    line(ours.name, `${figures[0]}  ${byCpu[0]} a CPU second  ${ours.detail}`),
    line(plain.name, `${figures[1]}  ${byCpu[1]} a CPU second  ${plain.detail}`),
    line('ratio', `${ratio}; ${cpuRatio} by CPU time, which other load on the machine changes less`),
    line('sink', sink),
    line('same job', same),
    line('not measured', notMeasured),
    ...notes.map((note) => line('note', note)),
  ].join('\n')
}

function aligned(values: readonly number[]): string[] {
  const texts = values.map((value) => Math.round(value).toLocaleString('en-US'))
  const width = Math.max(...texts.map((text) => text.length))
  return texts.map((text) => text.padStart(width))
}
