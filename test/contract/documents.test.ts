import { openDocuments } from '../../store/embedded/documents.ts'
import { documentsContract } from './documents.ts'

documentsContract('embedded', async (folder) => ({
  port: await openDocuments(folder),
  close: async () => {},
}))
