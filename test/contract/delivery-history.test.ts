import { openCounters } from '../../store/embedded/counters.ts'
import { openDeliveryHistory } from '../../store/embedded/delivery-history.ts'
import { deliveryHistoryContract } from './delivery-history.ts'

deliveryHistoryContract('embedded', async (folder) => {
  const counters = await openCounters(folder)
  const history = await openDeliveryHistory(folder)
  return {
    port: { history, counters },
    async close() {
      await history.close()
      await counters.close()
    },
  }
})
