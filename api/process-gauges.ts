import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Gauge } from './metrics.ts'

const NS_PER_SECOND = 1e9
const MICROS_PER_SECOND = 1e6

/** Figures of this process, under the names that Prometheus clients give them. `close` ends their measuring. */
export function createProcessGauges(): { readonly gauges: readonly Gauge[]; close(): void } {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const startedSeconds = Math.round(Date.now() / 1000 - process.uptime())
  const gauges: readonly Gauge[] = [
    gauge('process_start_time_seconds', 'Start of the process, Unix seconds.', () => startedSeconds),
    {
      name: 'process_cpu_seconds_total',
      help: 'CPU time used, user and system.',
      type: 'counter',
      read() {
        const { user, system } = process.cpuUsage()
        return (user + system) / MICROS_PER_SECOND
      },
    },
    gauge('process_resident_memory_bytes', 'Memory held.', () => process.memoryUsage.rss()),
    gauge('process_open_fds', 'Open files and connections.', openFiles),
    gauge(
      'nodejs_heap_size_used_bytes',
      'Memory of JavaScript values.',
      () => process.memoryUsage().heapUsed,
    ),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'How late the event loop was, 99th percentile since the last time this was asked for.',
      () => {
        const seconds = delay.percentile(99) / NS_PER_SECOND
        delay.reset()
        return seconds
      },
    ),
  ]
  return { gauges, close: () => void delay.disable() }
}

function gauge(name: string, help: string, read: () => number | undefined): Gauge {
  return { name, help, type: 'gauge', read }
}

/** Linux alone tells. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
