/**
 * First import of every entry: pictures must not depend on the fonts of the machine, and fontconfig reads this once,
 * when sharp is first imported. Set in the main thread, it holds for worker threads too; set in a worker it does not.
 */
import { join } from 'node:path'
import { PACKAGE_ROOT } from './package-root.ts'

process.env['FONTCONFIG_FILE'] = join(PACKAGE_ROOT, 'templates/fonts/fonts.conf')
