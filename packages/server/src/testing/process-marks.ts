import { messageMarks } from '../features/messages/message-ids.ts'
import { loadConfig } from '../platform/config.ts'
import { inTenant, openDatabase, useKeys } from '../platform/database.ts'
import { readMasterKeys } from '../platform/home.ts'
import { Keys } from '../platform/keys.ts'
import { MasterKeys } from '../platform/master-keys.ts'

/** By what ids of messages are recognised in the database of a server process, whose keys lie in `home`. */
export async function processMarks(databaseUrl: string, home: string, tenantId: string): Promise<(realId: string) => string> {
  const { db } = openDatabase(databaseUrl, 1)
  useKeys(db, new Keys(new MasterKeys(readMasterKeys(loadConfig({ NODE_ENV: 'test', DATA_DIR: home }), home))))
  try {
    return await inTenant(db, tenantId, messageMarks)
  } finally {
    await db.destroy()
  }
}
