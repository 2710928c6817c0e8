import { openCounters } from '../../store/embedded/counters.ts'
import { countersContract } from './counters.ts'

countersContract('embedded', async (folder) => {
  const port = await openCounters(folder)
  return { port, close: () => port.close() }
})
