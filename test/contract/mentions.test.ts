import { openMentions } from '../../store/embedded/mentions.ts'
import { mentionsContract } from './mentions.ts'

mentionsContract('embedded', async (folder) => {
  const port = await openMentions(folder)
  return { port, close: () => port.close() }
})
