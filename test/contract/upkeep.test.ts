import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCounters } from '../../store/embedded/counters.ts'
import { type KeptEventLog, openEventLog } from '../../store/embedded/event-log.ts'
import { openUpkeep } from '../../store/embedded/upkeep.ts'
import { upkeepContract } from './upkeep.ts'

upkeepContract('embedded', async (folder) => {
  let log = await openEventLog(folder)
  // The log is opened anew for every segment the test wants, so those who use it are given one that stays.
  const eventLog: KeptEventLog = {
    folder: log.folder,
    position: () => log.position(),
    forgetBefore: (position) => log.forgetBefore(position),
    erasePerson: (person) => log.erasePerson(person),
    append: (records) => log.append(records),
    stretch: () => log.stretch(),
    read: (from) => log.read(from),
    close: () => log.close(),
  }
  const counters = await openCounters(folder)
  const upkeep = await openUpkeep(folder, { open: async () => eventLog, opened: async () => eventLog })
  return {
    port: {
      upkeep,
      eventLog,
      counters,
      async cut() {
        // A segment is followed by a new one when it is large; here when it is told.
        await log.close()
        const numbers = (await readdir(log.folder)).map((name) => Number.parseInt(name, 10))
        await writeFile(join(log.folder, `${String(Math.max(...numbers) + 1).padStart(10, '0')}.log`), '')
        log = await openEventLog(folder)
      },
    },
    async close() {
      await upkeep.close()
      await counters.close()
      await log.close()
    },
  }
})
